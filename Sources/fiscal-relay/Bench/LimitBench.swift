import Glibc
import Postgres

/// What plain SQL does at best on the same server: claim some, delete them, two transactions, no history, no order,
/// no lease, no fence.
struct LimitBench: Hashable, Sendable {
    var jobs = 100_000
    /// Jobs per claim.
    var batch = 100
    var sessions = 4

    private static let claim = Statement(
        "bench_claim",
        """
        WITH candidate AS MATERIALIZED (
            SELECT id FROM bench.job WHERE state = 'ready' AND queue = 'local'
            ORDER BY queue, priority, run_at, id LIMIT $1 FOR UPDATE SKIP LOCKED
        )
        UPDATE bench.job j SET state = 'running', run_no = j.run_no + 1, worker_id = 1, claimed_at = now()
        FROM candidate c WHERE j.id = c.id
        RETURNING j.id, j.checkpoint::text
        """)
    private static let complete = Statement("bench_complete", "DELETE FROM bench.job WHERE id = ANY ($1)")

    func run(on server: BenchServer) async throws -> BenchReport {
        try await server.withDatabase { try await run(in: $0) }
    }

    private func run(in database: BenchDatabase) async throws -> BenchReport {
        try await prepare(database)
        let start = try await database.mark()
        let before = ProcessUsage.of(getpid())?.processorSeconds ?? 0
        let begin = MonotonicInstant.now
        let done = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<sessions { group.addTask { try await drain(database.pool) } }
            return try await group.reduce(0, +)
        }
        let seconds = MonotonicInstant.now.seconds(since: begin)
        let after = ProcessUsage.of(getpid())?.processorSeconds ?? 0
        var cost = BenchDatabase.cost(from: start, to: try await database.mark(), workerSeconds: after - before)
        // The sessions live on, and the server's statistics do not know yet.
        cost.commits = nil
        return BenchReport(what: "limit, \(batch) at a time", jobs: done, seconds: seconds, cost: cost)
    }

    private func prepare(_ database: BenchDatabase) async throws {
        try await database.run(
            "bench_limit_tables", "CREATE SCHEMA IF NOT EXISTS bench", "DROP TABLE IF EXISTS bench.job",
            """
            CREATE TABLE bench.job (LIKE fiscal.job INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)
            WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000,
                  autovacuum_vacuum_cost_delay = 0)
            """,
            "ALTER TABLE bench.job ADD PRIMARY KEY (id)",
            "CREATE INDEX ON bench.job (queue, priority, run_at, id) WHERE state = 'ready'",
            """
            INSERT INTO bench.job (id, event_id, run_at, step_since, state, shop, kind, lane, queue, step, checkpoint)
            SELECT n, n, now(), now(), 'ready', '\(BenchKind.shop)', '\(BenchKind.name)', '', 'local', 'run',
                   jsonb_build_object('n', n, 's', '0123456789abcdef')
            FROM generate_series(1, \(jobs)) AS n
            """,
            "VACUUM (ANALYZE) bench.job", "CHECKPOINT")
    }

    /// One session, until nothing is left.
    private func drain(_ pool: PostgresPool) async throws -> Int {
        let batch = batch
        return try await pool.withConnection { connection throws(PostgresError) in
            var done = 0
            while true {
                let claimed = try connection.query(Self.claim, [.int(batch)]) { row throws(PostgresError) in
                    (id: try row.get(Int64.self, 0), payload: try row.get(String.self, 1))
                }
                guard !claimed.isEmpty else { return done }
                done += try connection.execute(Self.complete, [.ints(claimed.map(\.id))])
            }
        }
    }
}
