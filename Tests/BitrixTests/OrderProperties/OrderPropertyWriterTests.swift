import Bitrix
import HTTPTransport
import Testing

@testable import Bitrix

@Suite struct OrderPropertyWriterTests {
    private func write(_ order: Int64, _ number: String = "17") -> OrderPropertyWrite {
        OrderPropertyWrite(
            orderID: order, fn: .init(code: "CLOUDKASSIR_FN", text: "9999078900001234"),
            fd: .init(code: "CLOUDKASSIR_FD", text: number), fpd: .init(code: "CLOUDKASSIR_FPD", text: "3522207165"))
    }

    private func run(_ portal: OrderPortal, _ writes: [OrderPropertyWrite]) async -> [OrderPropertyReport] {
        let client = portal.client
        return await client.writeOrderProperties(orders: writes, directory: OrderPropertyDirectory(client))
    }

    private func portal(_ build: (inout OrderPortal.State) -> Void = { _ in }) -> OrderPortal {
        OrderPortal { state in
            state.orders[7] = OrderPortal.Order(values: [(4, "a&b=c@example.ru")])
            build(&state)
        }
    }

    private let done: [Int64: String] = [1: "9999078900001234", 2: "17", 3: "3522207165", 4: "a&b=c@example.ru"]

    @Test func theSignsAreWrittenAndNothingElseIsLost() async {
        let portal = portal()
        #expect(await run(portal, [write(7)]) == [OrderPropertyReport(orderID: 7, outcome: .written)])
        #expect(portal.values(of: 7) == done)
        #expect(portal.snapshot.requests.count == 4, "the catalogue, reading, writing, reading back")
    }

    @Test func aSecondTimeWritesNothing() async {
        let portal = portal()
        _ = await run(portal, [write(7)])
        let version = portal.snapshot.orders[7]?.version
        #expect(await run(portal, [write(7)]) == [OrderPropertyReport(orderID: 7, outcome: .alreadyThere)])
        #expect(portal.snapshot.orders[7]?.version == version)
    }

    @Test func aHundredOrdersTakeNineRequests() async {
        let portal = OrderPortal { state in
            for id in 1...98 { state.orders[Int64(id)] = OrderPortal.Order(values: [(4, .string("e\(id)"))]) }
        }
        let reports = await run(portal, (1...98).map { (id: Int64) in write(id, "\(id)") })
        #expect(reports.map(\.orderID) == Array(1...98) && reports.allSatisfy { $0.outcome == .written })
        #expect((1...98).allSatisfy { portal.values(of: $0)[2] == "\($0)" && portal.values(of: $0)[4] == "e\($0)" })
        let requests = portal.snapshot.requests
        #expect(requests.count == 1 + 2 * 3, "33 orders a second at two requests a second")
        #expect(requests.allSatisfy { $0.count <= BitrixBatch.limit })
    }

