import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// A provider that is away for an hour. Time is moved by setting the destination's columns back.
@Suite(.database, .timeLimit(.minutes(10))) struct ProviderOutageTests {
    let queue = QueueHarness.current

    private static let backlog = 100
    private static let limits = DestinationLimits(
        name: "provider", rate: DestinationLimits.Rate(perSecond: 0.01, burst: 20), failuresToBreak: 3)

    /// Counts the calls of a function of the queue from now on, in a sequence of this name.
    private func count(_ function: String, in sequence: String) async throws {
        let bodies = try await queue.texts(
            """
            SELECT pg_get_functiondef(oid) FROM pg_proc
            WHERE pronamespace = 'fiscal'::regnamespace AND proname = '\(function)'
            """)
        try await queue.sql("CREATE SEQUENCE \(sequence)")
        for body in bodies {
            let counting = "\nBEGIN\n    PERFORM nextval('public.\(sequence)');\n"
            try await queue.sql(body.replacing("\nBEGIN\n", with: counting, maxReplacements: 1))
        }
    }

    private func counted(_ sequence: String) async throws -> Int {
        try await queue.number("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM \(sequence)")
    }

    private func openings() async throws -> Int {
        try await queue.number("SELECT openings FROM fiscal.destination")
    }

    /// Waits until the breaker has opened again after `before` openings and nothing runs; how often it has by then.
    private func opened(after before: Int) async throws -> Int {
        try await eventually("the breaker opens again after \(before) openings") {
            try await queue.number(
                """
                SELECT count(*) FROM fiscal.destination WHERE openings > \(before) AND broken_until > clock_timestamp()
                    AND NOT EXISTS (SELECT FROM fiscal.job WHERE state = 'running')
                """) == 1
        }
        return try await openings()
    }

    /// The rest of the time for which the breaker keeps the destination closed passes; `false`: it passed by itself.
    private func passRest(of seconds: Double) async throws -> Bool {
        try await queue.sql(
            """
            UPDATE fiscal.destination SET broken_until = clock_timestamp(),
                tokens_at = tokens_at - \(seconds) * interval '1 second'
            WHERE broken_until > clock_timestamp() AND probing_until IS NULL
            """) == 1
    }

    /// Waits until no token is left, or no job, and nothing runs.
    private func spent() async throws {
        try await eventually("the tokens are spent") {
            try await queue.number(
                """
                SELECT count(*) FROM fiscal.destination
                WHERE tokens + extract(epoch FROM clock_timestamp() - tokens_at) * rate < 1 AND broken_until IS NULL
                    AND NOT EXISTS (SELECT FROM fiscal.job WHERE state = 'running')
                    OR NOT EXISTS (SELECT FROM fiscal.job)
                """) == 1
        }
    }

    @Test func anHourAwayCostsNoAttemptsAndTheBacklogDrainsAtTheAllowedRate() async throws {
        try await queue.declare("test", step: "send")
        try await queue.insertMany(Self.backlog)
        try await queue.sql("UPDATE fiscal.job SET queue = 'provider'")
        try await count("claim_runs", in: "claims")
        try await count("survey", in: "surveys")
        let (runs, back) = (Journal<Int>(), Journal<Bool>())
        let step = StepDefinition.test("send", doubt: .resend) { run in
            runs.add(run.attempt)
            guard back.entries.isEmpty else { return Outcome(.finish(outcome: "ok")) }
            return Outcome(.later(JobFailure(code: "refused", message: "No connection.", blamesDestination: true)))
        }
        var configuration = QueueHarness.configuration()
        configuration.concurrency = 3
        configuration.concurrencyPerQueue = 3
        let worker = try queue.worker([step], configuration: configuration, destinations: [Self.limits])
        let began = ContinuousClock.now
        let working = Task { await worker.run() }
        do {
            try await beAway(runs)
            // Bounded by how often it was asked, and by the polls of the time that has really passed.
            let (asked, real) = (try await openings(), (ContinuousClock.now - began) / .seconds(1))
            let (claims, surveys) = (try await counted("claims"), try await counted("surveys"))
            #expect(claims <= 20 + 5 * asked, "\(claims) claims in an hour with \(asked) openings of the breaker")
            #expect(Double(surveys) <= 50 + 20 * Double(asked) + 30 * real, "\(surveys) looks in \(real) s")
            try await comeBack { back.add(true) }
        } catch {
            worker.stop()
            await working.value
            throw error
        }
        worker.stop()
        await working.value
        #expect(Set(runs.entries) == [0])
        #expect(
            try await queue.number("SELECT count(*) FROM fiscal.event_end WHERE outcome = 'ok'") == Self.backlog)
    }

    /// An hour without an answer: each time the breaker lets somebody through it is one run, and no attempt is burned.
    private func beAway(_ runs: Journal<Int>) async throws {
        var asked = try await opened(after: 0)
        // Those under way when it broke are done with: from now on there are probes alone.
        let (runsBefore, askedBefore) = (runs.entries.count, asked)
        #expect(runsBefore <= 9)
        var away = 0.0
        while away < 3600 {
            let rest = min(300, 5 * Double(1 << min(asked - 1, 10)))
            if try await passRest(of: rest) { away += rest }
            asked = try await opened(after: asked)
        }
        #expect(runs.entries.count - runsBefore == asked - askedBefore)
        #expect(
            try await queue.texts("SELECT DISTINCT concat_ws(' ', attempt, crashes, doubts, throttles) FROM fiscal.job")
                == ["0 0 0 0"])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job") == Self.backlog)
    }

    /// It answers again: at any time no more has run than its bucket held and what has flowed into it since.
    private func comeBack(_ answer: () -> Void) async throws {
        let rate = try #require(Self.limits.rate)
        let start = try await queue.texts("SELECT clock_timestamp()::text")[0]
        answer()
        try await eventually("the breaker has let a run through") {
            _ = try await passRest(of: 300)
            return try await openings() == 0
        }
        var moved = 0.0
        var before = 0
        for round in 0..<100 {
            try await spent()
            let done = try await queue.number("SELECT count(*) FROM fiscal.event_end")
            let passed = try await queue.number(
                "SELECT ceil(extract(epoch FROM clock_timestamp() - '\(start)'))::int FROM fiscal.destination")
            let allowed = Double(rate.burst) + rate.perSecond * (moved + Double(passed))
            #expect(Double(done) <= allowed, "\(done) runs in round \(round), allowed \(allowed)")
            if done == Self.backlog { break }
            // What flowed in was used: a bucket that had been full at the first look, 15 tokens each time after it.
            #expect(done - before >= (round == 0 ? rate.burst - 2 : 14))
            before = done
            moved += 1500
            try await queue.sql("UPDATE fiscal.destination SET tokens_at = tokens_at - interval '1500 seconds'")
        }
        #expect(before > 50 && moved >= 1500 * 4)
    }
}
