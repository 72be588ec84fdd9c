import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(10))) struct BitrixTests {
    static let rest = "/portal/main/rest/1/sandboxcode"

    private func call(_ address: SandboxAddress, _ method: String, _ parameters: JSONValue = [:]) async throws
        -> WireAnswer
    {
        try await WireClient(address: address).post("\(Self.rest)/\(method)", parameters)
    }

    @Test func everyFormOfRequestIsUnderstood() async throws {
        try await withSandbox { sandbox, address in
            sandbox.createOrders([Samples.order(17)])
            let client = WireClient(address: address)
            let answers = [
                try await client.post("\(Self.rest)/sale.order.get.json", ["id": 17]),
                try await client.get("\(Self.rest)/Sale.Order.Get?id=17"),
                try await client.post(
                    "\(Self.rest)/sale.order.get?id=1", "id=17", type: "application/x-www-form-urlencoded"),
                try await client.post(
                    "\(Self.rest)/sale.order.get",
                    "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n17\r\n--b--\r\n",
                    type: "multipart/form-data; boundary=b"),
            ]
            for answer in answers {
                #expect(answer.status == 200)
                #expect(answer.json["result"]?["order"]?["id"] == 17)
                #expect(answer.json["result"]?["order"]?["price"] == .number("480.00"))
                #expect(answer.json["time"]?["date_start"]?.stringValue != nil)
            }
            // A broken JSON body is a call without arguments.
            let broken = try await client.post("\(Self.rest)/sale.order.get", "{\"id\": 17")
            #expect(broken.status == 400)
            #expect(broken.json["error"] == "100")
        }
    }

    @Test func errorsHaveTheirCodesAndStatuses() async throws {
        let portals = [
            BitrixPortal(),
            BitrixPortal(name: "old", basePath: "/old", webhooks: [.init(scopes: [])], hasNumericErrorCodes: true),
        ]
        try await withSandbox(.init(portals: portals)) { sandbox, address in
            let client = WireClient(address: address)
            let old = "/old/rest/1/sandboxcode"
            let cases: [(path: String, body: JSONValue, status: Int, code: JSONValue)] = [
                ("/portal/main/rest/1/wrong/profile", [:], 401, "NO_AUTH_FOUND"),
                ("\(Self.rest)/no.such.method", [:], 404, "ERROR_METHOD_NOT_FOUND"),
                ("\(Self.rest)/sale.order.get", ["id": 5], 400, "200540400001"),
                ("\(Self.rest)/sale.payment.update", ["id": 5, "fields": [:]], 400, "200640400001"),
                ("\(old)/sale.order.get", ["id": 5], 401, "insufficient_scope"), ("\(old)/method.get", [:], 400, 100),
            ]
            for (path, body, status, code) in cases {
                let answer = try await client.post(path, body)
                #expect(answer.status == status, "\(path)")
                #expect(answer.json["error"] == code, "\(path)")
            }
        }
    }

    @Test func listsComeInPagesOfFifty() async throws {
        try await withSandbox { sandbox, address in
            sandbox.createOrders((1...130).map { Samples.order($0) })
            let first = try await call(address, "sale.order.list").json
            #expect(first["total"] == 130)
            #expect(first["next"] == 50)
            let last = try await call(address, "sale.order.list", ["start": 149, "select": ["id"]]).json
            #expect(last["result"]?["orders"]?.arrayValue?.count == 30)
            #expect(last["result"]?["orders"]?[0] == ["id": 101])
            #expect(last["next"] == nil)
            let walk = try await call(
                address, "sale.order.list", ["filter": [">id": 60], "order": ["id": "asc"], "start": -1]
            ).json
            #expect(walk["result"]?["orders"]?[0]?["id"] == 61)
            #expect(walk["result"]?["orders"]?.arrayValue?.count == 50)
            #expect(walk["total"] == nil)
            let newest = try await call(address, "sale.order.list", ["order": ["ID": "DESC"], "filter": ["<=id": 99]])
                .json
            #expect(newest["result"]?["orders"]?[0]?["id"] == 99)
        }
    }

    @Test func filtersKnowTheirPrefixes() async throws {
        try await withSandbox { _, address in
            func ids(_ filter: JSONValue) async throws -> Int {
                let answer = try await call(address, "sale.property.list", ["filter": filter])
                return answer.json["result"]?["properties"]?.arrayValue?.count ?? -1
            }
            try await #expect(ids(["code": "CLOUDKASSIR_FN"]) == 2)
            try await #expect(ids(["code": "CLOUDKASSIR_FN", "personTypeId": 2]) == 1)
            try await #expect(ids(["@code": ["CLOUDKASSIR_FN", "CLOUDKASSIR_FD"], "=personTypeId": "1"]) == 2)
            try await #expect(ids(["!@code": ["CLOUDKASSIR_FN", "CLOUDKASSIR_FD"], "personTypeId": 1]) == 5)
            try await #expect(ids(["%code": "kassir"]) == 6)
            try await #expect(ids(["!personTypeId": 1, ">id": 10]) == 4)
            try await #expect(ids(["nonsense": 1]) == 14)
        }
    }

    @Test func modifyDeletesWhatItIsNotTold() async throws {
        try await withSandbox { sandbox, address in
            sandbox.createOrders([Samples.order(17)])
            let properties = try await call(address, "sale.property.list", ["filter": ["personTypeId": 1]])
            let list = try #require(properties.json["result"]?["properties"]?.arrayValue)
            func id(_ code: String) -> JSONValue { list.first { $0["code"] == .string(code) }?["id"] ?? .null }
            let modified = try await call(
                address, "sale.propertyvalue.modify",
                [
                    "fields": [
                        "order": [
                            "id": 17,
                            "propertyValues": [
                                ["orderPropsId": id("EMAIL"), "value": "new@example.ru"],
                                ["orderPropsId": id("CLOUDKASSIR_FN"), "value": "1"],
                            ],
                        ]
                    ]
                ])
            #expect(modified.json["result"]?["propertyValues"]?.arrayValue?.count == 2)
            #expect(sandbox.properties(ofOrder: 17) == ["EMAIL": "new@example.ru", "CLOUDKASSIR_FN": "1"])
            #expect(sandbox.summary().bitrix.deletedValues == 1)
            let order = sandbox.ledger()["bitrix"]?["main"]?["orders"]?[0]
            #expect(order?["writes"]?[0]?["deleted"] == ["FIO"])
            #expect(order?["version"] == 2)
            let values = try await call(address, "sale.propertyvalue.list", ["filter": ["orderId": 17]])
            #expect(values.json["total"] == 2)
        }
    }

    @Test func batchResolvesReferencesAndTellsErrorsApart() async throws {
        try await withSandbox { sandbox, address in
            sandbox.createOrders([Samples.order(17)])
            let answer = try await call(
                address, "batch",
                [
                    "halt": 0,
                    "cmd": [
                        "o": "sale.order.list?filter[id]=17",
                        "v": "sale.propertyvalue.list?filter[orderId]=$result[o][orders][0][id]&order[id]=asc",
                        "bad": "sale.order.get?id=999", "no": "batch?cmd[]=profile", "p": "profile",
                    ],
                ])
            let result = try #require(answer.json["result"])
            #expect(result["result"]?["v"]?["propertyValues"]?.arrayValue?.count == 2)
            #expect(result["result_error"]?["bad"]?["error"] == "200540400001")
            #expect(result["result_error"]?["no"]?["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED")
            #expect(result["result"]?["p"]?["ID"] == "1")
            #expect(result["result_total"]?["o"] == 1)
            #expect(result["result_next"] == [])
            #expect(sandbox.calls()["batch"] == 1)
            #expect(sandbox.calls()["batch/sale.order.get"] == 1)
        }
    }

    @Test func aReferenceMayStandForAStructure() async throws {
        try await withSandbox { sandbox, address in
            sandbox.createOrders([Samples.order(17), Samples.order(18)])
            let answer = try await call(
                address, "batch",
                [
                    "cmd": [
                        "o": "sale.order.list?filter[id]=18&select[]=id",
                        "same": "sale.order.list?filter=$result[o][orders][0]",
                        "encoded": "sale.order.list?filter[%3Eid]=%24result%5Bo%5D%5Borders%5D%5B0%5D%5Bid%5D",
                        "text": "sale.order.list?filter[accountNumber]=$result[",
                        "none": "sale.order.list?filter[id]=$result[o][nothing][0]",
                    ]
                ])
            #expect(answer.json["result"]?["result"]?["same"]?["orders"]?[0]?["id"] == 18)
            #expect(answer.json["result"]?["result_total"] == ["o": 1, "same": 1, "encoded": 0, "text": 0, "none": 0])
        }
    }

    @Test func batchHaltsAndHasItsLimit() async throws {
        try await withSandbox { _, address in
            let halted = try await call(address, "batch", ["halt": 1, "cmd": ["a": "nothing", "b": "profile"]])
            #expect(halted.json["result"]?["result"] == [])
            #expect(halted.json["result"]?["result_error"]?["a"]?["error"] == "ERROR_METHOD_NOT_FOUND")
            let many = try await call(address, "batch", ["cmd": .array((0..<52).map { _ in "server.time" })])
            #expect(many.json["result"]?["result"]?.arrayValue?.count == 50)
            #expect(many.json["result"]?["result_error"]?["51"]?["error"] == "ERROR_BATCH_LENGTH_EXCEEDED")
        }
    }

    @Test func aCommandOfABatchFailsOnOrder() async throws {
        try await withSandbox { sandbox, address in
            sandbox.faults.order(
                FaultRule(
                    .status(429, code: nil, message: nil, retryAfter: nil, accepting: false), path: "batch/profile"))
            let answer = try await call(address, "batch", ["cmd": ["a": "profile", "b": "profile"]])
            #expect(answer.json["result"]?["result_error"]?["a"]?["error"] == "OPERATION_TIME_LIMIT")
            #expect(answer.json["result"]?["result"]?["b"] != nil)
        }
    }

    @Test func theBucketLeaks() async throws {
        let clock = ManualClock(startingAt: 1_770_000_000)
        let portal = BitrixPortal(intensity: .init(capacity: 3, perSecond: 2))
        try await withSandbox(.init(portals: [portal], clock: clock.clock)) { sandbox, address in
            func statuses(_ count: Int) async throws -> [Int] {
                var statuses: [Int] = []
                for _ in 0..<count { statuses.append(try await call(address, "profile").status) }
                return statuses
            }
            try await #expect(statuses(4) == [200, 200, 200, 503])
            clock.advance(by: .seconds(1))
            try await #expect(statuses(3) == [200, 200, 503])
            #expect(sandbox.summary().bitrix.limited == 2)
        }
    }

    @Test func operatingTimeBlocksOneMethod() async throws {
        let clock = ManualClock(startingAt: 1_770_000_000)
        let portal = BitrixPortal(
            edition: .cloud, operatingLimit: 2, operatingCost: ["sale.order.list": 1000, "profile": 99])
        try await withSandbox(.init(portals: [portal], clock: clock.clock)) { _, address in
            _ = try await call(address, "sale.order.list")
            let second = try await call(address, "sale.order.list").json
            #expect(second["time"]?["operating"] == .number("2.0"))
            let reset = try #require(second["time"]?["operating_reset_at"]?.intValue)
            let blocked = try await call(address, "sale.order.list")
            #expect(blocked.status == 429)
            #expect(blocked.json["error"] == "OPERATION_TIME_LIMIT")
            try await #expect(call(address, "profile").status == 200)
            clock.advance(by: .seconds(Int64(reset) - 1_770_000_000))
            try await #expect(call(address, "sale.order.list").status == 200)
        }
    }

    @Test func paymentsAreUpdatedAsThePortalDoes() async throws {
        try await withSandbox { sandbox, address in
            let order = try #require(sandbox.createOrders([Samples.order()]).first)
            let incomplete = try await call(
                address, "sale.payment.update", ["id": .int(order.payment), "fields": ["comments": "x"]])
            #expect(incomplete.status == 400)
            let refund = try await call(
                address, "sale.payment.update",
                ["id": .int(order.payment), "fields": ["paySystemId": 3, "isReturn": "P"]])
            #expect(refund.json["result"]?["payment"]?["paid"] == "N")
            #expect(sandbox.summary().bitrix.refundsAsked == 1)
            let items = try await call(address, "sale.basketitem.list", ["filter": ["orderId": .int(order.id)]])
            #expect(items.json["result"]?["basketItems"]?[0]?["id"] == .string(String(order.basket[0])))
            #expect(items.json["result"]?["basketItems"]?[0]?["vatRate"] == .number("0.1"))
        }
    }
}
