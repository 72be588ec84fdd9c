import EmbeddedPostgres
import FoundationEssentials
import Logging
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import JobQueue

/// A test's database with the little that tests of the queue need besides.
struct QueueHarness: Sendable {
    let pool: PostgresPool
    let url: String

    static var current: QueueHarness {
        QueueHarness(pool: TestDatabase.current.pool, url: TestDatabase.current.url)
    }

    /// Declares a kind of event that begins at `step`.
    func declare(_ kind: String, step: String = "run", priority: Int = 0) async throws {
        try await sql(
            """
            INSERT INTO fiscal.kind (name, first_step, priority) VALUES ('\(kind)', '\(step)', \(priority))
            ON CONFLICT (name) DO UPDATE SET first_step = excluded.first_step, priority = excluded.priority
            """)
    }

    /// Puts an event into the outbox; returns its id, which is its job's too.
    @discardableResult
    func insert(
        _ kind: String = "test", shop: String = "shop", key: String = UUID().uuidString, subject: String = "",
        payload: String = "{}"
    ) async throws -> JobID {
        let ids = try await pool.query(
            Statement(
                "test_insert",
                "INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload) VALUES ($1, $2, $3, $4, $5) RETURNING id"
            ),
            [.text(shop), .text(kind), .text(key), .text(subject), .json(payload)]
        ) { row throws(PostgresError) in JobID(try row.get(Int64.self, 0)) }
        return try #require(ids.first)
    }

    /// Puts `count` events into the outbox in one statement; `subject` is an SQL expression over `i`.
    func insertMany(_ count: Int, kind: String = "test", shop: String = "shop", subject: String = "''") async throws {
        try await sql(
            """
            INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
            SELECT '\(shop)', '\(kind)', gen_random_uuid()::text, \(subject), jsonb_build_object('n', i)
            FROM generate_series(1, \(count)) i
            """)
    }

    /// Runs a statement for its effect.
    @discardableResult
    func sql(_ text: String) async throws -> Int {
        try await pool.execute(Statement("test", text))
    }

    /// The first column of the first row as a number; 0 without a row.
    func number(_ text: String) async throws -> Int {
        try await pool.query(Statement("test_number", text)) { row throws(PostgresError) in
            try row.getOptional(Int.self, 0) ?? 0
        }.first ?? 0
    }

    /// The first column of all rows as text.
    func texts(_ text: String) async throws -> [String] {
        try await pool.query(Statement("test_texts", text)) { row throws(PostgresError) in
            try row.getOptional(String.self, 0) ?? "NULL"
        }
    }

    /// The state of a job; `nil`: it is done.
    func state(_ job: JobID) async throws -> String? {
        try await texts("SELECT state::text FROM fiscal.job WHERE id = \(job)").first
    }

    /// Waits until no job is left.
    func drained() async throws {
        try await eventually("all jobs are done") { try await number("SELECT count(*) FROM fiscal.job") == 0 }
    }

    /// Fast leases and polls, for tests in which somebody dies.
    static func configuration(_ name: String = "test") -> WorkerConfiguration {
        var configuration = WorkerConfiguration(name: name, version: "1")
        configuration.poll = .milliseconds(100)
        configuration.backoff = RetryBackoff(base: .milliseconds(1), cap: .milliseconds(5))
        configuration.grace = .seconds(10)
        return configuration
    }

    func worker(
        _ steps: [StepDefinition], effects: [EffectKind] = [],
        configuration: WorkerConfiguration = QueueHarness.configuration(), destinations: [DestinationLimits] = [],
        schedules: [ScheduleDefinition] = []
    ) throws -> Worker {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return Worker(
            pool: pool, listenerConfiguration: try PostgresConfiguration(url: url), steps: steps, effects: effects,
            destinations: destinations, schedules: schedules, configuration: configuration, logger: logger)
    }

    /// Runs a worker while `body` runs, then stops it gracefully.
    func withWorker(
        _ steps: [StepDefinition], effects: [EffectKind] = [],
        configuration: WorkerConfiguration = QueueHarness.configuration(), _ body: (Worker) async throws -> Void
    ) async throws {
        let worker = try worker(steps, effects: effects, configuration: configuration)
        let running = Task { await worker.run() }
        do {
            try await body(worker)
        } catch {
            worker.stop()
            await running.value
            throw error
        }
        worker.stop()
        await running.value
    }
}

extension StepDefinition {
    /// A step of kind `test` by default.
    static func test(
        _ step: String = "run", kind: String = "test", doubt: DoubtPolicy = .none, timeout: Duration = .seconds(20),
        history: Bool = true, stretch: Int = 1, run: @escaping @Sendable (JobRun) async -> Outcome
    ) -> StepDefinition {
        StepDefinition(
            key: StepKey(kind: kind, step: step), doubt: doubt, timeout: timeout, recordsHistory: history,
            stretch: stretch, runOne: run)
    }
}
