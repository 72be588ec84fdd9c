import FoundationEssentials
import HTTPTransport
import Testing

@testable import Bitrix

/// What we send to our module, byte for byte, and what its PHP code answers, as its own tests keep both.
@Suite struct OrderPropertyContractTests {
    private static func fixture(_ name: String) throws -> String {
        let source = URL(filePath: #filePath).resolvingSymlinksInPath().path(percentEncoded: false)
        let root = "/" + source.split(separator: "/").dropLast(4).joined(separator: "/")
        let path = "\(root)/deploy/bitrix/tests/rest/\(name)"
        let data = try #require(FileManager.default.contents(atPath: path), "\(path)")
        return String(decoding: data, as: UTF8.self)
    }

    private static func signs(_ order: Int64, _ number: String) -> OrderPropertyWrite {
        OrderPropertyWrite(
            orderID: order, fn: .init(code: "CLOUDKASSIR_FN", text: "9282440300669999"),
            fd: .init(code: "CLOUDKASSIR_FD", text: number), fpd: .init(code: "CLOUDKASSIR_FPD", text: "3522207165"))
    }

    /// What comes of these writes with the answer of PHP, after the request was found to be that of the fixture.
    private static func reports(
        _ name: String, _ writes: [OrderPropertyWrite], status: Int = 200
    ) async throws -> [OrderPropertyReport] {
        let portal = ScriptedPortal(.answer(status, try fixture("\(name).answer.json")))
        let client = portal.client()
        let writer = OrderPropertyWriter(client: client, directory: OrderPropertyDirectory(client), route: .module)
        let reports = await writer.write(writes)
        let request = try #require(portal.requests.first)
        #expect(portal.requests.count == 1)
        #expect(request.url.hasSuffix("/" + (try fixture("method.txt")).dropLast()))
        #expect(request.headers["Content-Type"] == "application/json")
        #expect(String(decoding: request.body, as: UTF8.self) + "\n" == (try fixture("\(name).request.json")))
        return reports
    }

    @Test func signsOfSeveralOrders() async throws {
        let reports = try await Self.reports(
            "signs", [Self.signs(1001, "77"), Self.signs(1404, "78"), Self.signs(1002, "79")])
        #expect(reports.map(\.outcome) == [.written, .orderMissing, .written])
    }

    @Test func textsThatNeedEscapes() async throws {
        let values = [
            OrderPropertyWrite.Value(code: "CLOUDKASSIR_FD", text: ""),
            .init(code: "CLOUDKASSIR_LINK", text: "https://чек.example/?t=1&s=\"<9>'\nдва"),
        ]
        let reports = try await Self.reports("texts", [OrderPropertyWrite(orderID: 1001, values: values)])
        #expect(reports.map(\.outcome) == [.written])
    }

    @Test func whatIsMissingAndWhatIsNoText() async throws {
        let reports = try await Self.reports("gaps", [Self.signs(1005, "80"), Self.signs(1003, "81")])
        #expect(reports.map(\.outcome) == [.wouldLose(properties: ["CLOUDKASSIR_FD"]), .written])
        #expect(reports.map(\.missing) == [["CLOUDKASSIR_FPD"], []])
    }

    @Test func aCodeThatMayNotBeSet() async throws {
        let other = OrderPropertyWrite(orderID: 1002, values: [.init(code: "EMAIL", text: "a@b.ru")])
        let reports = try await Self.reports("forbidden", [Self.signs(1001, "82"), other], status: 400)
        #expect(reports.count == 2)
        for report in reports {
            guard case .failed(let fault) = report.outcome else {
                Issue.record("\(report)")
                continue
            }
            #expect(fault.code == "ERROR_PROPERTY_NOT_ALLOWED" && OrderPropertyModule.isUnusable(fault))
        }
    }

    @Test func anOrderThatCouldNotBeWritten() async throws {
        let values = [
            OrderPropertyWrite.Value(code: "CLOUDKASSIR_FD", text: "83"),
            .init(code: "CLOUDKASSIR_FN", text: "refused"),
        ]
        let reports = try await Self.reports(
            "failed", [OrderPropertyWrite(orderID: 1002, values: values), Self.signs(1003, "84")])
        guard case .failed(let fault)? = reports.first?.outcome else {
            Issue.record("\(reports)")
            return
        }
        #expect(fault.code == "WRITE_FAILED" && fault.reaction == BitrixReaction(.repeatLater))
        #expect(reports.last?.outcome == .written)
    }
}
