import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(10))) struct ModuleMethodTests {
    private static let method = "\(BitrixTests.rest)/fiscal.relay.order.properties.set"

    @Test func valuesAreSetByCodeAndNothingElseIsTouched() async throws {
        try await withSandbox(.init(portals: [BitrixPortal(hasModule: true)])) { sandbox, address in
            sandbox.createOrders([Samples.order(17)])
            sandbox.removeProperty("CLOUDKASSIR_FPD")
            let answer = try await WireClient(address: address).post(
                Self.method,
                [
                    "orders": [
                        [
                            "id": 17,
                            "properties": [
                                "CLOUDKASSIR_FN": "9282440300669999", "CLOUDKASSIR_FD": 77, "CLOUDKASSIR_FPD": "1",
                            ],
                        ],
                        ["id": 99, "properties": ["CLOUDKASSIR_FN": "1"]],
                    ]
                ])
            #expect(
                answer.json["result"]?["orders"] == [
                    [
                        "id": 17, "values": ["CLOUDKASSIR_FN": "9282440300669999", "CLOUDKASSIR_FD": "77"],
                        "missing": ["CLOUDKASSIR_FPD"], "unfit": [],
                    ], ["id": 99, "error": "ORDER_NOT_FOUND"],
                ])
            let values = sandbox.properties(ofOrder: 17)
            #expect(values?["EMAIL"] == "a@example.ru")
            #expect(values?["CLOUDKASSIR_FD"] == "77")
            #expect(sandbox.ledger()["bitrix"]?["main"]?["orders"]?[0]?["version"] == 1)
        }
    }

    @Test(arguments: [
        (#"{}"#, "ERROR_ARGUMENT"), (#"{"orders":[{"id":"x","properties":{"CLOUDKASSIR_FN":"1"}}]}"#, "ERROR_ARGUMENT"),
        (#"{"orders":[{"id":17,"properties":{"EMAIL":"1"}}]}"#, "ERROR_PROPERTY_NOT_ALLOWED"),
        (#"{"orders":[{"id":17,"properties":[]}]}"#, "ERROR_ARGUMENT"),
    ]) func whatIsWrongIsRefused(body: String, code: String) async throws {
        try await withSandbox(.init(portals: [BitrixPortal(hasModule: true)])) { sandbox, address in
            sandbox.createOrders([Samples.order(17)])
            let answer = try await WireClient(address: address).post(Self.method, body)
            #expect(answer.status == 400)
            #expect(answer.json["error"] == .string(code))
        }
    }

    @Test func aPortalWithoutTheModuleDoesNotKnowIt() async throws {
        try await withSandbox { _, address in
            let answer = try await WireClient(address: address).post(Self.method, "{}")
            #expect(answer.status == 404)
            #expect(answer.json["error"] == "ERROR_METHOD_NOT_FOUND")
        }
    }

    @Test func aUserWithoutTheRightIsRefused() async throws {
        let portal = BitrixPortal(webhooks: [.init(access: .reader)], hasModule: true)
        try await withSandbox(.init(portals: [portal])) { sandbox, address in
            sandbox.createOrders([Samples.order(17)])
            let client = WireClient(address: address)
            try await #expect(client.post(Self.method, "{}").json["error"] == "ACCESS_DENIED")
            let update = try await client.post(
                "\(BitrixTests.rest)/sale.order.update", ["id": 17, "fields": ["comments": "x"]])
            #expect(update.json["error"] == "200040300020")
            try await #expect(client.post("\(BitrixTests.rest)/sale.order.get", ["id": 17]).status == 200)
            let handlers = try await client.post("\(BitrixTests.rest)/sale.cashbox.handler.list", [:])
            #expect(handlers.status == 403)
        }
    }
}
