import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(10))) struct ControlTests {
    @Test func faultsAreOrderedListedAndTakenBack() async throws {
        try await withSandbox { sandbox, address in
            let client = WireClient(address: address)
            let rule: JSONValue = [
                "service": "cloudkassir", "method": "POST", "path": "/receipts", "external_id": "r-1",
                "fault": ["kind": "status", "status": 500],
            ]
            let ordered = try await client.post("/_sandbox/faults", ["rules": [rule]])
            #expect(ordered.status == 200)
            try await #expect(
                WireClient.kassir(address).post("\(CloudKassirTests.base)/receipts", Samples.receipt()).status
                    == 500)
            let rules = try await client.get("/_sandbox/faults").json["rules"]
            #expect(rules?[0]?["fired"] == 1)
            #expect(rules?[0]?["times"] == 1)
            _ = try await client.send("DELETE", "/_sandbox/faults")
            #expect(sandbox.faults.state.isEmpty)
        }
    }

    static let faults: [Fault] = [
        .latency(.milliseconds(5)), .timeout(accepting: false, hold: .seconds(3)), .reset(accepting: true),
        .close(accepting: false), .status(429, code: "c", message: "m", retryAfter: 3, accepting: true),
        .garbage(accepting: true), .truncated(accepting: false), .wait(polls: 4),
        .fail(code: "1", message: "м", passing: true),
    ]

    @Test(arguments: faults) func rulesSurviveJSON(fault: Fault) throws {
        let rules = [
            FaultRule(fault), FaultRule(fault, rate: 20, seed: 9),
            FaultRule(
                fault, service: .bitrix, account: "a", method: "POST", path: "batch", externalID: "e",
                bodyContains: "x",
                skip: 2, times: 5),
        ]
        for rule in rules { #expect(try FaultRule(json: rule.json) == rule) }
    }

    @Test(arguments: [
        #"{"fault":{"kind":"explode"}}"#, #"{"fault":{"kind":"wait"}}"#, #"{"pfad":"/x","fault":{"kind":"reset"}}"#,
        "{}", "[1]",
        #"{"rate":200,"fault":{"kind":"reset"}}"#, "{", #"{"fault":{"kind":"status","status":99}}"#,
    ]) func wrongRulesAreRefused(text: String) async throws {
        try await withSandbox { sandbox, address in
            let answer = try await WireClient(address: address).post("/_sandbox/faults", text)
            #expect(answer.status == 400)
            #expect(answer.json["error"]?["message"]?.stringValue?.isEmpty == false)
            #expect(sandbox.faults.state.isEmpty)
        }
    }

    @Test func ordersAccountsAndPortalsAreMadeByJSON() async throws {
        try await withSandbox { sandbox, address in
            let client = WireClient(address: address)
            _ = try await client.post(
                "/_sandbox/portals", ["name": "second", "code": "abc", "edition": "cloud", "bucket": 1000])
            _ = try await client.post(
                "/_sandbox/accounts", ["name": "second", "login": "b", "password": "b", "polls": 0])
            let created = try await client.post(
                "/_sandbox/orders",
                [
                    "portal": "second",
                    "orders": [
                        [
                            "id": 1001, "price": "590.00", "person_type": 2, "properties": ["EMAIL": "c@example.ru"],
                            "items": [["name": "Чайник", "price": "590.00", "vat_rate": "0.22"]], "delivery": "0",
                        ]
                    ],
                ])
            #expect(created.status == 200)
            #expect(created.json["orders"]?[0]?["id"] == 1001)
            #expect(sandbox.properties(ofOrder: 1001, in: "second") == ["EMAIL": "c@example.ru"])
            let order = try await client.get("/portal/second/rest/1/abc/sale.order.get?id=1001")
            #expect(order.json["result"]?["order"]?["shipments"]?.arrayValue?.count == 1)
            #expect(order.json["time"]?["operating"] != nil)
            let fiscalised = try await WireClient.kassir(address, login: "b:b").post(
                "\(CloudKassirTests.base)/receipts", Samples.receipt())
            #expect(fiscalised.status == 200)
            let ledger = try await client.get("/_sandbox/ledger?service=cloudkassir&account=second&bodies=0").json
            #expect(ledger["cloudkassir"]?["receipts"]?[0]?["status"] == "done")
            #expect(ledger["cloudkassir"]?["receipts"]?[0]?["body"] == nil)
            let summary = try await client.get("/_sandbox/ledger/summary").json
            #expect(summary["accounts"]?["second"]?["fiscalised"] == 1)
            #expect(summary["portals"]?["second"]?["orders"] == 1)
            _ = try await client.post("/_sandbox/reset", "")
            let emptied = try await client.get("/_sandbox/ledger/summary")
            #expect(emptied.json["bitrix"]?["orders"] == 0)
        }
    }

    @Test func propertiesComeAndGo() async throws {
        try await withSandbox { sandbox, address in
            let client = WireClient(address: address)
            sandbox.createOrders([Samples.order(1)])
            let changed = try await client.post(
                "/_sandbox/properties", ["remove": ["EMAIL", "CLOUDKASSIR_FPD"], "add": [["code": "CLOUDKASSIR_QR"]]])
            #expect(changed.status == 200)
            #expect(sandbox.properties(ofOrder: 1) == ["FIO": "Иван"])
            let list = try await client.get("\(BitrixTests.rest)/sale.property.list?filter[%25code]=KASSIR").json
            let codes = list["result"]?["properties"]?.arrayValue?.compactMap { $0["code"]?.stringValue } ?? []
            #expect(Set(codes) == ["CLOUDKASSIR_FN", "CLOUDKASSIR_FD", "CLOUDKASSIR_QR"])
        }
    }

    @Test func healthAndUnknownPaths() async throws {
        try await withSandbox { _, address in
            let client = WireClient(address: address)
            try await #expect(client.get("/_sandbox/health").json == ["status": "ok"])
            try await #expect(client.get("/_sandbox/nothing").status == 404)
            try await #expect(client.get("/_sandbox/ledger?nonsense=1").status == 400)
        }
    }
}
