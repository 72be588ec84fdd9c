import Postgres

/// What became of a batch of reports.
struct RecordAnswer: Sendable {
    /// Their outcome is in the database.
    var recorded: [Report] = []
    /// No row had their run number: the lease was lost, or the outcome was recorded before.
    var unmatched: [Report] = []
    /// Their effects failed: they became dead letters, or run again where a rival was faster.
    var broken: [(report: Report, error: PostgresError)] = []
    /// Followers that were not recorded because their heads were recorded by themselves: nothing says that they ran,
    /// and somebody will run them under another number.
    var returned: [Report] = []
    /// Alarms that were raised just now.
    var alarms: [String] = []
    /// Destinations whose breaker opened, or closed, by this.
    var breakers: [(destination: String, isBroken: Bool)] = []
    /// What stopped it before the end; the reports in none of the lists are still to be recorded.
    var interrupted: PostgresError?
}

extension QueueStore {
    /// Records outcomes and claims, both in one transaction: first the outcomes, then the claim.
    ///
    /// - Throws: ``PostgresError``; nothing is recorded then, unless it is `outcomeUnknown`.
    func recordAndClaim(
        _ reports: [Report], _ plan: ClaimPlan?
    ) async throws(PostgresError) -> (record: RecordAnswer, claim: ClaimAnswer?) {
        let (worker, lease, effects) = (worker, lease, effects)
        let claim = plan.map { parameters(of: $0) }
        return try await pool.withTransaction { transaction throws(PostgresError) in
            let record = try Self.record(reports, worker, effects, carefully: false, transaction)
            guard let claim else { return (record, nil) }
            let rows = try transaction.query(QueueStatements.claim, claim) { row throws(PostgresError) in
                try Self.claimed(row, lease)
            }
            return (record, Self.answer(rows))
        }
    }

    /// Records outcomes one by one, so that one that cannot be recorded harms itself alone: it becomes a dead letter,
    /// or runs again if a rival was faster. Followers that ran after it run again.
    func recordEach(_ reports: [Report]) async -> RecordAnswer {
        var answer = RecordAnswer()
        for report in reports where report.head == nil {
            let followers = reports.filter { $0.head == report.run.job }
            do {
                let one = try await recordAlone(report, before: followers)
                answer.recorded += one.recorded
                answer.unmatched += one.unmatched
                answer.returned += one.returned
                answer.alarms += one.alarms
                answer.breakers += one.breakers
            } catch  where error.blamesTheReport {
                do {
                    let buried = try await recordAlone(report.broken(by: error), before: followers)
                    if buried.unmatched.isEmpty {
                        answer.broken.append((report, error))
                    } else {
                        answer.unmatched.append(report)
                        answer.unmatched += buried.unmatched.filter { $0.head != nil }
                    }
                    answer.returned += buried.returned
                } catch {
                    answer.interrupted = error
                    return answer
                }
            } catch {
                answer.interrupted = error
                return answer
            }
        }
        return answer
    }

    /// Records the outcome of a run, and of `followers` only that the numbers of their runs are used up.
    ///
    /// - Throws: ``PostgresError``; nothing is recorded then, unless it is `outcomeUnknown`.
    private func recordAlone(
        _ report: Report, before followers: [Report]
    ) async throws(PostgresError) -> RecordAnswer {
        let (worker, effects) = (worker, effects)
        return try await pool.withTransaction { transaction throws(PostgresError) in
            var answer = try Self.record([report], worker, effects, carefully: true, transaction)
            guard !followers.isEmpty else { return answer }
            guard answer.unmatched.isEmpty else {
                answer.unmatched += followers
                return answer
            }
            try transaction.execute(
                QueueStatements.skipRuns,
                [.ints(followers.map { $0.run.job.rawValue }), .ints(followers.map { $0.run.runNumber })])
            answer.returned = followers
            return answer
        }
    }

    /// Keeps what unmatched reports said, and has the jobs of those done once more that may have written over what a
    /// newer run had written.
    ///
    /// - Returns: Per report `fenced`, `repeated` or `gone`; see `fiscal.keep_evidence`.
    /// - Throws: ``PostgresError``.
    func keepEvidence(_ reports: [Report]) async throws(PostgresError) -> [(job: JobID, finding: String)] {
        let worker = worker
        return try await pool.withTransaction { transaction throws(PostgresError) in
            let findings = try transaction.query(
                QueueStatements.keepEvidence, ReportColumns.evidence(worker, reports)
            ) { row throws(PostgresError) in
                (job: JobID(try row.get(Int64.self, 0)), finding: try row.get(String.self, 2))
            }
            let fenced = Set(findings.filter { $0.finding == "fenced" }.map(\.job))
            let repeated = Report.levels(reports.filter { fenced.contains($0.run.job) })
            if !repeated.isEmpty {
                try transaction.execute(QueueStatements.spawn, ReportColumns.spawn(repeated))
            }
            return findings
        }
    }

    /// Carefully: also the end of an event that has one already, which otherwise fails all of them.
    private static func record(
        _ reports: [Report], _ worker: WorkerID, _ effects: [EffectKind], carefully isCareful: Bool,
        _ transaction: borrowing Transaction
    ) throws(PostgresError) -> RecordAnswer {
        var answer = RecordAnswer()
        var matched: Set<Int64> = []
        // All lock jobs in the order of their ids: a report sent twice may meet itself.
        let reports = reports.sorted { $0.run.job < $1.run.job }
        let done = reports.filter { $0.disposition.place == nil }
        let moved = reports.filter { $0.disposition.place != nil }
        func note(_ row: borrowing Row) throws(PostgresError) -> [Int64] { try row.get([Int64].self, 0) }
        if !done.isEmpty {
            let ids =
                isCareful
                ? try transaction.query(QueueStatements.finish, ReportColumns.finish(worker, done), note)
                : try transaction.query(
                    QueueStatements.finishRuns, ReportColumns.finishRuns(worker, done, moving: moved), note)
            matched.formUnion(ids.joined())
        }
        if !moved.isEmpty {
            let ids = try transaction.query(QueueStatements.move, ReportColumns.move(worker, moved), note)
            matched.formUnion(ids.joined())
        }
        for report in reports {
            if matched.contains(report.run.job.rawValue) {
                answer.recorded.append(report)
            } else {
                answer.unmatched.append(report)
            }
        }
        try apply(answer.recorded, effects, transaction)
        try tellDestinations(answer.recorded, into: &answer, transaction)
        return answer
    }

    /// Effects and spawned jobs of the reports whose fence matched.
    private static func apply(
        _ reports: [Report], _ effects: [EffectKind], _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        if reports.contains(where: { !$0.outcome.effects.isEmpty }) {
            for kind in effects {
                let rows = reports.flatMap { report in report.outcome.effects.filter { $0.kind == kind }.map(\.row) }
                guard !rows.isEmpty else { continue }
                try transaction.execute(kind.statement, Parameter.columns(kind.columns, of: rows))
            }
        }
        if reports.contains(where: { !$0.outcome.spawned.isEmpty }) {
            try transaction.execute(QueueStatements.spawn, ReportColumns.spawn(reports))
        }
    }
}
