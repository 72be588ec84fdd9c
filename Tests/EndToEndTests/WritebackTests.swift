import Bitrix
import HTTPTransport
import JobQueue
import Postgres
import Relay
import Sandbox
import TestSupport
import Testing

/// Results in the order: which receipt is shown where, and that a portal in trouble holds up nothing but itself.
@Suite(.database, .timeLimit(.minutes(10)))
struct WritebackTests {
    private static let lines = [Payload.line("1", "100.00")]
    private static let standing = "SELECT count(*) FROM fiscal.job"

    /// The comment of an order, as a person of the shop reads it.
    private func comment(_ stage: Stage, of order: Int = 1001) async throws -> String {
        let transport = HTTPTransport()
        let client = BitrixClient(
            access: BitrixWebhook { stage.address.webhookURL(of: ShopSpec.portal("main")) }, transport: transport)
        let answer: BitrixAnswer
        do {
            answer = try await client.call(BitrixCall("sale.order.get", ["id": .integer(Int64(order))]))
        } catch {
            await transport.shutdown()
            throw error
        }
        await transport.shutdown()
        return answer.result["order"]?["comments"]?.text ?? ""
    }

    private func destination(_ stage: Stage) -> String { "bitrix:127.0.0.1:\(stage.address.port)/portal/main" }

