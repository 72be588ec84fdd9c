import FoundationEssentials
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(10))) struct LedgerTests {
    private let base = CloudKassirTests.base

    /// Sends the sample receipt and gives its fiscal values under the codes of the order properties.
    private func fiscalise(_ key: String, _ sandbox: Sandbox, _ address: SandboxAddress) async throws -> [String:
        String]
    {
        _ = try await WireClient.kassir(address).post("\(base)/receipts", Samples.receipt(key))
        let fiscal = try #require(sandbox.receipts(.init(externalID: key)).first?.fiscal)
        return ["CLOUDKASSIR_FN": fiscal.fn, "CLOUDKASSIR_FD": fiscal.fd, "CLOUDKASSIR_FPD": fiscal.fpd]
    }

    @Test func writeBacksAreHeldAgainstTheDocuments() async throws {
        try await withSandbox(.init(accounts: [CloudKassirAccount(polls: 0)])) { sandbox, address in
            let right = try await fiscalise("a", sandbox, address)
            let shared = try await fiscalise("b", sandbox, address)
            let dear = try await fiscalise("c", sandbox, address)
            var unknown = right
            unknown["CLOUDKASSIR_FPD"] = "1"
            var partial = right
            partial["CLOUDKASSIR_FD"] = nil
            var orders = [right, shared, shared, dear, unknown, partial, [:], dear].map { values in
                var order = Samples.order()
                order.properties.merge(values) { $1 }
                return order
            }
            orders[3].price = "500"
            orders[7].properties["EMAIL"] = "other@example.ru"
            orders[7].properties["CLOUDKASSIR_FD"] = "77"
            sandbox.createOrders(orders)
            let numbers = sandbox.summary().bitrix
            #expect(numbers.orders == 8)
            #expect(numbers.writtenBack == 1)
            #expect(numbers.mismatched == 5)
            #expect(numbers.incomplete == 1)
            #expect(numbers.missing == 1)
            let entries = try #require(sandbox.ledger()["bitrix"]?["main"]?["orders"]?.arrayValue)
            #expect(
                entries.map { $0["write_back"]?.stringValue ?? "" } == [
                    "right", "document of several orders", "document of several orders",
                    "document over 480.00, not 500",
                    "no such document", "incomplete", "missing", "no such document",
                ])
        }
    }

    @Test func anotherBuyersDocumentIsNoWriteBack() async throws {
        try await withSandbox(.init(accounts: [CloudKassirAccount(polls: 0)])) { sandbox, address in
            var order = Samples.order()
            order.properties.merge(try await fiscalise("a", sandbox, address)) { $1 }
            order.properties["EMAIL"] = "other@example.ru"
            sandbox.createOrders([order])
            #expect(sandbox.summary().bitrix.mismatched == 1)
        }
    }

    @Test func aFileOutlivesTheSandbox() async throws {
        let path = "/tmp/sandbox-ledger-\(UUID().uuidString).jsonl"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let configuration = SandboxConfiguration(accounts: [CloudKassirAccount(polls: 0)], ledgerPath: path)
        let (id, values) = try await withSandbox(configuration) { [base] sandbox, address in
            sandbox.createOrders([Samples.order(17)])
            let values = try await fiscalise("a", sandbox, address)
            _ = try await WireClient.kassir(address).post("\(base)/receipts", Samples.receipt("a"))
            let codes = try await WireClient(address: address).post(
                "\(BitrixTests.rest)/sale.property.list", ["filter": ["@code": ["CLOUDKASSIR_FN"], "personTypeId": 1]])
            let property = try #require(codes.json["result"]?["properties"]?[0]?["id"])
            _ = try await WireClient(address: address).post(
                "\(BitrixTests.rest)/sale.propertyvalue.modify",
                ["fields": ["order": ["id": 17, "propertyValues": [["orderPropsId": property, "value": "9"]]]]])
            return (sandbox.receipts().first?.id, values)
        }
        // A line that a crash cut is left out.
        let cut = try #require(FileHandleWriter(path))
        cut.append("{\"event\":\"rece")
        try await withSandbox(configuration) { [base] sandbox, address in
            let receipt = try #require(sandbox.receipts().first)
            #expect(receipt.id == id)
            #expect(receipt.timesSent == 2)
            #expect(receipt.fiscal?.fpd == values["CLOUDKASSIR_FPD"])
            #expect(sandbox.properties(ofOrder: 17) == ["CLOUDKASSIR_FN": "9"])
            let again = try await WireClient.kassir(address).post("\(base)/receipts", Samples.receipt("a"))
            #expect(again.json["id"]?.stringValue == id)
            let next = try await fiscalise("b", sandbox, address)
            #expect(next["CLOUDKASSIR_FD"] == "2")
            sandbox.reset()
        }
        try await withSandbox(configuration) { sandbox, _ in
            #expect(sandbox.receipts().isEmpty)
            #expect(sandbox.summary().bitrix.orders == 0)
        }
    }

    @Test func aFileThatIsNoLedgerIsRefused() throws {
        let path = "/tmp/sandbox-ledger-\(UUID().uuidString).jsonl"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("not a ledger\n".utf8).write(to: URL(filePath: path))
        #expect(throws: LedgerJournal.Unusable.self) { try Sandbox(.init(ledgerPath: path)) }
    }

    @Test func onlyLoopbackIsListenedOn() {
        #expect(throws: SandboxServer.NotLoopback.self) { try SandboxServer(.init(host: "0.0.0.0")) }
    }
}

/// Appends raw text to a file.
private struct FileHandleWriter {
    private let path: String

    init?(_ path: String) {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        self.path = path
    }

    func append(_ text: String) {
        let data = (try? Data(contentsOf: URL(filePath: path))) ?? Data()
        try? (data + Data(text.utf8)).write(to: URL(filePath: path))
    }
}
