package import Postgres

/// What people do with jobs, queues and destinations. Every act leaves a row in `fiscal.operator_action`.
///
/// Needs the role `fiscal_admin`; looking needs `fiscal_reader`.
package struct JobAdministration: Sendable {
    let pool: PostgresPool

    package init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// Jobs in the order of their ids.
    ///
    /// - Throws: ``PostgresError``.
    package func list(_ filter: JobFilter, limit: Int = 100) async throws(PostgresError) -> [JobListing] {
        try await pool.query(AdministrationStatements.list(filter), filter.condition.parameters + [.int(limit)]) {
            row throws(PostgresError) in try JobListing(row)
        }
    }

    /// How many jobs a filter lets pass: for saying so before a bulk act.
    ///
    /// - Throws: ``PostgresError``.
    package func count(_ filter: JobFilter) async throws(PostgresError) -> Int {
        try await pool.query(AdministrationStatements.count(filter), filter.condition.parameters) {
            row throws(PostgresError) in
            try row.get(Int.self, 0)
        }.first ?? 0
    }

    /// Jobs per queue and state.
    ///
    /// - Throws: ``PostgresError``.
    package func counts() async throws(PostgresError) -> [(queue: String, state: JobState, jobs: Int)] {
        let rows = try await pool.query(AdministrationStatements.countByState) { row throws(PostgresError) in
            (try row.get(String.self, 0), try row.get(String.self, 1), try row.get(Int.self, 2))
        }
        return rows.compactMap { queue, state, jobs in JobState(rawValue: state).map { (queue, $0, jobs) } }
    }

    /// Everything known of a job, done or not; `nil`: nothing.
    ///
    /// - Throws: ``PostgresError``.
    package func show(_ job: JobID) async throws(PostgresError) -> JobHistory? {
        let id = Parameter.int(job.rawValue)
        let listing = try await pool.query(AdministrationStatements.one, [id]) { row throws(PostgresError) in
            try JobListing(row)
        }.first
        let end = try await pool.query(AdministrationStatements.end, [id]) { row throws(PostgresError) in
            try row.get(String.self, 0)
        }.first
        let attempts = try await pool.query(AdministrationStatements.attempts, [id]) { row throws(PostgresError) in
            try JobAttempt(row)
        }
        let actions = try await pool.query(AdministrationStatements.actions, [id]) { row throws(PostgresError) in
            try OperatorAction(row)
        }
        guard listing != nil || end != nil || !attempts.isEmpty || !actions.isEmpty else { return nil }
        return JobHistory(job: listing, end: end, attempts: attempts, actions: actions)
    }

    /// Queues and destinations with their pauses and numbers of jobs.
    ///
    /// - Throws: ``PostgresError``.
    package func queues() async throws(PostgresError) -> [QueueListing] {
        try await pool.query(AdministrationStatements.queues) { row throws(PostgresError) in try QueueListing(row) }
    }
}
