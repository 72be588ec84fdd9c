import Postgres
import Relay
import TestSupport
import Testing

@testable import JobQueue

/// The model and a real database, to which the same is done.
struct ModelAndDatabase {
    /// A run that a worker has.
    struct Held {
        let worker: Int64
        let real: JobRun
        let model: JobRun
        /// The job whose stretch it belongs to.
        var head: JobID?
    }

    static let definitions: [StepDefinition] = [
        ("build", DoubtPolicy.none), ("submit", .resend), ("await", .none), ("ask", .person),
    ].map { step, doubt in
        StepDefinition(
            key: StepKey(kind: "test", step: step), doubt: doubt, timeout: .milliseconds(500),
            stretch: step == "build" ? 3 : 1, runOne: { _ in Outcome(.handBack) })
    }
    private static let steps = Dictionary(
        uniqueKeysWithValues: definitions.map { ($0.key, ModelWorker.Step($0)) })
    /// Tokens come so slowly that no test sees one, but when ``passTime()`` says so.
    private static let limits = [
        DestinationLimits(name: "q1", concurrency: 2),
        DestinationLimits(name: "q2", rate: .init(perSecond: 0.001, burst: 3)),
    ]
    private static let lease: Duration = .seconds(3600)

    let pool = TestDatabase.current.pool
    let seed: UInt64
    var model = ModelDatabase()
    var random: SeededGenerator
    /// Two that work, and one that looks for the dead.
    var stores: [QueueStore] = []
    private(set) var rescuer: QueueStore
    var held: [Held] = []
    /// Runs of workers that have lost them.
    var stale: [Held] = []
    var story: [String] = []

    init(seed: UInt64) async throws {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        rescuer = try await Self.register(in: pool)
        try await sql("INSERT INTO fiscal.kind (name, first_step) VALUES ('test', 'build')")
        try await sql("UPDATE fiscal.worker SET steady_since = '-infinity' WHERE id = \(rescuer.worker)")
        let moment = try await now
        _ = model.register(Self.steps, lease: Self.lease, at: moment)
        model.workers[rescuer.worker.rawValue]?.steadySince = .negativeInfinity
        for _ in 0..<2 { stores.append(try await hire()) }
        try await rescuer.declare(Self.limits, [])
        for limits in Self.limits {
            model.destinations[limits.name, default: ModelDestination()].limit(limits, at: moment)
        }
    }

    private static func register(in pool: PostgresPool) async throws -> QueueStore {
        var configuration = WorkerConfiguration(name: "test", version: "1")
        configuration.lease = lease
        let id = try await QueueStore.register(in: pool, configuration, definitions)
        return QueueStore(
            pool: pool, worker: id, lease: .endless, effects: [], habits: ClaimHabits(definitions, configuration))
    }

    /// Another worker, here and there.
    mutating func hire() async throws -> QueueStore {
        let store = try await Self.register(in: pool)
        let moment = try await now
        let id = model.register(Self.steps, lease: Self.lease, at: moment)
        #expect(id == store.worker.rawValue)
        return store
    }

    func sql(_ text: String) async throws {
        try await pool.execute(Statement("test.sql", text))
    }

    func texts(_ text: String) async throws -> [String] {
        try await pool.query(Statement("test.look", text)) { row throws(PostgresError) in
            try row.getOptional(String.self, 0) ?? "NULL"
        }
    }

    /// By the database's clock: the model's time is the real one.
    var now: Timestamp {
        get async throws {
            let moments = try await pool.query(Statement("test.now", "SELECT clock_timestamp()")) {
                row throws(PostgresError) -> Timestamp in try row.get(0)
            }
            return try #require(moments.first)
        }
    }

    /// A worker's store by its number, also of one that was called dead.
    func store(of worker: Int64) -> QueueStore {
        QueueStore(pool: pool, worker: WorkerID(worker), lease: .endless, effects: [])
    }

    func report(_ run: JobRun, _ outcome: Outcome, head: JobID? = nil) -> Report {
        var generator = SeededGenerator(seed: 1)
        let definition = Self.definitions.first { $0.key.step == run.step } ?? Self.definitions[0]
        // Both are asked one after the other: what comes due between the two questions would part them.
        var configuration = WorkerConfiguration(name: "test", version: "1")
        configuration.backoff = RetryBackoff(base: .seconds(3600), cap: .seconds(3600))
        configuration.defaultThrottle = .seconds(3600)
        return Report(
            run: run, outcome: outcome,
            disposition: Disposition(outcome, of: run, by: definition, configuration, using: &generator), head: head)
    }

