import Fiscal
import Postgres
import Relay
import Sandbox
import TestSupport
import Testing

/// An account at which only a person may settle a doubt (`provider.doubt: person`, I4).
@Suite(.database, .timeLimit(.minutes(10)))
struct DoubtTests {
    private static let shop = ShopSpec(doubt: "person")
    /// A setting that would loosen it is not heard.
    private static let repeating = ShopSpec(doubt: "resend", provider: "deduplicates: false")
    private static let lines = [Payload.line("1", "100.00")]

    /// An event whose receipt was sent and never answered: dead, in doubt.
    private func doubtful(_ stage: Stage, _ fault: Fault) async throws -> Int64 {
        stage.sandbox.faults.order(FaultRule(fault, service: .cloudKassir, method: "POST"))
        let event = try await stage.pay(sum: "100.00", Self.lines)
        #expect(try await stage.fate(of: event) == .dead("in_doubt"))
        #expect(try await stage.reason(of: event).contains("jobs resolve"))
        // Nothing but a person's word sends it again.
        let answer = try await stage.replay(event)
        guard case .refused(let words) = answer else {
            Issue.record("the replay was not refused: \(answer)")
            return event
        }
        #expect(words.contains("resolve"))
        #expect(try await stage.fate(of: event) == .dead("in_doubt"))
        return event
    }

    @Test func acceptedThereIsAwaited() async throws {
        try await withWorkingStage([Self.shop]) { stage in
            let event = try await doubtful(stage, .reset(accepting: true))
            let number = try #require(stage.sandbox.receipts().first?.id)
            #expect(try await stage.resolve(event, .accepted(providerID: number)) == .done)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            #expect(stage.sandbox.receipts().map(\.timesSent) == [1])
        }
    }

    @Test func anAccountThatDoesNotDeduplicateIsNeverSentTheSameTwice() async throws {
        var account = ShopSpec.account("main")
        account.deduplicates = false
        try await withStage(accounts: [account]) { stage in
            try await stage.working([Self.repeating]) { _ in
                let event = try await doubtful(stage, .reset(accepting: true))
                let number = try #require(stage.sandbox.receipts().first?.id)
                #expect(try await stage.resolve(event, .accepted(providerID: number)) == .done)
                #expect(try await stage.fate(of: event) == .ended("fiscalised"))
                #expect(stage.sandbox.receipts().map(\.timesSent) == [1])
            }
        }
    }

