import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// The queue through a pooler in transaction mode; only the listener has an address of its own.
@Suite(.database, .timeLimit(.minutes(10)), .enabled(if: Pooler.isExpected, "pgbouncer is not installed"))
struct PoolerTests {
    @Test func jobsRunThroughPgbouncer() async throws {
        let direct = QueueHarness.current
        let pooler = try Pooler.start(for: TestDatabase.current)
        defer { pooler.stop() }
        var configuration = try PostgresConfiguration(url: pooler.url)
        configuration.preparedStatements = .automatic
        let pool = PostgresPool(configuration)
        let queue = QueueHarness(pool: pool, url: direct.url)
        try await direct.declare("test")
        try await direct.insertMany(300, subject: "'order:' || i % 30")
        let step = StepDefinition.test { run in
            run.attempt == 0 && run.job.rawValue % 7 == 0
                ? Outcome(.later(JobFailure(code: "busy", message: "Busy."), after: .zero))
                : Outcome(.finish(outcome: "ok"))
        }
        try await queue.withWorker([step]) { _ in
            try await direct.drained()
            // And when it has gone to sleep, a new job wakes it.
            try await eventually { try await direct.number("SELECT (wanted_until > now())::int FROM fiscal.wake") == 1 }
            try await direct.insert()
            try await direct.drained()
        }
        #expect(try await direct.number("SELECT count(*) FROM fiscal.event_end") == 301)
        await pool.close()
    }
}
