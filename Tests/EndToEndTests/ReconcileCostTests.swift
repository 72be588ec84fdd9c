import Fiscal
import Postgres
import Relay
import TestSupport
import Testing

/// What reconciliation costs the database and the provider.
@Suite(.database, .timeLimit(.minutes(10)))
struct ReconcileCostTests {
    private let pool = TestDatabase.current.pool

    private func run(_ sql: String) async throws {
        try await pool.execute(Statement("test.cost", sql))
    }

    /// A year of a shop: 20,000 orders, each with its receipt.
    private func fill() async throws {
        try await run(
            """
            INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload, occurred_at)
            SELECT 'main', 'order.paid', 'k' || i, 'order:' || i,
                   jsonb_build_object('order', jsonb_build_object('id', i), 'settlement', 'full_prepayment',
                       'payment', jsonb_build_object('id', i::text, 'sum', '100.00'), 'note', repeat('x', 300)),
                   timestamptz '2026-01-01 00:00:00+03' + i * interval '26 minutes'
            FROM generate_series(1, 20000) i
            """)
        try await run("DELETE FROM fiscal.job")
        try await run(
            "INSERT INTO fiscal.event_end (event_id, outcome, at) SELECT id, 'fiscalised', now() FROM fiscal.outbox")
        try await run(
            """
            INSERT INTO fiscal.receipt (event_id, part, edition, shop, settlement_key, order_id, type, total, provider,
                destination, external_id, document, request, request_digest, state, fn, fd, fpd)
            SELECT o.id, 1, 1, 'main', 'payment:' || o.id || ':in:1', substr(o.subject, 7), 'sell', 10000, 'cloudkassir',
                'd', 'k' || o.id,
                jsonb_build_object('settled_at', to_char(o.occurred_at AT TIME ZONE 'Europe/Moscow', 'YYYY-MM-DD"T"HH24:MI:SS'),
                    'body', jsonb_build_object('payments', '{"electronic":"100.00"}'::jsonb,
                        'items', '[{"sum":"100.00","method":"full_prepayment"}]'::jsonb)),
                '', sha256(''), 'fiscalised', '1', o.id::text, '1'
            FROM fiscal.outbox o
            """)
        for table in ["outbox", "receipt", "event_end", "job"] { try await run("VACUUM ANALYZE fiscal.\(table)") }
    }

    private func explain(_ statement: Statement, _ parameters: [Parameter]) async throws -> String {
        try await pool.query(Statement("test.explain", "EXPLAIN \(statement.sql)"), parameters) {
            row throws(PostgresError) in try row.get(String.self, 0)
        }.joined(separator: "\n")
    }

    @Test func aDayIsReadByIndexesHoweverLongTheBooksAre() async throws {
        try await fill()
        let day = try #require(CivilDate("2026-06-15"))
        let period = try #require(ReconciliationPeriod(from: day, to: day, in: .moscow))
        let span: [Parameter] = [.text("main"), .timestamp(period.start), .timestamp(period.end)]
        for (statement, last) in [
            (ReconciliationStore.events, Parameter.texts(BookedEvent.kinds)),
            (ReconciliationStore.receipts, .texts(BookedEvent.kinds)), (ReconciliationStore.openOrders, .int(100)),
        ] {
            let plan = try await explain(statement, span + [last])
            #expect(plan.contains("Bitmap Index Scan on outbox_occurred"), "\(statement.name): \(plan)")
            #expect(!plan.contains("Seq Scan on outbox"), "\(statement.name): \(plan)")
            #expect(!plan.contains("Seq Scan on receipt"), "\(statement.name): \(plan)")
        }
        let store = ReconciliationStore(pool: pool)
        #expect(try await store.events(shop: "main", period).count == 55)
        #expect(try await store.receipts(shop: "main", period).count == 55)
        #expect(
            try await store.openOrders(shop: "main", from: period.start, to: period.end, limit: 1000).count == 55)
        let balances = try await store.openPrepayments(shop: "main", period)
        #expect(balances[day] == Money(kopecks: 10_000 * 9193))
    }

    private struct Grant: Hashable, Sendable {
        let granted: Int
        let waits: Bool
    }

    private func draw(_ wanted: Int, of destination: String = "kassa") async throws -> Grant? {
        try await pool.query(
            Statement("test.draw", "SELECT granted, wait_ms FROM fiscal.draw_tokens($1, $2::integer)"),
            [.text(destination), .int(wanted)]
        ) { row throws(PostgresError) -> Grant in
            let granted = try row.get(Int32.self, "granted")
            let wait = try row.getOptional(Int64.self, "wait_ms")
            return Grant(granted: Int(granted), waits: (wait ?? 0) > 0)
        }.first
    }

    @Test func questionsKeepWithinTheLimitOfTheFleetAndLeaveHalfOfItToReceipts() async throws {
        // A token in 100 s: none comes back while the test runs.
        try await run("SELECT fiscal.limit_destination('kassa', 0.01, 8, NULL, 5)")
        var granted: [Int] = []
        for _ in 0..<6 { granted.append(try await draw(3)?.granted ?? -1) }
        #expect(granted == [3, 2, 1, 1, 1, 0])
        #expect(try await draw(1)?.waits == true)
        #expect(try await draw(100, of: "unlimited") == Grant(granted: 100, waits: false))
        try await run("UPDATE fiscal.destination SET tokens = 8, paused_until = 'infinity' WHERE name = 'kassa'")
        #expect(try await draw(1) == Grant(granted: 0, waits: false))
        try await run(
            "UPDATE fiscal.destination SET paused_until = NULL, broken_until = now() - interval '1 second' WHERE name = 'kassa'"
        )
        #expect(try await draw(1) == Grant(granted: 0, waits: true))
    }
}