    /// By its own word it is away and comes again: whether it took the receipt nobody has said. The others wait.
    @Test func whoIsAwayLeavesOneDoubtAndIsLeftAlone() async throws {
        try await withWorkingStage([Self.shop]) { stage in
            let event = try await doubtful(
                stage, .status(503, code: nil, message: nil, retryAfter: 600, accepting: true))
            let destination = "cloudkassir:main@127.0.0.1:\(stage.address.port)"
            #expect(
                try await stage.number(
                    """
                    SELECT count(*) FROM fiscal.destination WHERE name = '\(destination)'
                      AND paused_until > now() + interval '300 seconds'
                    """) == 1)
            let next = try await stage.pay(order: 1002, payment: "6", sum: "100.00", Self.lines)
            try await eventually { try await stage.receipts(of: next).map(\.state) == [.planned] }
            #expect(try await stage.resume(destination: destination))
            #expect(try await stage.fate(of: next) == .ended("fiscalised"))
            let number = try #require(stage.sandbox.receipts().first?.id)
            #expect(try await stage.resolve(event, .accepted(providerID: number)) == .done)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            #expect(stage.sandbox.receipts().map(\.timesSent) == [1, 1])
        }
    }

    private static func destination(_ stage: Stage) -> String { "cloudkassir:main@127.0.0.1:\(stage.address.port)" }

    /// Waits until the account is left alone with more than `doubts` receipts in doubt, nothing under way and all
    /// others waiting for it; how many are in doubt then.
    private func rested(_ stage: Stage, of events: Int, after doubts: Int) async throws -> Int {
        let name = Self.destination(stage)
        try await eventually("the account is left alone with more than \(doubts) doubts") {
            try await stage.number(
                """
                SELECT count(*) FROM fiscal.destination d WHERE d.name = '\(name)' AND d.paused_until > now() + interval '1 minute'
                  AND (SELECT count(*) FROM fiscal.job j WHERE j.state = 'dead') > \(doubts)
                  AND (SELECT count(*) FROM fiscal.job j WHERE j.state = 'dead' OR j.queue = d.name AND j.state = 'ready')
                    = \(events)
                """) == 1
        }
        return try await stage.number("SELECT count(*) FROM fiscal.job WHERE state = 'dead'")
    }

    private func endRest(_ stage: Stage) async throws {
        try await stage.texts(
            """
            UPDATE fiscal.destination SET paused_until = clock_timestamp(),
                broken_until = CASE WHEN broken_until IS NOT NULL THEN clock_timestamp() END
            WHERE name = '\(Self.destination(stage))' RETURNING name
            """)
    }

    /// What was under way when it first said so, and then one for each time that somebody looks whether it is back.
    @Test func anAccountThatStaysAwayLeavesOneDoubtForEachLook() async throws {
        let atOnce = 3
        let events = 8
        try await withWorkingStage([ShopSpec(doubt: "person", provider: "concurrency: \(atOnce)")]) { stage in
            // Late enough that as many as may be are under way before the first of them is answered.
            stage.sandbox.faults.order(
                FaultRule(.latency(.milliseconds(200)), service: .cloudKassir, method: "POST", times: .max))
            stage.sandbox.faults.order(
                FaultRule(
                    .status(503, code: nil, message: nil, retryAfter: 600, accepting: false), service: .cloudKassir,
                    method: "POST", times: .max))
            var paid: [Int64] = []
            for number in 0..<events {
                paid.append(
                    try await stage.pay(order: 1001 + number, payment: "\(number)", sum: "100.00", Self.lines))
            }
            var doubts = try await rested(stage, of: events, after: 0)
            #expect(doubts <= atOnce)
            #expect(try await stage.openAlarms().contains("destination_down:\(Self.destination(stage))"))
            for _ in 1...2 {
                try await endRest(stage)
                let more = try await rested(stage, of: events, after: doubts)
                #expect(more == doubts + 1)
                doubts = more
            }
            stage.sandbox.faults.clear()
            try await endRest(stage)
            var printed = 0
            for event in paid where try await stage.fate(of: event) == .ended("fiscalised") { printed += 1 }
            #expect(printed == events - doubts)
            #expect(!(try await stage.openAlarms().contains("destination_down:\(Self.destination(stage))")))
        }
    }

    /// A poll hears it too, and spares the receipts that nobody has sent yet.
    @Test func anAccountThatIsAwayWhenAskedIsNotSentAnything() async throws {
        try await withWorkingStage([ShopSpec(doubt: "person", provider: "first_poll: 100ms")]) { stage in
            stage.sandbox.faults.order(
                FaultRule(
                    .status(503, code: nil, message: nil, retryAfter: 600, accepting: false), service: .cloudKassir,
                    method: "GET"))
            let sent = try await stage.pay(sum: "100.00", Self.lines)
            let name = Self.destination(stage)
            try await eventually("the account is left alone, and would be probed") {
                try await stage.number(
                    """
                    SELECT count(*) FROM fiscal.destination
                    WHERE name = '\(name)' AND broken_until > now() + interval '1 minute' AND paused_until >= broken_until
                    """) == 1
            }
            try await endRest(stage)
            #expect(try await stage.fate(of: sent) == .ended("fiscalised"))
        }
    }

    @Test func printedThereIsTakenOver() async throws {
        try await withWorkingStage([Self.shop]) { stage in
            let event = try await doubtful(stage, .timeout(accepting: true, hold: .seconds(10)))
            let signs = try #require(stage.sandbox.receipts(LedgerFilter(status: "done")).first?.fiscal)
            #expect(
                try await stage.resolve(event, .fiscalised(fn: signs.fn, fd: signs.fd, fpd: signs.fpd)) == .done)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            try await stage.settled()
            #expect(stage.sandbox.summary().bitrix.writtenBack == 1)
            #expect(stage.sandbox.receipts().map(\.timesSent) == [1])
        }
    }

    @Test func absentThereIsSentInTheSameBytes() async throws {
        try await withWorkingStage([Self.shop]) { stage in
            let event = try await doubtful(stage, .reset(accepting: false))
            #expect(stage.sandbox.receipts().isEmpty)
            #expect(try await stage.resolve(event, .absent) == .done)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            #expect(try await stage.receipts(of: event).map(\.edition) == [1])
            #expect(
                try await stage.texts("SELECT who || ' ' || action FROM fiscal.operator_action WHERE job_id = \(event)")
                    == ["anna resolve"])
        }
    }

    /// Changes what nobody but the database's owner can.
    private func breaking(_ sql: String) async throws {
        try await TestDatabase.current.pool.withTransaction { transaction throws(PostgresError) in
            try transaction.executeScript("test.break", "SET LOCAL session_replication_role = replica; \(sql)")
        }
    }

    /// Of a request that changed under us the history must tell: nobody else can.
    @Test func onRecordIsWhatWasSentNotWhatWasToBeSent() async throws {
        try await withWorkingStage([Self.shop]) { stage in
            let event = try await doubtful(stage, .reset(accepting: false))
            try await breaking(
                "UPDATE fiscal.receipt SET request = request || ' '::bytea WHERE event_id = \(event)")
            #expect(try await stage.resolve(event, .absent) == .done)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            #expect(
                try await stage.texts(
                    """
                    SELECT (a.digest = r.request_digest) || ' ' || (a.digest = sha256(r.request))
                    FROM fiscal.attempt a JOIN fiscal.receipt r USING (event_id)
                    WHERE a.event_id = \(event) AND a.digest IS NOT NULL ORDER BY a.run_no
                    """) == ["true false", "false true"])
            // What is left behind is whole again: the stage holds every receipt against the sandbox's ledger.
            try await breaking("UPDATE fiscal.receipt SET request_digest = sha256(request) WHERE event_id = \(event)")
        }
    }

    @Test func whatIsNotInDoubtIsNotResolved() async throws {
        try await withWorkingStage([Self.shop]) { stage in
            let event = try await stage.pay(sum: "100.01", Self.lines)
            #expect(try await stage.fate(of: event) == .dead("amount_mismatch"))
            guard case .refused = try await stage.resolve(event, .absent) else {
                Issue.record("resolved what was never sent")
                return
            }
            #expect(try await stage.resolve(event + 100, .absent) == .notDead)
        }
    }
}