    // MARK: Comparing

    static let jobs = """
        SELECT id || ' ' || state || ' ' || step || '@' || queue || ' run ' || run_no || ' part ' || part || '.'
            || edition || ' worker ' || coalesce(worker_id, 0) || ' attempt ' || attempt || ' snoozes ' || snoozes
            || ' throttles ' || throttles || ' doubts ' || doubts || ' crashes ' || crashes || ' ['
            || concat_ws(' ', CASE WHEN holder THEN 'turn' END, CASE WHEN doubtful THEN 'doubtful' END,
                         CASE WHEN woken THEN 'woken' END, CASE WHEN limited THEN 'limited' END,
                         CASE WHEN evidence IS NOT NULL THEN 'heard' END, CASE WHEN spawned THEN 'spawned' END,
                         CASE WHEN single THEN 'single' END)
            || '] ' || coalesce(reason_code, '-')
        FROM fiscal.job ORDER BY id
        """

    private static let destinations = """
        SELECT name || ' failures ' || failures || ' openings ' || openings || ' closed '
            || coalesce((fiscal.queue_closed_ms(name, clock_timestamp()) > 0)::text, 'for good')
            || CASE WHEN probing_until IS NOT NULL THEN ' probed' ELSE '' END
        FROM fiscal.destination
        WHERE paused_until IS NOT NULL OR failures > 0 OR broken_until IS NOT NULL ORDER BY name
        """

    private static let workers = """
        SELECT id || ' ' || CASE WHEN dead_at IS NULL THEN 'alive' ELSE 'dead' END
            || CASE WHEN steady_since <= now() - lease THEN ' steady' ELSE '' END
            || CASE WHEN lease_until > now() THEN ' leased' ELSE '' END
        FROM fiscal.worker ORDER BY id
        """

    /// Workers as ``workers`` tells them.
    private func fleet(at moment: Timestamp) -> [String] {
        model.workers.sorted { $0.key < $1.key }.map { id, worker in
            "\(id) \(worker.isDead ? "dead" : "alive")"
                + (worker.steadySince <= moment.advanced(by: .zero - worker.lease) ? " steady" : "")
                + (worker.leaseUntil > moment ? " leased" : "")
        }
    }

    /// Whether both look the same.
    func agree() async throws -> Bool {
        let place: Comment = "seed \(seed): \(story.suffix(12).joined(separator: "; "))"
        let moment = try await now
        let jobs = try await texts(Self.jobs)
        let runs = try await texts("SELECT job_id || '/' || run_no || ' ' || outcome FROM fiscal.attempt").sorted()
        let ends = try await texts("SELECT event_id || ' ' || outcome FROM fiscal.event_end").sorted()
        let destinations = try await texts(Self.destinations)
        let workers = try await texts(Self.workers)
        let fleet = fleet(at: moment)
        let modelRuns = model.runs.map { "\($0.job)/\($0.runNumber) \($0.outcome)" }.sorted()
        let modelEnds = model.ends.map { "\($0.key) \($0.value.outcome)" }.sorted()
        let modelDestinations = model.destinations.sorted { $0.key < $1.key }.filter {
            $0.value.pausedUntil != nil || $0.value.failures > 0 || $0.value.brokenUntil != nil
        }.map { name, destination in
            let closed = destination.closed(at: moment).map { $0 > .zero ? "true" : "false" } ?? "for good"
            return "\(name) failures \(destination.failures) openings \(destination.openings) closed \(closed)"
                + (destination.probingUntil == nil ? "" : " probed")
        }
        #expect(jobs == model.jobs.map(\.picture), place)
        #expect(runs == modelRuns, place)
        #expect(ends == modelEnds, place)
        #expect(destinations == modelDestinations, place)
        #expect(workers == fleet, place)
        return jobs == model.jobs.map(\.picture) && runs == modelRuns && ends == modelEnds
            && destinations == modelDestinations && workers == fleet
    }
}