    @Test func eachKindOfReceiptIsShownWhereTheShopWantsIt() async throws {
        let kinds = ["REFUND", "CLOSING", "CORRECTION"]
        let codes = kinds.map { "\($0.lowercased()): { fn: \($0)_FN, fd: \($0)_FD, fpd: \($0)_FPD }" }
        let shop = ShopSpec(writeback: "properties: { \(codes.joined(separator: ", ")) }, comment: true")
        try await withWorkingStage([shop]) { stage in
            for kind in kinds {
                for sign in ["FN", "FD", "FPD"] {
                    stage.sandbox.addProperty(PropertySeed(code: "\(kind)_\(sign)", name: "\(kind) \(sign)"))
                }
            }
            let paid = try await stage.pay(sum: "100.00", settlement: "full_prepayment", Self.lines)
            #expect(try await stage.fate(of: paid) == .ended("fiscalised"))
            let shipped = try await stage.insert(
                "order.shipped", key: "shipment:1", order: 1001, Payload.shipped(shipment: "1", Self.lines))
            #expect(try await stage.fate(of: shipped) == .ended("fiscalised"))
            let refunded = try await stage.insert(
                "payment.refunded", key: "refund", order: 1001, Payload.refunded(payment: "5", refund: "1"))
            #expect(try await stage.fate(of: refunded) == .ended("fiscalised"))
            let missed = try await stage.insert(
                "receipt.correction", key: "correction", order: 1001,
                Payload.correction("missed", right: Payload.paid(payment: "6", sum: "100.00", Self.lines)))
            #expect(try await stage.fate(of: missed) == .ended("fiscalised"))
            try await stage.settled()
            var shown: [String] = []
            for event in [paid, shipped, refunded, missed] {
                shown.append(try #require(try await stage.receipts(of: event).first?.fd))
            }
            let properties = try #require(stage.sandbox.properties(ofOrder: 1001))
            #expect(
                ["CLOUDKASSIR_FD", "CLOSING_FD", "REFUND_FD", "CORRECTION_FD"].map { properties[$0] ?? "" } == shown)
            #expect(properties["EMAIL"] == Sample.email)
            let lines = try await comment(stage).split(separator: "\n")
            #expect(lines.count == 4)
            for (line, sign) in zip(lines, shown) { #expect(line.contains("ФД \(sign), ")) }
        }
    }

    @Test func aCommentIsWrittenOnceWhateverIsRepeated() async throws {
        try await withWorkingStage([ShopSpec(writeback: "comment: true")]) { stage in
            stage.sandbox.faults.order(FaultRule(.reset(accepting: true), service: .bitrix, skip: 1, times: 6))
            let event = try await stage.pay(sum: "100.00", Self.lines)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            try await eventually {
                try await stage.hasten()
                return try await stage.number(Self.standing) == 0
            }
            #expect(try await comment(stage).split(separator: "\n").count == 1)
            #expect(stage.sandbox.summary().bitrix.writtenBack == 1)
        }
    }

    @Test func aPortalThatRefusesUsIsOpenedAgainWhenItLetsUsIn() async throws {
        try await withStage { stage in
            // Revoked, and made anew later: the worker is told by nobody.
            let revoked = BitrixPortal(
                name: "main", basePath: "/portal/main", webhooks: [BitrixPortal.Webhook(code: "another")])
            stage.sandbox.add(revoked)
            let events = try await stage.working { _ async throws in
                let events = [
                    try await stage.pay(order: 1, payment: "1", sum: "100.00", Self.lines),
                    try await stage.pay(order: 2, payment: "2", sum: "100.00", Self.lines),
                ]
                for event in events { #expect(try await stage.fate(of: event) == .ended("fiscalised")) }
                try await eventually { try await stage.openAlarms() == ["unauthorised:\(destination(stage))"] }
                #expect(try await look(stage) == .finish(outcome: "looked"))
                #expect(try await stage.openAlarms() == ["unauthorised:\(destination(stage))"])
                return events
            }
            #expect(events.count == 2)
            stage.sandbox.add(ShopSpec.portal("main"))
            for order in 1...2 { stage.place(order: order, price: "100.00") }
            try await stage.working { _ async throws in
                #expect(try await look(stage) == .finish(outcome: "looked"))
                try await eventually { try await stage.number(Self.standing) == 0 }
            }
            #expect(try await stage.openAlarms().isEmpty)
            #expect(stage.sandbox.summary().bitrix.writtenBack == 2)
        }
    }

    /// What the fleet does once a minute.
    private func look(_ stage: Stage) async throws -> Verdict? {
        let configuration = try RelayConfiguration(yaml: stage.yaml([ShopSpec()]), environment: [:])
        let pool = PostgresPool(try PostgresConfiguration(url: stage.url(.worker)))
        let transport = HTTPTransport()
        let directory = ShopDirectory(configuration: configuration, transport: transport, pool: pool)
        let watch = WritebackWatch(directory: directory, pool: pool).definition
        let outcome = await watch.run([
            JobRun(job: JobID(1), shop: "", kind: watch.key.kind, step: watch.key.step)
        ]).first
        await transport.shutdown()
        await pool.close()
        return outcome?.verdict
    }

    @Test func aPortalWithOurModuleIsWrittenByItsMethodAlone() async throws {
        try await withStage { stage in
            var portal = ShopSpec.portal("main")
            portal.hasModule = true
            portal.webhooks = [BitrixPortal.Webhook(code: Sample.webhookCode)]
            stage.sandbox.add(portal)
            try await stage.working { _ async throws in
                for order in 1...3 {
                    try await stage.pay(order: order, payment: "\(order)", sum: "100.00", Self.lines)
                }
                try await eventually { stage.sandbox.summary().bitrix.writtenBack == 3 }
                try await stage.settled()
            }
            let calls = stage.sandbox.calls()
            #expect((1...3).contains(calls["fiscal.relay.order.properties.set"] ?? 0))
            // Write-backs that begin together ask together whether the portal has the method.
            #expect((1...3).contains(calls["method.get"] ?? 0))
            #expect(calls["batch"] == nil && calls["sale.property.list"] == nil)
            #expect(try await stage.writeback(of: 3) == "written")
        }
    }

    @Test func anApplicationIsConnectedAndKeepsItsOwnTokensFresh() async throws {
        try await withStage { stage in
            let portal = ShopSpec.portalOfApplication("main")
            stage.sandbox.add(portal)
            let shop = ShopSpec(usesApplication: true)
            try await stage.working([shop]) { _ async throws in
                let event = try await stage.pay(order: 1, payment: "1", sum: "100.00", Self.lines)
                #expect(try await stage.fate(of: event) == .ended("fiscalised"))
                // Nobody has connected it.
                try await eventually { try await stage.openAlarms() == ["unauthorised:\(destination(stage))"] }
            }
            let issued = try #require(stage.sandbox.install())
            let tokens = Bitrix.BitrixTokens(
                clientEndpoint: stage.address.restURL(of: portal), accessToken: issued.accessToken,
                refreshToken: issued.refreshToken, lifetime: .seconds(issued.expiresIn))
            let administration = PortalAdministration(pool: stage.admin)
            try await administration.connect(
                "local.sandbox@127.0.0.1:\(stage.address.port)", tokens, by: Operator(who: "anna", why: "test"))
            #expect(try await stage.resume(destination: destination(stage)))
            stage.sandbox.expireTokens()
            try await stage.working([shop]) { _ async throws in
                let event = try await stage.pay(order: 2, payment: "2", sum: "100.00", Self.lines)
                #expect(try await stage.fate(of: event) == .ended("fiscalised"))
                try await eventually { try await stage.number(Self.standing) == 0 }
            }
            #expect(stage.sandbox.summary().bitrix.writtenBack == 2)
            #expect(stage.sandbox.calls()["oauth/token"] == 1)
            #expect(try await administration.connections().map(\.generation) == [2])
            #expect(try await stage.openAlarms().isEmpty)
        }
    }

    @Test(
        arguments: [
            Fault.status(503, code: "QUERY_LIMIT_EXCEEDED", message: "Too many", retryAfter: nil, accepting: false),
            .status(429, code: "OPERATION_TIME_LIMIT", message: "Blocked", retryAfter: nil, accepting: false),
            .timeout(accepting: false, hold: .seconds(3)), .latency(.seconds(3)),
        ])
    func aPortalInTroubleHoldsUpNoReceipt(_ fault: Fault) async throws {
        try await withStage { stage in
            stage.sandbox.faults.order(FaultRule(fault, service: .bitrix, times: .max))
            try await stage.working { _ async throws in
                var events: [Int64] = []
                for order in 1...24 {
                    events.append(try await stage.pay(order: order, payment: "\(order)", sum: "100.00", Self.lines))
                }
                for event in events { #expect(try await stage.fate(of: event) == .ended("fiscalised")) }
            }
            // No result is lost: it waits, in sight, or has been shown.
            let waiting = try await stage.number("SELECT count(*) FROM fiscal.job WHERE kind = 'order.writeback'")
            #expect(try await stage.number("SELECT count(*) FROM fiscal.writeback") + waiting == 24)
            stage.sandbox.faults.clear()
            try await stage.working { _ async throws in
                _ = try await stage.resume(destination: destination(stage))
                try await eventually {
                    try await stage.hasten()
                    return stage.sandbox.summary().bitrix.writtenBack == 24
                }
            }
        }
    }

    @Test func resultsOfManyOrdersShareTheirCalls() async throws {
        try await withStage { stage in
            let destination = destination(stage)
            let events = try await stage.working { _ async throws in
                try await stage.pause(destination: destination)
                var events: [Int64] = []
                for order in 1...40 {
                    events.append(try await stage.pay(order: order, payment: "\(order)", sum: "100.00", Self.lines))
                }
                for event in events { #expect(try await stage.fate(of: event) == .ended("fiscalised")) }
                return events
            }
            #expect(events.count == 40 && stage.sandbox.calls()["batch"] == nil)
            try await stage.working { _ async throws in
                #expect(try await stage.resume(destination: destination))
                try await eventually { try await stage.number(Self.standing) == 0 }
            }
            #expect(stage.sandbox.summary().bitrix.writtenBack == 40)
            // Three calls a round of up to eight, as many as this worker takes of one queue at once; each order alone
            // would take 120.
            #expect((stage.sandbox.calls()["batch"] ?? 0) <= 60)
        }
    }

    @Test func thePaceOfCallsIsKeptByTheWholeFleetInOrder() async throws {
        let database = TestDatabase.current
        let take = Statement("test.take", "SELECT fiscal.take_call('bitrix:a', 0.1, 3)")
        var waits: [Int] = []
        for _ in 1...7 {
            waits += try await database.pool.query(take) { row throws(PostgresError) in try row.get(Int.self, 0) }
        }
        #expect(waits.prefix(3) == [0, 0, 0])
        // Ten seconds apart, less what has passed meanwhile.
        for (turn, wait) in waits.dropFirst(3).enumerated() { #expect(wait <= 10_000 * (turn + 1)) }
        #expect(zip(waits.dropFirst(3), waits.dropFirst(4)).allSatisfy { $0 < $1 })
        // A refusal says that there is nothing left; another portal is another matter.
        try await database.pool.execute(Statement("test.take2", "SELECT fiscal.take_call('bitrix:b', 0.1, 9)"))
        try await database.pool.execute(Statement("test.empty", "SELECT fiscal.empty_call_bucket('bitrix:b')"))
        let next = try await database.pool.query(
            Statement("test.take3", "SELECT fiscal.take_call('bitrix:b', 0.1, 9)")
        ) { row throws(PostgresError) in try row.get(Int.self, 0) }
        #expect(next.first.map { $0 > 0 && $0 <= 10_000 } == true)
    }

    @Test func whatWaitsForLongIsSaid() async throws {
        try await withStage { stage in
            let destination = destination(stage)
            try await stage.working { _ async throws in
                try await stage.pause(destination: destination)
                let event = try await stage.pay(sum: "100.00", Self.lines)
                #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            }
            try await stage.owner.execute(
                Statement(
                    "test.age",
                    "UPDATE fiscal.job SET step_since = step_since - interval '1 hour' WHERE kind = 'order.writeback'"))
            let backlog = try #require(try await WritebackWatch.backlogs(stage.owner).first)
            #expect(backlog.destination == destination && backlog.orders == 1 && backlog.waited >= .seconds(3600))
            #expect(WritebackWatch.schedule.every == .seconds(60))
        }
    }
}
