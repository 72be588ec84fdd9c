import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import EmbeddedPostgres
@testable import Postgres

/// A pgbouncer in transaction mode before a test's database, ended with ``stop()``.
private struct Pooler {
    static let program = "/usr/sbin/pgbouncer"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    let url: String
    private let process: ChildProcess
    private let directory: ClusterDirectory

    /// With one server connection, so that whatever a session leaves behind meets the next.
    static func start(for database: TestDatabase) throws -> Pooler {
        try start(for: database.cluster, database: database.name)
    }

    static func start(for cluster: EmbeddedCluster, database: String) throws -> Pooler {
        let user = try ServerUser.choose()
        let directory = try ClusterDirectory.create(for: user)
        let settings = """
            [databases]
            * = host=\(cluster.socketDirectory) port=\(cluster.port)
            [pgbouncer]
            pool_mode = transaction
            default_pool_size = 1
            auth_type = any
            listen_addr =
            unix_socket_dir = \(directory.path)
            listen_port = 6432
            ignore_startup_parameters = extra_float_digits
            """
        let file = directory.path + "/pgbouncer.ini"
        try Data(settings.replacing("* = host", with: "* = user=postgres host").utf8).write(to: URL(filePath: file))
        let process = try ChildProcess.spawn(
            user.prefix + [program, file], in: directory.path, output: directory.log)
        let host = directory.path.replacing("/", with: "%2F")
        return Pooler(
            url: "postgresql://postgres@\(host):6432/\(database)", process: process, directory: directory)
    }

    func configuration() throws -> PostgresConfiguration {
        try PostgresConfiguration(url: url)
    }

    func stop() {
        process.signal(SIGKILL)
        _ = process.wait()
        directory.remove()
    }
}

/// What works through a pooler in transaction mode that knows no named statements, and what says that it does not.
@Suite(
    .emptyDatabase, .timeLimit(.minutes(10)),
    .enabled(if: Pooler.isInstalled, "pgbouncer is not installed"))
struct PoolerTests {
    @Test(arguments: [PreparedStatements.never, .automatic]) func statementsAndTransactionsWork(
        mode: PreparedStatements
    ) async throws {
        let pooler = try Pooler.start(for: TestDatabase.current)
        defer { pooler.stop() }
        var configuration = try pooler.configuration()
        configuration.preparedStatements = mode
        configuration.poolSize = 4
        let pool = PostgresPool(configuration)
        try await pool.run("CREATE TABLE t (n int, s text)")
        try await withThrowingTaskGroup { group in
            for n in 0..<100 {
                group.addTask {
                    try await pool.withTransaction(TransactionOptions(lockTimeout: .seconds(5))) {
                        transaction throws(PostgresError) in
                        try transaction.execute(
                            Statement("insert", "INSERT INTO t VALUES ($1, $2)"), [.int(n), .text("пара")])
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await pool.one(Int.self, "SELECT count(DISTINCT n) FROM t WHERE s = 'пара'") == 100)
        #expect(try await pool.one(Int.self, "SELECT count(*) FROM pg_prepared_statements") == 0)
        #expect(try await pool.one(String.self, "SELECT current_setting('lock_timeout')") == "0")
        #expect(try await pool.copyIn(Statement("copy", "COPY t FROM STDIN"), [[.int(1), .null]]) == 1)
        await pool.close()
    }

    /// It may have carried out what it was sent: whoever takes that for a refusal forgets what was done.
    @Test func aServerThatThePoolerLosesLeavesTheOutcomeUnknown() async throws {
        let cluster = try await EmbeddedCluster.start()
        let pooler = try Pooler.start(for: cluster, database: "postgres")
        defer { pooler.stop() }
        let pool = PostgresPool(try pooler.configuration())
        let owner = PostgresPool(try PostgresConfiguration(url: cluster.url(database: "postgres")))
        try await pool.run("CREATE TABLE t (n int)")
        let sleeper = Task { try await pool.run("SELECT pg_sleep(600)") }
        try await eventually("the statement is not under way") {
            try await owner.one(Int.self, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == 1
        }
        await cluster.crash(.kill)
        let error = await #expect(throws: PostgresError.self) { try await sleeper.value }
        #expect(error?.kind == .outcomeUnknown, "\(String(describing: error))")
        await pool.close()
        await owner.close()
        await cluster.stop()
    }

    @Test func aListenerFindsOutThatItIsDeaf() async throws {
        let pooler = try Pooler.start(for: TestDatabase.current)
        defer { pooler.stop() }
        let listener = PostgresListener(
            try pooler.configuration(), channels: ["jobs"], pingTimeout: .milliseconds(200))
        try await eventually { listener.state == .deaf }
        await listener.stop()
    }

    @Test func migrationsAreRefused() async throws {
        let pooler = try Pooler.start(for: TestDatabase.current)
        defer { pooler.stop() }
        let pool = PostgresPool(try pooler.configuration())
        #expect(try await pool.one(Int.self, "SELECT 1") == 1)
        await pool.close()
        let runner = MigrationRunner(
            try pooler.configuration(), migrations: [Migration(number: 1, name: "a", sql: "SELECT 1")])
        await #expect(throws: MigrationError.notDirect) { _ = try await runner.run() }
    }
}
