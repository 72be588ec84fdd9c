import Bitrix
import Fiscal
import HTTPTransport
import JobQueue
import Logging
import Postgres
import Relay
import Sandbox

/// How fast results reach the orders of one portal: calls and orders, counted by the portal.
struct WritebackBench: Hashable, Sendable {
    var orders = 980
    /// Calls a second, and at once.
    var rate = 2
    var burst = 1
    var route = OrderPropertyRoute.rest

    private static let portalName = "bench"

    private var portal: BitrixPortal {
        BitrixPortal(
            name: Self.portalName, basePath: "/portal/\(Self.portalName)",
            webhooks: [BitrixPortal.Webhook(code: "benchcode")], hasModule: route == .module,
            // It allows a call more than we believe in: a clock that is a moment ahead is no refusal.
            intensity: BitrixPortal.Intensity(capacity: burst + 1, perSecond: rate))
    }

    func run(on server: BenchServer) async throws -> BenchReport {
        let portal = portal
        return try await withSandbox(SandboxConfiguration(accounts: [], portals: [portal])) { sandbox, address in
            sandbox.createOrders(
                (1...orders).map { OrderSeed(id: $0, price: "100.00", properties: ["EMAIL": "buyer\($0)@example.ru"]) },
                in: Self.portalName)
            return try await server.withDatabase { database in
                try await measure(database, sandbox, webhook: address.webhookURL(of: portal))
            }
        }
    }

    private func measure(_ database: BenchDatabase, _ sandbox: Sandbox, webhook: String) async throws -> BenchReport {
        let configuration = try RelayConfiguration(
            yaml: """
                shops:
                  \(BenchKind.shop):
                    company: { inn: "7712345671", sno: osn, email: shop@example.ru, payment_address: "https://shop.example.ru" }
                    provider: { kind: none }
                    bitrix: { webhook_url: "\(webhook)", rate: \(rate), burst: \(burst), write_by: \(route.rawValue) }
                """, environment: [:])
        let transport = HTTPTransport()
        let directory = ShopDirectory(configuration: configuration, transport: transport, pool: database.pool)
        guard let destination = directory.portals.keys.first else { throw CommandFailure("no portal to measure with") }
        try await seed(database, destination)
        var logger = Logger(label: "fiscal-relay.bench") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        var settings = WorkerConfiguration(name: "bench", version: Release.version)
        WorkerCommand.makeRoom(for: [destination], in: &settings)
        let worker = Worker(
            pool: database.pool, listenerConfiguration: nil,
            steps: RelaySteps.definitions(directory: directory, pool: database.pool, language: .english),
            effects: RelaySteps.effects, destinations: directory.limits, configuration: settings, logger: logger)
        let begin = MonotonicInstant.now
        let running = Task { await worker.run() }
        var left = orders
        while left > 0 {
            try await Task.sleep(for: .milliseconds(50))
            left =
                try await database.pool.queryFirst(Self.left) { row throws(PostgresError) in
                    try row.get(Int.self, 0)
                } ?? 0
        }
        let seconds = MonotonicInstant.now.seconds(since: begin)
        worker.stop()
        await running.value
        await transport.shutdown()
        return report(sandbox, seconds: seconds)
    }

    private func report(_ sandbox: Sandbox, seconds: Double) -> BenchReport {
        let calls = sandbox.calls(in: Self.portalName).filter { !$0.key.contains("/") }.values.reduce(0, +)
        let written = (1...orders).count {
            sandbox.properties(ofOrder: $0, in: Self.portalName)?["CLOUDKASSIR_FD"] == "\($0)"
        }
        var report = BenchReport(
            what: "write-back by \(route.rawValue), \(rate) calls a second", jobs: written, seconds: seconds)
        report.details = [
            "calls": Double(calls), "calls_per_second": Double(calls) / seconds,
            "orders_per_call": Double(written) / Double(max(1, calls)),
        ]
        return report
    }

    private static let left = Statement("bench_writebacks", "SELECT count(*) FROM fiscal.job")

    /// Receipts that are printed, and a write-back for each of their orders.
    private func seed(_ database: BenchDatabase, _ destination: String) async throws {
        let shop = BenchKind.shop
        try await database.run(
            "bench_receipts",
            """
            INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
            SELECT '\(shop)', '\(BenchKind.name)', 'writeback:' || n, 'order:' || n, '{}' FROM generate_series(1, \(orders)) n
            """,
            "DELETE FROM fiscal.job",
            """
            INSERT INTO fiscal.receipt (event_id, part, edition, shop, settlement_key, order_id, type, total, provider,
                destination, external_id, document, request, request_digest, state, fn, fd, fpd, closed_at)
            SELECT o.id, 1, 1, o.shop, o.event_key, substr(o.subject, 7), 'sell', 10000, 'bench', 'bench', o.event_key, '{}',
                '', sha256(''), 'fiscalised', '9999078900001234', substr(o.subject, 7), '3522207165', now()
            FROM fiscal.outbox o
            """,
            """
            INSERT INTO fiscal.job (id, event_id, run_at, step_since, state, spawned, single, shop, kind, lane, queue, step)
            SELECT nextval('fiscal.outbox_id_seq'), o.id, now(), now(), 'ready', true, true, o.shop,
                '\(WritebackStep.kind)', 'writeback:' || substr(o.subject, 7), '\(destination)', '\(WritebackStep.step)'
            FROM fiscal.outbox o
            """)
    }
}
