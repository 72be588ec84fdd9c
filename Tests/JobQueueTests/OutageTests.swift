import EmbeddedPostgres
import Logging
import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// The database goes away under load.
@Suite(.timeLimit(.minutes(10))) struct OutageTests {
    /// Runs 2,000 jobs in 200 lanes on two workers while `disturb` does its worst, and checks that every job ended once,
    /// in the order of its lane.
    private func survive(
        _ queue: QueueHarness, _ disturb: (_ progress: @Sendable () -> Int) async throws -> Void
    ) async throws {
        try await queue.declare("test")
        try await queue.insertMany(2000, subject: "'order:' || i % 200")
        let seen = Journal<JobRun>()
        let step = StepDefinition.test { run in
            seen.add(run)
            return Outcome(.finish(outcome: "ok"))
        }
        var configuration = QueueHarness.configuration()
        configuration.concurrency = 20
        configuration.lease = .seconds(3)
        configuration.heartbeat = .milliseconds(500)
        let workers = try [
            queue.worker([step], configuration: configuration), queue.worker([step], configuration: configuration),
        ]
        let running = workers.map { worker in Task { await worker.run() } }
        try await disturb { seen.entries.count }
        try await eventually(within: .seconds(300), "all jobs are done") {
            ((try? await queue.number("SELECT count(*) FROM fiscal.job")) ?? 1) == 0
        }
        for worker in workers { worker.stop() }
        for task in running { await task.value }
        #expect(try await queue.number("SELECT count(*) FROM fiscal.event_end") == 2000)
        #expect(try await queue.number("SELECT count(*) FROM fiscal.attempt WHERE outcome = 'finish'") == 2000)
        // The runs that counted, in the order in which they ended: per lane the order of the jobs.
        let disorder = """
            SELECT count(*) FROM (
                SELECT a.job_id < lag(a.job_id) OVER (PARTITION BY o.subject ORDER BY a.ended_at, a.job_id) AS wrong
                FROM fiscal.attempt a JOIN fiscal.outbox o ON o.id = a.event_id WHERE a.outcome = 'finish') x WHERE wrong
            """
        #expect(try await queue.number(disorder) == 0)
    }

    @Test(.database) func killedConnectionsLoseNothing() async throws {
        let queue = QueueHarness.current
        let name = TestDatabase.current.name
        try await survive(queue) { progress in
            for round in 1...6 {
                try await eventually { progress() >= round * 150 }
                _ = try? await queue.sql(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = '\(name)' AND pid <> pg_backend_pid()
                    """)
            }
        }
    }

    @Test func aCrashOfTheDatabaseUnderLoadLosesNothing() async throws {
        let cluster = try await EmbeddedCluster.start()
        do {
            let migrations = try Migration.load(directory: RepositoryRoot.path + "/migrations")
            var configuration = try PostgresConfiguration(url: cluster.url())
            configuration.acquireTimeout = .seconds(5)
            let pool = PostgresPool(configuration)
            _ = try await MigrationRunner(configuration, migrations: migrations).run()
            let queue = QueueHarness(pool: pool, url: cluster.url())
            try await survive(queue) { progress in
                for round in 1...2 {
                    try await eventually { progress() >= round * 300 }
                    await cluster.crash(.kill)
                    try await cluster.restart()
                }
            }
            await pool.close()
        } catch {
            await cluster.stop()
            throw error
        }
        await cluster.stop()
    }
}
