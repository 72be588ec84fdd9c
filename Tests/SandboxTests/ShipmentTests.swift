import FoundationEssentials
import Testing

@testable import Sandbox

/// What a person in the portal does to shipments.
@Suite(.timeLimit(.minutes(10))) struct ShipmentTests {
    /// Orders and shipments that the portal calls deducted.
    private func deducted(_ client: WireClient) async throws -> [String] {
        let list = try await client.post(
            "\(BitrixTests.rest)/sale.shipment.list",
            ["select": ["id", "orderId"], "filter": ["deducted": "Y"], "start": -1]
        ).json
        return list["result"]?["shipments"]?.arrayValue?.compactMap { $0["orderId"]?.scalarText } ?? []
    }

    @Test func whatLeftCanBeUndoneAndRemovedAndThatIsRemembered() async throws {
        let path = "/tmp/sandbox-shipments-\(UUID().uuidString).jsonl"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let configuration = SandboxConfiguration(ledgerPath: path)
        try await withSandbox(configuration) { _, address async throws in
            let client = WireClient(address: address)
            let orders = (1...4).map { id -> JSONValue in
                var order: JSONValue = ["id": .int(id), "price": "100.00", "delivery": "0"]
                if id < 4 { order.set("deducted_at", to: 1_795_251_600) }
                return order
            }
            _ = try await client.post("/_sandbox/orders", ["orders": .array(orders)])
            #expect(try await deducted(client) == ["1", "2", "3"])
            let undone = try await client.post("/_sandbox/shipments/undo", ["order": 1]).json
            #expect(undone["shipments"]?.arrayValue?.count == 1)
            let again = try await client.post("/_sandbox/shipments/undo", ["order": 1]).json
            #expect(again["shipments"]?.arrayValue?.isEmpty == true)
            _ = try await client.post("/_sandbox/shipments/remove", ["order": 3])
            #expect(try await deducted(client) == ["2"])
            let refused = try await client.post("/_sandbox/shipments/undo", ["orders": [1]])
            #expect(refused.status == 400)
        }
        try await withSandbox(configuration) { _, address async throws in
            let client = WireClient(address: address)
            #expect(try await deducted(client) == ["2"])
            func shipments(_ order: Int) async throws -> [JSONValue] {
                let answer = try await client.get("\(BitrixTests.rest)/sale.order.get?id=\(order)").json
                return answer["result"]?["order"]?["shipments"]?.arrayValue ?? []
            }
            // What is undone is there still.
            #expect(try await shipments(1).map { $0["deducted"] } == ["N"])
            #expect(try await shipments(3).isEmpty)
        }
    }
}
