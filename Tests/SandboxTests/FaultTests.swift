import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(10))) struct FaultTests {
    private let base = CloudKassirTests.base

    @Test(arguments: [true, false]) func resetsAreRealAndCountAsToldBefore(accepting: Bool) async throws {
        try await withSandbox { [base] sandbox, address in
            sandbox.faults.order(FaultRule(.reset(accepting: accepting), service: .cloudKassir, method: "POST"))
            let client = WireClient.kassir(address)
            await #expect(throws: WireFailure.reset) { try await client.post("\(base)/receipts", Samples.receipt()) }
            #expect(sandbox.receipts().count == (accepting ? 1 : 0))
            try await #expect(client.post("\(base)/receipts", Samples.receipt()).status == 200)
        }
    }

    @Test(arguments: [true, false]) func closesComeWithoutAnAnswer(accepting: Bool) async throws {
        try await withSandbox { [base] sandbox, address in
            sandbox.faults.order(FaultRule(.close(accepting: accepting)))
            let client = WireClient.kassir(address)
            await #expect(throws: WireFailure.closedWithoutAnswer) {
                try await client.post("\(base)/receipts", Samples.receipt())
            }
            #expect(sandbox.receipts().count == (accepting ? 1 : 0))
        }
    }

    @Test func aTimeOutAcceptsAndNeverAnswers() async throws {
        try await withSandbox { [base] sandbox, address in
            sandbox.faults.order(FaultRule(.timeout(accepting: true, hold: .milliseconds(20))))
            await #expect(throws: WireFailure.closedWithoutAnswer) {
                try await WireClient.kassir(address).post("\(base)/receipts", Samples.receipt())
            }
            #expect(sandbox.receipts().count == 1)
        }
    }

    @Test func stoppingReleasesWhatIsHeld() async throws {
        let held = try await withSandbox { [base] sandbox, address in
            sandbox.faults.order(FaultRule(.timeout(accepting: true, hold: .seconds(3600))))
            let held = Task { try await WireClient.kassir(address).post("\(base)/receipts", Samples.receipt()) }
            while sandbox.receipts().isEmpty { await Task.yield() }
            return held
        }
        await #expect(throws: WireFailure.closedWithoutAnswer) { try await held.value }
    }

    @Test func truncatedBodiesEndInTheMiddle() async throws {
        try await withSandbox { [base] sandbox, address in
            sandbox.faults.order(FaultRule(.truncated(accepting: true)))
            await #expect(throws: WireFailure.truncated) {
                try await WireClient.kassir(address).post("\(base)/receipts", Samples.receipt())
            }
            #expect(sandbox.receipts().count == 1)
        }
    }

    @Test func garbageIsNoJSON() async throws {
        try await withSandbox { [base] sandbox, address in
            sandbox.faults.order(FaultRule(.garbage(accepting: true)))
            let answer = try await WireClient.kassir(address).post("\(base)/receipts", Samples.receipt())
            #expect(answer.status == 200)
            #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(answer.body) }
            #expect(sandbox.receipts().count == 1)
        }
    }

    @Test func statusesComeInTheServicesOwnForm() async throws {
        try await withSandbox { [base] sandbox, address in
            sandbox.faults.order(
                FaultRule(
                    .status(429, code: nil, message: nil, retryAfter: 7, accepting: false), service: .cloudKassir),
                FaultRule(.status(503, code: nil, message: nil, retryAfter: nil, accepting: false), service: .bitrix))
            let refused = try await WireClient.kassir(address).post("\(base)/receipts", Samples.receipt())
            #expect(refused.status == 429)
            #expect(refused.headers["retry-after"] == "7")
            #expect(refused.json["error"]?["code"] == "too_many_requests")
            #expect(sandbox.receipts().isEmpty)
            let bitrix = try await WireClient(address: address).get("/portal/main/rest/1/sandboxcode/profile.json")
            #expect(bitrix.status == 503)
            #expect(bitrix.json["error"] == "QUERY_LIMIT_EXCEEDED")
        }
    }

    @Test func receiptsWaitAndFailOnOrder() async throws {
        try await withSandbox { [base] sandbox, address in
            sandbox.faults.order(
                FaultRule(.wait(polls: 3), externalID: "slow"),
                FaultRule(.fail(code: "1101", message: "смена закрыта", passing: false), externalID: "bad"),
                FaultRule(.fail(code: "2000", message: "нет связи", passing: true), externalID: "later"))
            let client = WireClient.kassir(address)
            var ids: [String: String] = [:]
            for key in ["slow", "bad", "later"] {
                ids[key] = try await client.post("\(base)/receipts", Samples.receipt(key)).json["id"]?.stringValue
            }
            func poll(_ key: String, _ count: Int) async throws -> [JSONValue?] {
                var states: [JSONValue?] = []
                for _ in 0..<count {
                    states.append(try await client.get("\(base)/receipts/\(ids[key] ?? "")").json["status"])
                }
                return states
            }
            try await #expect(poll("slow", 4) == ["wait", "wait", "wait", "done"])
            try await #expect(poll("bad", 2) == ["wait", "fail"])
            try await #expect(poll("later", 2) == ["wait", "fail"])
            for key in ["bad", "later"] {
                let again = try await client.post("\(base)/receipts", Samples.receipt(key))
                #expect(again.json["id"]?.stringValue == ids[key])
            }
            try await #expect(poll("bad", 1) == ["fail"])
            try await #expect(poll("later", 1) == ["done"])
            let failed = try await client.get("\(base)/receipts/\(ids["bad"] ?? "")").json
            #expect(failed["error"] == ["code": "1101", "message": "смена закрыта"])
        }
    }

    @Test func latencyDelaysTheWork() async throws {
        try await withSandbox { [base] sandbox, address in
            sandbox.faults.order(FaultRule(.latency(.milliseconds(30))))
            let start = ContinuousClock.now
            try await #expect(WireClient.kassir(address).post("\(base)/receipts", Samples.receipt()).status == 200)
            #expect(ContinuousClock.now - start >= .milliseconds(30))
        }
    }

    private func subject(_ key: String, method: String = "POST", path: String = "/receipts") -> FaultSubject {
        FaultSubject(service: .cloudKassir, account: "main", method: method, path: path, externalID: key)
    }

    @Test func rulesCountTheirMatches() {
        let plan = FaultPlan()
        plan.order(FaultRule(.close(accepting: true), path: "/receipts/*", skip: 1, times: 2))
        #expect(plan.decide(subject("a")).spoiling == nil)  // another path
        let hits = (0..<5).map { _ in plan.decide(subject("a", path: "/receipts/x")).spoiling != nil }
        #expect(hits == [false, true, true, false, false])
        #expect(plan.state.first?.fired == 2)
    }

    @Test func aRateChoosesAlikeInWhateverOrder() {
        func chosen(_ keys: [String]) -> Set<String> {
            let plan = FaultPlan()
            plan.order(FaultRule(.close(accepting: true), rate: 20, seed: 7))
            return Set(keys.filter { plan.decide(subject($0)).spoiling != nil })
        }
        let keys = (0..<1000).map { "key-\($0)" }
        #expect(chosen(keys) == chosen(keys.reversed()))
        #expect((150...250).contains(chosen(keys).count))
    }

    @Test func whatIsNotAcceptedKeepsItsReceiptFaults() {
        let plan = FaultPlan()
        plan.order(
            FaultRule(.wait(polls: 9)),
            FaultRule(.status(500, code: nil, message: nil, retryAfter: nil, accepting: false)))
        #expect(plan.decide(subject("a")).receiptFaults.isEmpty)
        #expect(plan.decide(subject("a")).receiptFaults == [.wait(polls: 9)])
    }
}
