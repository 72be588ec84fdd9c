import Fiscal
import FoundationEssentials
import HTTPTransport
import JobQueue
import Postgres
import Relay
import Sandbox
import TestSupport
import Testing

/// The world of one test: a database with the logins of an installation, and the sandbox behind real HTTP.
struct Stage: Sendable {
    let sandbox: Sandbox
    let address: SandboxAddress
    /// The address of the database for a login.
    let url: @Sendable (Login) -> String
    /// Sees everything; for looking only, and for what no login of an installation may do.
    let owner: PostgresPool
    /// What the shop's side uses: it may write events and nothing else.
    let shop: PostgresPool
    /// What a person's acts go through.
    let admin: PostgresPool
    /// What all workers of the test logged.
    let log = LogBook()
    /// Further settings of the installation, in lines of YAML.
    var more = ""

    /// The configuration file of an installation with these shops.
    func yaml(_ shops: [ShopSpec], login: Login = .worker) -> String {
        """
        database: { url: "\(url(login))" }
        worker: { concurrency: 16, lease: 6s, heartbeat: 500ms, shutdown_grace: 3s }
        log: { level: info, language: en }
        \(more)
        shops:
        \(shops.map { $0.yaml(address) }.joined())
        """
    }

    // MARK: Workers

    /// Runs a worker with these shops while `body` runs, then stops it gracefully.
    func working<Value: Sendable>(
        _ shops: [ShopSpec] = [ShopSpec()], _ body: (Worker) async throws -> Value
    ) async throws -> Value {
        let configuration = try RelayConfiguration(yaml: yaml(shops), environment: [:])
        var database = try PostgresConfiguration(url: url(.worker), applicationName: "test worker")
        database.poolSize = 4
        let pool = PostgresPool(database)
        let transport = HTTPTransport()
        let directory = ShopDirectory(configuration: configuration, transport: transport, pool: pool)
        let worker = Worker(
            pool: pool, listenerConfiguration: try PostgresConfiguration(url: url(.worker)),
            steps: RelaySteps.definitions(directory: directory, pool: pool, language: .english),
            effects: RelaySteps.effects,
            // Without limits a destination has no row before something happens to it.
            destinations: directory.limits.filter { $0.rate != nil || $0.concurrency != nil },
            schedules: RelaySteps.schedules(
                of: directory, pool: pool, language: .english, retention: configuration.retention
                    // What looks after portals and stock comes round when a test orders it.
            ).filter { $0.name.hasPrefix("reconcile:") },
            configuration: Self.settings, logger: log.logger)
        let running = Task { await worker.run() }
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(worker))
        } catch {
            result = .failure(error)
        }
        worker.stop()
        await running.value
        await transport.shutdown()
        await pool.close()
        return try result.get()
    }

    /// As in production, but impatient: what would be tried again in seconds is tried again at once.
    private static var settings: WorkerConfiguration {
        var settings = WorkerConfiguration(name: "test", version: "1")
        settings.concurrency = 16
        settings.lease = .seconds(6)
        // Often enough that a beat which comes late leaves time for a request to be sent.
        settings.heartbeat = .milliseconds(500)
        settings.poll = .milliseconds(50)
        settings.grace = .seconds(5)
        settings.backoff = RetryBackoff(base: .milliseconds(50), cap: .milliseconds(200))
        return settings
    }

    // MARK: Events

    /// Writes an event as a shop does: a plain INSERT by a login that may do nothing else.
    @discardableResult
    func insert(
        _ kind: String, key: String, order: Int? = nil, subject: String = "", shop name: String = "main",
        at occurredAt: Timestamp? = nil, _ payload: String
    ) async throws -> Int64 {
        let ids = try await shop.query(
            Statement(
                "test.insert",
                """
                INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload, occurred_at)
                VALUES ($1, $2, $3, $4, $5, coalesce($6, now())) RETURNING id
                """),
            [
                .text(name), .text(kind), .text(key), .text(order.map { "order:\($0)" } ?? subject), .json(payload),
                .timestamp(occurredAt),
            ]
        ) { row throws(PostgresError) in try row.get(Int64.self, "id") }
        return try #require(ids.first)
    }

    /// A paid order: it stands in the portal, and its event in the outbox.
    @discardableResult
    func pay(
        order: Int = 1001, payment: String = "5", sum: String, settlement: String = "full_payment",
        _ lines: [String], price: String? = nil, shop name: String = "main", customer: String = Sample.customer,
        _ more: String = ""
    ) async throws -> Int64 {
        place(order: order, price: price ?? sum, in: name)
        return try await insert(
            "order.paid", key: "payment:\(payment):paid:1", order: order, shop: name,
            Payload.paid(
                order: order, payment: payment, sum: sum, settlement: settlement, lines, customer: customer, more))
    }

    /// Puts an order into the portal; one that is there already stays as it is.
    func place(order: Int, price: String, in portal: String = "main") {
        guard sandbox.hasPortal(portal) else { return }
        sandbox.createOrders([OrderSeed(id: order, price: price, properties: ["EMAIL": Sample.email])], in: portal)
    }

    // MARK: What became of them

    /// Where an event's way has led.
    enum Fate: Hashable, Sendable {
        /// How `event_end` says it ended.
        case ended(String)
        /// The code of the reason with which its job is dead.
        case dead(String)
    }

    struct NoFate: Error {
        let event: Int64
    }

    /// Waits until an event has ended or is in front of a person, for another reason than `passing`.
    func fate(
        of event: Int64, ignoring passing: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Fate {
        var found: Fate?
        try await eventually("event \(event) came to no end", sourceLocation: sourceLocation) {
            if let end = try await texts("SELECT outcome FROM fiscal.event_end WHERE event_id = \(event)").first {
                found = .ended(end)
            } else {
                found = try await texts(
                    "SELECT reason_code FROM fiscal.job WHERE id = \(event) AND state = 'dead'"
                ).first { $0 != passing }.map(Fate.dead)
            }
            return found != nil
        }
        guard let found else { throw NoFate(event: event) }
        return found
    }

    /// The words in which a dead or held job tells why.
    func reason(of event: Int64) async throws -> String {
        try await texts("SELECT reason FROM fiscal.job_listing WHERE id = \(event)").first ?? ""
    }

    func state(of event: Int64) async throws -> String? {
        try await texts("SELECT state FROM fiscal.job_listing WHERE id = \(event)").first
    }

    /// Waits until nothing is left to do but what waits for a person.
    func settled(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await eventually("some jobs did not settle", sourceLocation: sourceLocation) {
            try await number(
                """
                SELECT count(*) FROM fiscal.job_listing
                WHERE state <> 'dead' AND reason_code IS DISTINCT FROM 'held'
                """) == 0
        }
    }

    /// Makes what waits for its time due now, where the schedule of production would keep a test waiting.
    func hasten() async throws {
        try await owner.execute(
            Statement("test.hasten", "UPDATE fiscal.job SET run_at = now() WHERE state IN ('later', 'in_doubt')"))
    }

    /// What became of all receipts of an event, by part and edition.
    func receipts(of event: Int64) async throws -> [StoredReceipt] {
        try await ReceiptStore(pool: owner).receipts(event: event)
    }

    /// The documents that the cash registers printed for an event, in order, as their senders wrote them.
    func documents(of event: Int64) async throws -> [SentReceipt] {
        let keys = try await receipts(of: event).map(\.externalID)
        return try sandbox.receipts(LedgerFilter(status: "done")).filter { keys.contains($0.externalID) }
            .map { try SentReceipt($0) }
    }

    /// The outcome of the write-back of an order, once there is one.
    func writeback(of order: Int, in name: String = "main") async throws -> String? {
        try await texts("SELECT outcome FROM fiscal.writeback WHERE shop = '\(name)' AND order_id = '\(order)'").first
    }

    func openAlarms() async throws -> [String] {
        try await texts("SELECT key FROM fiscal.alarm WHERE cleared_at IS NULL ORDER BY key")
    }

    // MARK: A person

    func replay(_ event: Int64, as orderedAs: ReplayPlan.OrderedAs? = nil) async throws -> ReceiptAdministration.Answer
    {
        try await ReceiptAdministration(pool: admin).replay(JobID(event), as: orderedAs, who: "anna", why: "test")
    }

    func resolve(
        _ event: Int64, _ finding: ReceiptAdministration.Finding
    ) async throws -> ReceiptAdministration.Answer {
        try await ReceiptAdministration(pool: admin).resolve(JobID(event), finding, who: "anna", why: "test")
    }

    func release(_ event: Int64) async throws {
        let result = try await JobAdministration(admin).release(JobID(event), by: Operator(who: "anna", why: "test"))
        #expect(result == .released)
    }

    func pause(destination: String) async throws {
        try await JobAdministration(admin).pause(
            destination: destination, by: Operator(who: "anna", why: "test"))
    }

    func resume(destination: String) async throws -> Bool {
        try await JobAdministration(admin).resume(
            destination: destination, by: Operator(who: "anna", why: "test"))
    }

    // MARK: SQL

    /// The first column of all rows as text; NULL as an empty one.
    @discardableResult
    func texts(_ sql: String) async throws -> [String] {
        try await owner.query(Statement("test.texts", sql)) { row throws(PostgresError) in
            try row.getOptional(String.self, 0) ?? ""
        }
    }

    func number(_ sql: String) async throws -> Int {
        try await owner.query(Statement("test.number", sql)) { row throws(PostgresError) in
            try row.getOptional(Int.self, 0) ?? 0
        }.first ?? 0
    }
}
