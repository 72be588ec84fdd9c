import Postgres

/// A job taken from a dead worker.
struct RescuedJob: Hashable, Sendable {
    let job: JobID
    let lostBy: Int64
    /// The state it is in now.
    let became: String
}

extension QueueStore {
    /// Renews the lease, over a pool that nothing else uses.
    ///
    /// - Returns: `false`: this worker was called dead.
    /// - Throws: ``PostgresError``; the lease then is what it was, or renewed.
    func heartbeat(over pool: PostgresPool) async throws(PostgresError) -> Bool {
        try await pool.query(QueueStatements.heartbeat, [.int(worker.rawValue)]) { row throws(PostgresError) in
            try row.get(Bool.self, 0)
        }.first ?? false
    }

    /// Calls workers dead whose leases have run out, if this one may judge.
    ///
    /// - Throws: ``PostgresError``.
    func bury(over pool: PostgresPool) async throws(PostgresError) -> Int {
        try await pool.query(QueueStatements.bury, [.int(worker.rawValue)]) { row throws(PostgresError) in
            try row.get(Int.self, 0)
        }.first ?? 0
    }

    /// Takes jobs from dead workers, `limit` at most.
    ///
    /// - Throws: ``PostgresError``.
    func rescue(_ limit: Int, over pool: PostgresPool) async throws(PostgresError) -> [RescuedJob] {
        try await pool.query(QueueStatements.rescue, [.int(worker.rawValue), .int(limit)]) {
            row throws(PostgresError) in
            RescuedJob(
                job: JobID(try row.get(Int64.self, 0)), lostBy: try row.get(2), became: try row.get(3))
        }
    }
}
