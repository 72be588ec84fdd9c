package import Postgres

extension JobAdministration {
    /// Runs a dead job again, in its place in the lane.
    ///
    /// - Throws: ``PostgresError``.
    package func replay(
        _ job: JobID, _ options: ReplayOptions = ReplayOptions(), by person: Operator
    ) async throws(PostgresError) -> ActResult {
        try await act(
            AdministrationStatements.replay,
            [
                .int(job.rawValue), .text(person.who), .text(person.why), .text(options.step), .text(options.queue),
                .bool(options.nextEdition), .text(options.orderedAs), .json(options.checkpoint),
            ])
    }

    /// Runs again all dead jobs that a filter lets pass, eldest first, each in a transaction of its own.
    ///
    /// `progress` is told after each job how many have been replayed.
    /// - Returns: How many were replayed.
    /// - Throws: ``PostgresError``; those replayed before stay so.
    package func replayAll(
        _ filter: JobFilter, _ options: ReplayOptions = ReplayOptions(), by person: Operator,
        progress: @Sendable (Int) -> Void = { _ in }
    ) async throws(PostgresError) -> Int {
        var filter = filter
        filter.states = [.dead]
        var replayed = 0
        while true {
            let page = try await list(filter, limit: 500)
            for job in page where try await replay(job.id, options, by: person) == .replayed {
                replayed += 1
                progress(replayed)
            }
            guard let last = page.last else { return replayed }
            filter.after = last.id
        }
    }

    /// Deletes a job that is not running; its event ends as `cancelled` and its lane goes on.
    ///
    /// - Throws: ``PostgresError``.
    package func cancel(_ job: JobID, by person: Operator) async throws(PostgresError) -> ActResult {
        try await act(AdministrationStatements.cancel, [.int(job.rawValue), .text(person.who), .text(person.why)])
    }

    /// Lets the rest of a lane pass a dead job.
    ///
    /// - Throws: ``PostgresError``.
    package func release(_ job: JobID, by person: Operator) async throws(PostgresError) -> ActResult {
        try await act(AdministrationStatements.release, [.int(job.rawValue), .text(person.who), .text(person.why)])
    }

    /// Ends a doubt about a dead job by what a person found out, and lets it go on.
    ///
    /// `finding` is JSON text of what was found, for the record. The job goes on at `step`, in that step's `queue` and
    /// with the JSON text `checkpoint`; each may be `nil`: as it is. `effects` are what must be written in the same
    /// transaction, if the job was dead.
    /// - Throws: ``PostgresError``; nothing is changed then.
    package func resolve(
        _ job: JobID, finding: String, step: String? = nil, queue: String? = nil, checkpoint: String? = nil,
        effects: [Effect] = [], by person: Operator
    ) async throws(PostgresError) -> ActResult {
        let parameters: [Parameter] = [
            .int(job.rawValue), .text(person.who), .text(person.why), .json(finding), .text(step), .text(queue),
            .json(checkpoint),
        ]
        return try await pool.withTransaction { transaction throws(PostgresError) in
            let words = try transaction.query(AdministrationStatements.resolve, parameters) {
                row throws(PostgresError) in try row.get(String.self, 0)
            }
            let result = ActResult(rawValue: words.first ?? "") ?? .noSuchJob
            guard result.isDone else { return result }
            for effect in effects {
                try transaction.execute(
                    effect.kind.statement, Parameter.columns(effect.kind.columns, of: [effect.row]))
            }
            return result
        }
    }

    /// Closes a queue by hand: what runs goes on, nothing more is claimed.
    ///
    /// - Throws: ``PostgresError``.
    package func pause(queue: String, by person: Operator) async throws(PostgresError) {
        try await pool.execute(
            AdministrationStatements.pauseQueue, [.text(queue), .text(person.who), .text(person.why)])
    }

    /// Opens a queue again; `false`: it was not paused.
    ///
    /// - Throws: ``PostgresError``.
    package func resume(queue: String, by person: Operator) async throws(PostgresError) -> Bool {
        try await said(AdministrationStatements.resumeQueue, [.text(queue), .text(person.who), .text(person.why)])
    }

    /// Closes a destination by hand for a while; `nil`: until somebody resumes it.
    ///
    /// - Throws: ``PostgresError``.
    package func pause(
        destination: String, for duration: Duration? = nil, by person: Operator
    ) async throws(PostgresError) {
        try await pool.execute(
            AdministrationStatements.pauseDestination,
            [.text(destination), .int(duration?.milliseconds), .text(person.who), .text(person.why)])
    }

    /// Opens a destination again, whatever closed it; `false`: it was open.
    ///
    /// - Throws: ``PostgresError``.
    package func resume(destination: String, by person: Operator) async throws(PostgresError) -> Bool {
        try await said(
            AdministrationStatements.resumeDestination, [.text(destination), .text(person.who), .text(person.why)])
    }

    private func act(_ statement: Statement, _ parameters: [Parameter]) async throws(PostgresError) -> ActResult {
        let words = try await pool.query(statement, parameters) { row throws(PostgresError) in
            try row.get(String.self, 0)
        }
        return ActResult(rawValue: words.first ?? "") ?? .noSuchJob
    }

    private func said(_ statement: Statement, _ parameters: [Parameter]) async throws(PostgresError) -> Bool {
        try await pool.query(statement, parameters) { row throws(PostgresError) in try row.get(Bool.self, 0) }.first
            ?? false
    }
}