    @Test func everyOrderHasItsOwnOutcome() async {
        let portal = portal { state in
            state.orders[8] = OrderPortal.Order(personType: 2, values: [(14, "7707083893")])
            state.orders[9] = OrderPortal.Order(personType: 3)
            state.orders[10] = OrderPortal.Order(values: [(5, ["id": 99])])
            state.orders[11] = OrderPortal.Order(values: [(6, ["+7", "+8"]), (4, "x")])
            state.orders[12] = OrderPortal.Order(values: [(1, "9999078900001234"), (2, 17), (3, "3522207165")])
        }
        let reports = await run(portal, [7, 404, 8, 9, 10, 11, 12].map { write($0) })
        #expect(
            reports == [
                OrderPropertyReport(orderID: 7, outcome: .written),
                OrderPropertyReport(orderID: 404, outcome: .orderMissing),
                OrderPropertyReport(orderID: 8, outcome: .written, missing: ["CLOUDKASSIR_FPD"]),
                OrderPropertyReport(
                    orderID: 9, outcome: .propertyMissing,
                    missing: ["CLOUDKASSIR_FN", "CLOUDKASSIR_FD", "CLOUDKASSIR_FPD"]),
                OrderPropertyReport(orderID: 10, outcome: .wouldLose(properties: ["property 5"])),
                OrderPropertyReport(orderID: 11, outcome: .wouldLose(properties: ["property 6"])),
                OrderPropertyReport(orderID: 12, outcome: .alreadyThere),
            ])
        #expect(portal.values(of: 8) == [11: "9999078900001234", 12: "17", 14: "7707083893"])
        #expect(portal.snapshot.orders[10]?.version == 1 && portal.snapshot.orders[11]?.version == 1)
    }

    @Test func anOrderWithManyValuesIsReadPageByPage() async {
        let portal = OrderPortal { state in
            state.properties += (100..<220).map { (Int64($0), 1, "P\($0)", "STRING", false) }
            state.orders[7] = OrderPortal.Order(values: (100..<220).map { (Int64($0), .string("v\($0)")) })
        }
        #expect(await run(portal, [write(7)]) == [OrderPropertyReport(orderID: 7, outcome: .written)])
        #expect(portal.values(of: 7).count == 123 && portal.values(of: 7)[219] == "v219")
    }

    @Test func anOrderNamedTwiceEndsWithTheLaterValue() async {
        let portal = portal()
        let reports = await run(portal, [write(7, "17"), write(7, "18")])
        #expect(reports.map(\.outcome) == [.written, .written])
        #expect(portal.values(of: 7)[2] == "18")
    }

    @Test func aSaveBetweenReadingAndWritingIsNoticed() async {
        let portal = portal { state in
            state.before = { state, request, command in
                guard request == 3, command.contains("sale.order.list") else { return }
                state.orders[7]?.version += 1
                state.orders[7]?.values[0].value = "changed@example.ru"
            }
        }
        #expect(
            await run(portal, [write(7)]) == [OrderPropertyReport(orderID: 7, outcome: .written, overlapped: true)])
    }

    @Test func itIsNotForgottenWhenReadingBackFails() async {
        let portal = portal { state in
            state.before = { state, request, command in
                guard request == 3, command.contains("sale.order.list") else { return }
                state.orders[7]?.version += 1
            }
            for request in 4...20 { state.failing[request] = TransferError(.timeout, reach: .unknown) }
        }
        let report = await run(portal, [write(7)]).first
        #expect(report?.overlapped == true)
        guard case .failed? = report?.outcome else {
            Issue.record("\(String(describing: report))")
            return
        }
    }

    /// The answer that would have told of it is lost; the next try tells.
    @Test(arguments: [0, 1])
    func itIsNotForgottenWhenTheAnswerToTheWritingIsLost(saves: Int) async {
        let portal = portal { state in
            state.before = { state, request, command in
                guard request == 3, command.contains("sale.order.list") else { return }
                state.orders[7]?.version += saves
            }
            state.failing = [3: TransferError(.timeout, reach: .unknown)]
        }
        let client = portal.client
        let writer = OrderPropertyWriter(client: client, directory: OrderPropertyDirectory(client))
        guard case .failed? = await writer.write([write(7)]).first?.outcome else {
            Issue.record("the writing got an answer")
            return
        }
        #expect(portal.values(of: 7) == done)
        portal.change { $0.failing = [:] }
        let report = OrderPropertyReport(orderID: 7, outcome: .alreadyThere, overlapped: saves > 0)
        #expect(await writer.write([write(7)]) == [report])
        // Said once.
        #expect(await writer.write([write(7)]) == [OrderPropertyReport(orderID: 7, outcome: .alreadyThere)])
    }

    @Test func aSaveAfterOursIsNoticedAndLeft() async {
        let portal = portal { state in
            state.before = { state, request, _ in
                guard request == 4 else { return }
                state.orders[7]?.values[0].value = "changed@example.ru"
            }
        }
        #expect(
            await run(portal, [write(7)]) == [OrderPropertyReport(orderID: 7, outcome: .written, altered: ["EMAIL"])])
        #expect(portal.values(of: 7)[4] == "changed@example.ru")
    }

    @Test func aValueThatDoesNotReadBackIsAConflict() async {
        let portal = portal { state in
            state.stores = { property, text in property == 2 ? "другое" : text }
        }
        #expect(
            await run(portal, [write(7)])
                == [OrderPropertyReport(orderID: 7, outcome: .conflict(properties: ["CLOUDKASSIR_FD"]))])
    }

    @Test func anErrorOfASaveThatWorkedIsReadBack() async {
        let portal = portal { state in state.faults = [("sale.propertyvalue.modify", "0", true)] }
        #expect(await run(portal, [write(7)]) == [OrderPropertyReport(orderID: 7, outcome: .written)])
    }

    @Test(arguments: [
        ("sale.propertyvalue.modify", "0"), ("sale.propertyvalue.modify", "OPERATION_TIME_LIMIT"),
        ("sale.propertyvalue.modify", "200040300020"), ("sale.propertyvalue.list", "OPERATION_TIME_LIMIT"),
        ("sale.order.list", "ACCESS_DENIED"), ("sale.property.list", "insufficient_scope"),
    ])
    func aCommandThatFailedIsReportedWithItsReaction(part: String, code: String) async throws {
        let portal = portal { state in state.faults = [(part, code, false)] }
        let report = try #require(await run(portal, [write(7)]).first)
        guard case .failed(let fault) = report.outcome else {
            Issue.record("\(report)")
            return
        }
        if part != "sale.property.list" { #expect(fault.code == code && fault.method == part) }
        #expect(portal.values(of: 7) == [4: "a&b=c@example.ru"])
    }

    @Test func anOrderDeletedMeanwhileIsMissing() async {
        let portal = portal { state in
            state.before = { state, request, _ in if request == 3 { state.orders[7] = nil } }
        }
        #expect(await run(portal, [write(7)]) == [OrderPropertyReport(orderID: 7, outcome: .orderMissing)])
    }

    @Test(arguments: [1, 3], [TransferError.Reach.notSent, .unknown])
    func aLostAnswerIsReportedAndTheNextTimeMendsIt(request: Int, reach: TransferError.Reach) async throws {
        let portal = portal { state in state.failing = [request: TransferError(.timeout, reach: reach)] }
        let first = try #require(await run(portal, [write(7)]).first)
        guard case .failed(let fault) = first.outcome else {
            Issue.record("\(first)")
            return
        }
        #expect(fault.reaction.mayHaveRun == (reach == .unknown))
        portal.change { $0.failing = [:] }
        let second = try #require(await run(portal, [write(7)]).first)
        let wasWritten = request == 3 && reach == .unknown
        #expect(second.outcome == (wasWritten ? .alreadyThere : .written))
        #expect(portal.values(of: 7) == done)
    }

    @Test(arguments: [2, 4], [TransferError.Reach.notSent, .unknown])
    func aReadingThatGotNoAnswerIsRepeatedAtOnce(request: Int, reach: TransferError.Reach) async throws {
        let portal = portal { state in state.failing = [request: TransferError(.timeout, reach: reach)] }
        #expect(await run(portal, [write(7)]) == [OrderPropertyReport(orderID: 7, outcome: .written)])
        #expect(portal.values(of: 7) == done && portal.snapshot.requests.count == 5)
        let dead = self.portal { state in
            state.failing = [
                request: TransferError(.timeout, reach: reach), request + 1: TransferError(.timeout, reach: reach),
            ]
        }
        guard case .failed = try #require(await run(dead, [write(7)]).first).outcome else {
            Issue.record("twice is enough")
            return
        }
    }

    @Test func groupsHoldNoOrderTwice() {
        let writes = ([1, 2, 1, 3] + Array(10...70)).map { write($0) }
        let groups = OrderPropertyWriter.groups(writes)
        #expect(groups.flatMap { $0 } == writes)
        #expect(groups.allSatisfy { Set($0.map(\.orderID)).count == $0.count && $0.count <= 49 })
        #expect(groups.count == 3 && OrderPropertyWriter.groups([]).isEmpty)
    }
}
