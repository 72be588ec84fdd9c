import Postgres

/// The queue's tables as one registered worker uses them.
struct QueueStore: Sendable {
    let pool: PostgresPool
    let worker: WorkerID
    let lease: LeaseWatch
    /// In the order in which they run.
    let effects: [EffectKind]
    var habits = ClaimHabits()

    /// Registers a worker with the steps that it knows; its lease begins.
    ///
    /// - Throws: ``PostgresError``.
    static func register(
        in pool: PostgresPool, _ configuration: WorkerConfiguration, _ steps: [StepDefinition]
    ) async throws(PostgresError) -> WorkerID {
        let ids = try await pool.query(
            QueueStatements.register,
            [
                .text(configuration.name), .text(configuration.version), .int(configuration.lease.milliseconds),
                .texts(steps.map(\.key.kind)), .texts(steps.map(\.key.step)), .texts(steps.map(\.doubt.rawValue)),
                .ints(steps.map { $0.timeout.milliseconds }), .ints(steps.map { Int64($0.stretch) }),
            ]
        ) { row throws(PostgresError) in try row.get(Int64.self, 0) }
        return WorkerID(ids.first ?? 0)
    }

    /// Hands back what stands as running here without being so; see `fiscal.hand_back_unknown`. No claim of this worker
    /// may be under way.
    ///
    /// - Throws: ``PostgresError``.
    func handBackUnknown(known: [RunID]) async throws(PostgresError) -> [JobID] {
        // Asked first: should the server carry the next statement out after we have given up on it, and claimed anew, it
        // must leave the new runs alone.
        let moments = try await pool.query(QueueStatements.clock) { row throws(PostgresError) in
            try row.get(Timestamp.self, 0)
        }
        guard let moment = moments.first else { return [] }
        return try await pool.query(
            QueueStatements.handBackUnknown,
            [
                .int(worker.rawValue), .ints(known.map(\.job.rawValue)), .ints(known.map(\.number)), .timestamp(moment),
            ]
        ) { row throws(PostgresError) in JobID(try row.get(Int64.self, 0)) }
    }

    /// Says for how long a NOTIFY is wanted; zero: no more.
    ///
    /// - Throws: ``PostgresError``.
    func wantWake(for duration: Duration) async throws(PostgresError) {
        try await pool.execute(QueueStatements.wantWake, [.int(duration.milliseconds)])
    }

    /// Leaves the fleet.
    ///
    /// - Throws: ``PostgresError``.
    func stop() async throws(PostgresError) {
        try await pool.execute(QueueStatements.stop, [.int(worker.rawValue)])
    }
}
