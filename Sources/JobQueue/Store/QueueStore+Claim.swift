import Postgres

extension QueueStore {
    /// What work there is; of ready jobs in the streams named nothing is said.
    ///
    /// - Throws: ``PostgresError``.
    func survey(besides known: [StreamKey]) async throws(PostgresError) -> [SurveyFinding] {
        try await pool.query(
            QueueStatements.survey,
            [.texts(known.map(\.queue)), .texts(known.map(\.shop)), .ints(known.map { Int64($0.priority) })],
            Self.finding)
    }

    /// Claims by itself.
    ///
    /// - Throws: ``PostgresError``; after `outcomeUnknown` jobs may have been claimed that nobody here knows of.
    func claim(_ plan: ClaimPlan) async throws(PostgresError) -> ClaimAnswer {
        let lease = lease
        return Self.answer(
            try await pool.query(QueueStatements.claim, parameters(of: plan)) { row throws(PostgresError) in
                try Self.claimed(row, lease)
            })
    }

    static func finding(_ row: borrowing Row) throws(PostgresError) -> SurveyFinding {
        let queue = try row.get(String.self, 0)
        let closed = try row.getOptional(Int64.self, 4)
        var stream: StreamKey?
        if let shop = try row.getOptional(String.self, 1) {
            stream = StreamKey(queue: queue, shop: shop, priority: try row.get(Int.self, 2))
        }
        return SurveyFinding(
            queue: queue, stream: stream, wait: .milliseconds(try row.get(Int64.self, 3)),
            closedFor: closed.map { .milliseconds($0) })
    }

    func parameters(of plan: ClaimPlan) -> [Parameter] {
        let visits = plan.streams
        let rooms = Array(plan.queueRooms)
        return [
            .int(worker.rawValue), .int(plan.room),
            .texts(visits.map { $0.key.queue }), .texts(visits.map { $0.key.shop }),
            .ints(visits.map { Int64($0.key.priority) }),
            .timestamps(visits.map { $0.floor.readyAt }), .ints(visits.map { $0.floor.id }),
            .ints(visits.map { Int64($0.limit) }),
            .texts(plan.dueQueues),
            .timestamps(plan.dueQueues.map { (plan.dueFloors[$0] ?? .bottom).readyAt }),
            .ints(plan.dueQueues.map { (plan.dueFloors[$0] ?? .bottom).id }), .bool(plan.dueFirst),
            .texts(rooms.map(\.key)), .ints(rooms.map { Int64($0.value) }),
            .texts(habits.bareSteps), .texts(habits.stretchSteps), .ints(habits.stretches.map(Int64.init)),
            .int(habits.followers),
        ]
    }

    /// One row of `fiscal.claim_runs`: the first says what was visited, the others are runs.
    enum ClaimRow: Sendable {
        case visited([Int?], reached: [ClaimFloor.Position?], at: Timestamp)
        case run(ClaimedRun)
    }

    static func answer(_ rows: [ClaimRow]) -> ClaimAnswer {
        var answer = ClaimAnswer()
        answer.runs.reserveCapacity(rows.count)
        for row in rows {
            switch row {
            case .visited(let visited, let reached, let moment):
                (answer.visited, answer.reached, answer.lookedAt) = (visited, reached, moment)
            case .run(let run): answer.runs.append(run)
            }
        }
        // RETURNING promises no order.
        answer.runs.sort { ($0.readyAt, $0.run.job) < ($1.readyAt, $1.run.job) }
        return answer
    }

    static func claimed(_ row: borrowing Row, _ lease: LeaseWatch) throws(PostgresError) -> ClaimRow {
        guard let id = try row.getOptional(Int64.self, 1) else {
            let reached = zip(try row.get([Timestamp?].self, 29), try row.get([Int64?].self, 30)).map { at, id in
                at.flatMap { at in id.map { ClaimFloor.Position(readyAt: at, id: $0) } }
            }
            return .visited(try row.get([Int?].self, 0), reached: reached, at: try row.get(19))
        }
        let run = JobRun(
            job: JobID(id), runNumber: try row.get(2), eventID: try row.get(3), shop: try row.get(4),
            kind: try row.get(5), eventKey: try row.get(6), lane: try row.get(7), queue: try row.get(8),
            step: try row.get(9), part: try row.get(10), edition: try row.get(11), attempt: try row.get(12),
            snoozes: try row.get(13), doubts: try row.get(14), checkpoint: try row.get(15),
            payload: try row.get(16), occurredAt: try row.get(17), createdAt: try row.get(18),
            claimedAt: try row.get(19), stepSince: try row.get(20), deadline: try row.get(21),
            settlingDoubt: try row.get(22), spawned: try row.get(23), evidence: try row.get(24),
            orderedAs: try row.get(25), lease: lease)
        let head = try row.getOptional(Int64.self, 28).map(JobID.init)
        return .run(ClaimedRun(run: run, priority: try row.get(26), readyAt: try row.get(27), head: head))
    }
}
