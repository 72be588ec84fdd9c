import Glibc
import Postgres
import Relay

/// One database in which the queue is measured.
struct BenchDatabase: Sendable {
    let url: String
    /// The owner's connections.
    let pool: PostgresPool
    /// The server's first process, if it is ours.
    private let server: pid_t?

    /// Connects to a database that is set up.
    init(url: String, isPrivate: Bool) async throws {
        self.url = url
        pool = PostgresPool(try Self.configuration(url, "fiscal-relay bench"))
        server =
            isPrivate
            ? try await pool.queryFirst(
                Statement("bench_server", "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::bigint")
            ) { row throws(PostgresError) in pid_t(try row.get(Int64.self, 0)) } : nil
    }

    static func configuration(_ url: String, _ name: String, connections: Int = 24) throws -> PostgresConfiguration {
        var configuration = try PostgresConfiguration(url: url, applicationName: name)
        configuration.poolSize = connections
        configuration.preparedStatements = .automatic
        configuration.answerTimeout = .seconds(1800)
        return configuration
    }

    /// Brings the schema up and declares the kind of event that measurements use.
    ///
    /// - Throws: ``CommandFailure`` if events of real shops are there: a measurement would be among them.
    static func setUp(_ url: String) async throws {
        _ = try await MigrationRunner(
            try PostgresConfiguration(url: url, applicationName: "fiscal-relay bench"), migrations: RelayMigrations.all
        ).run()
        let pool = PostgresPool(try configuration(url, "fiscal-relay bench", connections: 1))
        do {
            let stranger = try await pool.queryFirst(
                Statement("bench_strangers", "SELECT shop FROM fiscal.outbox WHERE shop NOT IN ($1, $2) LIMIT 1"),
                [.text(BenchKind.shop), .text(BenchKind.otherShop)]
            ) { row throws(PostgresError) in try row.get(String.self, 0) }
            if let stranger {
                throw CommandFailure("this database has events of shop \(stranger): measure in one of its own")
            }
            try await pool.execute(
                Statement(
                    "bench_kind", "INSERT INTO fiscal.kind (name, first_step) VALUES ($1, $2) ON CONFLICT DO NOTHING"),
                [.text(BenchKind.name), .text(BenchKind.step)])
            await pool.close()
        } catch {
            await pool.close()
            throw error
        }
    }

    // MARK: - What it has cost so far

    /// The server's counters at one moment.
    struct Mark: Sendable {
        let serverSeconds: Double?
        let logBytes: Int64
        let commits: Int64
    }

    /// Reads the counters. Commits are those of sessions that have been idle for a second, or have ended.
    func mark() async throws -> Mark {
        let numbers = try await pool.queryFirst(
            Statement(
                "bench_mark",
                """
                SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint, xact_commit
                FROM pg_stat_database WHERE datname = current_database()
                """)
        ) { row throws(PostgresError) in (try row.get(Int64.self, 0), try row.get(Int64.self, 1)) }
        return Mark(
            serverSeconds: server.flatMap { ProcessUsage.ofFamily($0)?.processorSeconds },
            logBytes: numbers?.0 ?? 0, commits: numbers?.1 ?? 0)
    }

    /// What has happened between two marks.
    static func cost(from start: Mark, to end: Mark, workerSeconds: Double?) -> BenchCost {
        var cost = BenchCost(workerSeconds: workerSeconds)
        if let before = start.serverSeconds, let after = end.serverSeconds { cost.serverSeconds = after - before }
        cost.logBytes = end.logBytes - start.logBytes
        cost.commits = end.commits - start.commits
        return cost
    }

    /// Runs statements of the owner, each a transaction of its own.
    func run(_ name: String, _ statements: String...) async throws {
        for sql in statements { try await pool.execute(Statement(name, sql)) }
    }

    /// Leaves nothing for later that a measurement would pay for.
    func settle() async throws {
        try await run("bench_settle", "VACUUM (ANALYZE) fiscal.job", "VACUUM (ANALYZE) fiscal.outbox", "CHECKPOINT")
    }
}
