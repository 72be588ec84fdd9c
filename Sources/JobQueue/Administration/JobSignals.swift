package import Postgres

/// Hints from outside, such as a provider's callback.
package struct JobSignals: Sendable {
    private let pool: PostgresPool

    package init(_ pool: PostgresPool) {
        self.pool = pool
    }

    private static let wake = Statement("jobs_wake", "SELECT fiscal.wake_job($1)")

    /// Brings a sleeping job forward; one that is running this instant is remembered to look again at once.
    ///
    /// A hint and no more (I8): the job's step finds out what is true.
    /// - Returns: `false`: there is nothing to wake.
    /// - Throws: ``PostgresError``.
    package func wake(_ job: JobID) async throws(PostgresError) -> Bool {
        try await pool.query(Self.wake, [.int(job.rawValue)]) { row throws(PostgresError) in
            try row.get(Bool.self, 0)
        }.first ?? false
    }
}
