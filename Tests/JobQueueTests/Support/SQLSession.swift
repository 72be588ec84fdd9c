import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// One session with a transaction of its own, stepped by a test.
struct SQLSession: Sendable {
    let connection: Connection
    let pid: Int

    static func open(user: String = "postgres") async throws -> SQLSession {
        let connection = try await Connection.open(TestDatabase.current.configuration(user: user))
        let pid = try await connection.query(Statement("pid", "SELECT pg_backend_pid()")) {
            row throws(PostgresError) in try row.get(Int.self, 0)
        }
        return SQLSession(connection: connection, pid: pid[0])
    }

    /// Runs a statement; its first column as texts.
    @discardableResult
    func run(_ text: String) async throws -> [String] {
        try await connection.query(Statement("session", text)) { row throws(PostgresError) in
            try row.getOptional(String.self, 0) ?? "NULL"
        }
    }

    func begin() async throws { _ = try await connection.execute(Statement("begin", "BEGIN")) }
    func commit() async throws { _ = try await connection.execute(Statement("commit", "COMMIT")) }
    func rollback() async throws { _ = try await connection.execute(Statement("rollback", "ROLLBACK")) }

    /// Waits until this session waits for a lock.
    func isBlocked() async throws {
        let pool = TestDatabase.current.pool
        let pid = pid
        try await eventually("the session waits for a lock") {
            try await pool.query(
                Statement("blocked", "SELECT cardinality(pg_blocking_pids(\(pid)))")
            ) { row throws(PostgresError) in try row.get(Int.self, 0) } != [0]
        }
    }

    /// Claims in `local` for `worker`; the ids that it got.
    func claim(_ worker: WorkerID, _ room: Int = 10, queue: String = "local", shop: String = "shop") async throws
        -> [Int]
    {
        try await run(Self.claimText(worker, room, queue: queue, shop: shop)).compactMap { Int($0) }.sorted()
    }

    /// The statement of a claim; its first column are the ids that it got.
    static func claimText(
        _ worker: WorkerID, _ room: Int, queue: String = "local", shop: String = "shop"
    ) -> String {
        """
        SELECT id::text FROM fiscal.claim(\(worker), \(room), '{\(queue)}', '{\(shop)}', '{0}', '{-infinity}', '{0}',
            '{\(room)}', '{\(queue)}', '{-infinity}', '{0}', true)
        WHERE id IS NOT NULL
        """
    }

    /// Finishes jobs under the run numbers they have; how many matched.
    @discardableResult
    func finish(_ worker: WorkerID, _ jobs: [Int]) async throws -> Int {
        let ids = jobs.map(String.init).joined(separator: ",")
        return Int(
            try await run(
                """
                SELECT cardinality(fiscal.finish_runs(\(worker), array_agg(id), array_agg(run_no),
                    array_agg(NULL::bigint), array_agg(NULL::timestamptz), array_agg('ok'::text), array_agg(true),
                    array_agg(NULL::timestamptz), array_agg(NULL::timestamptz), array_agg(NULL::text),
                    array_agg(NULL::bytea), array_agg(NULL::text), '{}', '{}', '{}', '{}', '{}'))::text
                FROM fiscal.job WHERE id IN (\(ids))
                """)[0]) ?? 0
    }
}

extension QueueHarness {
    /// Registers a worker that never beats: its lease ends when the test says so.
    func registerWorker(
        _ steps: [(kind: String, step: String, doubt: DoubtPolicy)] = [("test", "run", .none)],
        lease: Duration = .seconds(3600), stretch: Int = 1
    ) async throws -> WorkerID {
        var configuration = WorkerConfiguration(name: "test", version: "1")
        configuration.lease = lease
        return try await QueueStore.register(
            in: pool, configuration,
            steps.map { kind, step, doubt in
                StepDefinition(
                    key: StepKey(kind: kind, step: step), doubt: doubt, timeout: .seconds(5),
                    stretch: doubt == .none ? stretch : 1
                ) { runs in
                    runs.map { _ in Outcome(.handBack) }
                }
            })
    }
}
