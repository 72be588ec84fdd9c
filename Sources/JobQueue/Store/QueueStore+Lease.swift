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

    /// Declares limits and schedules, as they are configured here.
    ///
    /// - Throws: ``PostgresError``; some may be declared then.
    func declare(
        _ limits: [DestinationLimits], _ schedules: [ScheduleDefinition]
    ) async throws(PostgresError) {
        for limit in limits.sorted(by: { $0.name < $1.name }) {
            try await pool.execute(
                QueueStatements.limitDestination,
                [
                    .text(limit.name), .double(limit.rate?.perSecond), .int(limit.rate?.burst), .int(limit.concurrency),
                    .int(limit.failuresToBreak),
                ])
        }
        for schedule in schedules.sorted(by: { $0.name < $1.name }) {
            try await pool.execute(
                QueueStatements.declareSchedule,
                [
                    .text(schedule.name), .text(schedule.shop), .text(schedule.key.kind), .text(schedule.lane),
                    .text(schedule.queue), .text(schedule.key.step), .int(schedule.every.milliseconds),
                    .bool(schedule.catchesUp),
                ])
        }
    }

    /// Makes the jobs of schedules that are due; how many.
    ///
    /// - Throws: ``PostgresError``.
    func fireSchedules(over pool: PostgresPool) async throws(PostgresError) -> Int {
        try await pool.query(QueueStatements.fireSchedules) { row throws(PostgresError) in
            try row.get(Int.self, 0)
        }.first ?? 0
    }

    /// Looks after the tables, if nobody has in the last minute.
    ///
    /// - Throws: ``PostgresError``.
    func lookAfter(
        _ configuration: WorkerConfiguration, over pool: PostgresPool
    ) async throws(PostgresError) {
        try await pool.execute(
            QueueStatements.lookAfter,
            [.int(configuration.historyKept.milliseconds), .int(configuration.deadlineWarning.milliseconds)])
    }
}
