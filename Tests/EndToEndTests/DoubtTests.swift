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
