import EmbeddedPostgres
import TestSupport
import Testing

@testable import Postgres

/// What is known after a connection was lost, at each step of a transaction.
@Suite(.emptyDatabase, .timeLimit(.minutes(10))) struct ConnectionLossTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private let insert = Statement("insert", "INSERT INTO t VALUES (1)")

    private func count() async throws -> Int? {
        try await pool.one(Int.self, "SELECT count(*) FROM t")
    }

    @Test(arguments: [0, 1]) func betweenStatementsNothingIsCommitted(statementsBefore: Int) async throws {
        try await pool.run("CREATE TABLE t (n int)")
        let checkpoint = Checkpoint()
        let insert = insert
        let task = Task { [pool] in
            try await pool.withTransaction { transaction throws(PostgresError) in
                let processID = try transaction.processID()
                for _ in 0..<statementsBefore { try transaction.execute(insert) }
                checkpoint.pass(processID)
                try transaction.execute(insert)
            }
        }
        try await TestDatabase.current.terminate(await checkpoint.arrival())
        checkpoint.open()
        let error = await #expect(throws: PostgresError.self) { try await task.value }
        #expect(error?.kind == .connectionLost)
        #expect(error?.isRetryable == true)
        #expect(try await count() == 0)
    }

    @Test func beforeCommitThatWasNotHeardTheOutcomeIsUnknownToUs() async throws {
        try await pool.run("CREATE TABLE t (n int)")
        let checkpoint = Checkpoint()
        let insert = insert
        let task = Task { [pool] in
            try await pool.withTransaction { transaction throws(PostgresError) in
                try transaction.execute(insert)
                checkpoint.pass(try transaction.processID())
            }
        }
        try await TestDatabase.current.terminate(await checkpoint.arrival())
        checkpoint.open()
        let error = await #expect(throws: PostgresError.self) { try await task.value }
        #expect(error?.kind == .outcomeUnknown)
        #expect(error?.statement == "commit")
        #expect(error?.isRetryable == false)
        #expect(try await count() == 0)
    }

    @Test func duringAStatementNothingIsCommitted() async throws {
        try await pool.run("CREATE TABLE t (n int)")
        let insert = insert
        let error = await #expect(throws: PostgresError.self) {
            try await pool.withTransaction { transaction throws(PostgresError) in
                try transaction.execute(insert)
                try transaction.execute(Statement("suicide", "SELECT pg_terminate_backend(pg_backend_pid())"))
            }
        }
        #expect(error?.kind == .connectionLost)
        #expect(error?.statement == "suicide")
        #expect(error?.sqlState == .adminShutdown)
        #expect(try await count() == 0)
    }

    /// A constraint trigger deferred to COMMIT waits for a lock that the test holds, so that COMMIT is under way.
    @Test func duringCommitTheOutcomeIsUnknown() async throws {
        try await pool.run("CREATE TABLE t (n int)")
        try await pool.run(
            """
            CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$
            """)
        try await pool.run(
            """
            CREATE CONSTRAINT TRIGGER late AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION wait_for_test()
            """)
        let lock = Checkpoint()
        let commit = Checkpoint()
        let holder = Task { [pool] in
            try await pool.withTransaction { transaction throws(PostgresError) in
                try transaction.execute(Statement("hold", "SELECT pg_advisory_xact_lock(1)"))
                lock.pass(0)
            }
        }
        _ = await lock.arrival()
        let insert = insert
        let task = Task { [pool] in
            try await pool.withTransaction { transaction throws(PostgresError) in
                try transaction.execute(insert)
                commit.pass(try transaction.processID())
            }
        }
        let processID = await commit.arrival()
        commit.open()
        let database = TestDatabase.current
        try await eventually { try await database.isWaitingForLock(processID) }
        try await database.terminate(processID)
        let error = await #expect(throws: PostgresError.self) { try await task.value }
        #expect(error?.kind == .outcomeUnknown)
        #expect(error?.statement == "commit")
        lock.open()
        try await holder.value
        #expect(try await count() == 0)
    }

    @Test func aServerThatHangsIsGivenUpInTime() async throws {
        let cluster = try await EmbeddedCluster.start()
        var configuration = try PostgresConfiguration(url: cluster.url())
        configuration.answerTimeout = .milliseconds(300)
        let pool = PostgresPool(configuration)
        #expect(try await pool.one(Int.self, "SELECT 1") == 1)
        await cluster.suspend()
        let error = await #expect(throws: PostgresError.self) { _ = try await pool.one(Int.self, "SELECT 1") }
        #expect(error?.kind == .outcomeUnknown)
        #expect(error?.note == "no answer in time")
        await cluster.resume()
        try await eventually { (try? await pool.one(Int.self, "SELECT 1")) == 1 }
        await pool.close()
        await cluster.stop()
    }

    @Test func aPoolRidesOverACrashOfTheServer() async throws {
        let cluster = try await EmbeddedCluster.start()
        var configuration = try PostgresConfiguration(url: cluster.url())
        configuration.acquireTimeout = .seconds(60)
        let pool = PostgresPool(configuration)
        try await pool.run("CREATE TABLE t (n int)")
        try await pool.execute(insert)
        await cluster.crash()
        async let waiting = pool.one(Int.self, "SELECT count(*) FROM t")
        try await eventually { pool.statistics.failures > 0 }
        try await cluster.restart()
        #expect(try await waiting == 1)
        #expect(pool.statistics.failures == 0)
        await pool.close()
        await cluster.stop()
    }

    @Test func anOutageIsReportedAsOne() async throws {
        var configuration = try PostgresConfiguration(url: "host=/tmp/fr-nobody-here dbname=x")
        configuration.acquireTimeout = .milliseconds(200)
        let pool = PostgresPool(configuration)
        let error = await #expect(throws: PostgresError.self) { _ = try await pool.one(Int.self, "SELECT 1") }
        #expect(error?.kind == .connectionFailed)
        #expect(error?.isRetryable == true && error?.isOutage == true)
        #expect(error?.note?.contains("/tmp/fr-nobody-here") == true)
        await pool.close()
    }
}
