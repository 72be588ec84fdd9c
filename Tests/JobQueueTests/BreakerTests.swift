import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// What opens the breaker of a destination, what closes it, and who probes.
@Suite(.database, .timeLimit(.minutes(10))) struct BreakerTests {
    let queue = QueueHarness.current

    /// Five jobs before a destination whose breaker lets one run through since a minute ago, and a worker for them.
    private func halfOpen() async throws -> WorkerID {
        try await queue.declare("test", step: "send")
        try await queue.insertMany(5)
        try await queue.sql("UPDATE fiscal.job SET queue = 'provider'")
        try await queue.sql(
            """
            INSERT INTO fiscal.destination (name, failures, openings, broken_until)
            VALUES ('provider', 5, 1, now() - interval '1 minute')
            """)
        return try await queue.registerWorker([("test", "send", .resend)])
    }

    /// Tells how runs went that were claimed at `moment`; what changed by it.
    private func tell(_ successes: Int, _ failures: Int, claimed moment: String) async throws -> [String] {
        try await queue.texts(
            """
            SELECT name || ' ' || broken
            FROM fiscal.report_destinations('{provider}', '{\(successes)}', '{\(failures)}', ARRAY[\(moment)])
            """)
    }

    /// Whether it is closed, how often in a row it was opened, and whether somebody probes.
    private func picture() async throws -> [String] {
        try await queue.texts(
            """
            SELECT concat_ws(' ', CASE WHEN broken_until > clock_timestamp() THEN 'closed' ELSE 'open' END, openings,
                CASE WHEN probing_until > clock_timestamp() THEN 'probed' END)
            FROM fiscal.destination
            """)
    }

    @Test func oneRunProbes() async throws {
        let worker = try await halfOpen()
        let session = try await SQLSession.open()
        #expect(try await session.claim(worker, 5, queue: "provider").count == 1)
        #expect(try await session.claim(worker, 5, queue: "provider") == [])
        #expect(try await picture() == ["open 1 probed"])
        // Its failure closes it again for longer.
        #expect(try await tell(0, 1, claimed: "now()") == [])
        #expect(try await picture() == ["closed 2"])
        #expect(
            try await queue.number(
                """
                SELECT (broken_until - (SELECT since FROM fiscal.alarm WHERE cleared_at IS NULL) > interval '9 seconds')::int
                FROM fiscal.destination
                """) == 1)
        await session.connection.close()
    }

    @Test func aRunFromBeforeTheBreakThatFailsLateSaysNothingNew() async throws {
        let worker = try await halfOpen()
        #expect(try await tell(0, 3, claimed: "now() - interval '1 hour'") == [])
        #expect(try await picture() == ["open 1"])
        let session = try await SQLSession.open()
        #expect(try await session.claim(worker, 5, queue: "provider").count == 1)
        #expect(try await tell(0, 3, claimed: "now() - interval '1 hour'") == [])
        #expect(try await picture() == ["open 1 probed"])
        // An answer is one, however late.
        #expect(try await tell(1, 0, claimed: "now() - interval '1 hour'") == ["provider false"])
        #expect(try await picture() == ["open 0"])
        await session.connection.close()
    }

    @Test func aProbeThatHeardNothingIsGivenUpForAnother() async throws {
        let worker = try await halfOpen()
        let store = QueueStore(pool: queue.pool, worker: worker, lease: .endless, effects: [])
        let plan = ClaimPlan(
            room: 5,
            streams: [
                ClaimPlan.Visit(
                    key: StreamKey(queue: "provider", shop: "shop", priority: 0), limit: 5, floor: .bottom,
                    isFullLook: true)
            ], dueQueues: [], dueFirst: false)
        for verdict in [Verdict.handBack, .dead(JobFailure(code: "late", message: "Its deadline has passed."))] {
            let probe = try #require(try await store.claim(plan).runs.first)
            #expect(try await store.claim(plan).runs.isEmpty)
            _ = try await store.recordAndClaim([Report.test(probe.run, Outcome(verdict))], nil)
        }
        #expect(try await store.claim(plan).runs.count == 1)
    }

    // MARK: Away by its own word

    /// A run that was claimed at `claimed` hears that it is away; nil: nobody knows when, as in the release before.
    private func rest(_ milliseconds: Int, claimed: String? = nil) async throws {
        let since = claimed.map { ", \($0)" } ?? ""
        try await queue.sql("SELECT fiscal.rest_destination('provider', \(milliseconds), '503', 'Back soon.'\(since))")
    }

    private func endRest() async throws {
        try await queue.sql(
            """
            UPDATE fiscal.destination SET paused_until = clock_timestamp(),
                broken_until = CASE WHEN broken_until IS NOT NULL THEN clock_timestamp() END
            """)
    }

    /// For how many whole seconds from `since` it is closed.
    private func rested(since: String = "clock_timestamp()") async throws -> Int {
        try await queue.number(
            "SELECT ceil(extract(epoch FROM least(paused_until, broken_until) - \(since)))::int FROM fiscal.destination"
        )
    }

    @Test func afterARestOneRunProbes() async throws {
        let worker = try await halfOpen()
        try await queue.sql("DELETE FROM fiscal.destination")
        try await rest(600_000)
        #expect(try await picture() == ["closed 1"])
        #expect(try await rested() > 590)
        #expect(try await queue.number("SELECT count(*) FROM fiscal.alarm WHERE cleared_at IS NULL") == 1)
        let session = try await SQLSession.open()
        #expect(try await session.claim(worker, 5, queue: "provider") == [])
        try await endRest()
        #expect(try await session.claim(worker, 5, queue: "provider").count == 1)
        #expect(try await session.claim(worker, 5, queue: "provider") == [])
        // The probe hears the same: closed again, and probed again.
        try await rest(600_000)
        #expect(try await picture() == ["closed 2"])
        try await endRest()
        #expect(try await session.claim(worker, 5, queue: "provider").count == 1)
        #expect(try await session.claim(worker, 5, queue: "provider") == [])
        #expect(try await tell(1, 0, claimed: "clock_timestamp()") == ["provider false"])
        #expect(try await picture() == ["open 0"])
        #expect(try await session.claim(worker, 5, queue: "provider").count == 3)
        await session.connection.close()
    }

    @Test func whatWasUnderWayEndsNoRest() async throws {
        try await rest(600_000)
        // An answer, a failure and a rest of its own from before: it stays closed, and counts no more.
        #expect(try await tell(1, 0, claimed: "now() - interval '1 second'") == [])
        #expect(try await tell(0, 3, claimed: "now() - interval '1 second'") == [])
        try await rest(1000)
        #expect(try await picture() == ["closed 1"])
        #expect(try await rested() > 590)
        // A longer one makes it longer.
        try await rest(900_000)
        #expect(try await picture() == ["closed 1"])
        #expect(try await rested() > 890)
        // Without a rest an answer is one, however late.
        try await queue.sql("UPDATE fiscal.destination SET paused_until = NULL")
        #expect(try await tell(1, 0, claimed: "now() - interval '1 second'") == ["provider false"])
        #expect(try await picture() == ["open 0"])
    }

    /// What was sent before a rest and fails after it is of the same overload: it neither counts nor takes the probe's
    /// place.
    @Test func stragglersOfOneOutageAreOne() async throws {
        let worker = try await halfOpen()
        try await queue.sql("DELETE FROM fiscal.destination")
        try await rest(600_000, claimed: "now() - interval '1 minute'")
        #expect(try await picture() == ["closed 1"])
        try await endRest()
        try await rest(600_000, claimed: "now() - interval '1 minute'")
        #expect(try await picture() == ["open 1"])
        let session = try await SQLSession.open()
        #expect(try await session.claim(worker, 5, queue: "provider").count == 1)
        try await rest(600_000, claimed: "now() - interval '1 minute'")
        #expect(try await picture() == ["open 1 probed"])
        // The probe itself was claimed after the rest.
        try await rest(600_000, claimed: "clock_timestamp()")
        #expect(try await picture() == ["closed 2"])
        #expect(try await rested() > 590)
        await session.connection.close()
    }

    @Test func shortRestsGrow() async throws {
        // From the moment that each was ordered: how busy the machine is says nothing about it.
        for expected in [5, 10, 20] {
            let before = try await queue.texts("SELECT clock_timestamp()::text")[0]
            try await rest(1)
            #expect(try await rested(since: "'\(before)'::timestamptz") >= expected)
            #expect(
                try await queue.number(
                    """
                    SELECT (least(paused_until, broken_until) <= clock_timestamp() + interval '\(expected) seconds')::int
                    FROM fiscal.destination
                    """) == 1)
            try await endRest()
        }
    }
}
