import JobQueue
import Postgres
import Relay
import TestSupport
import Testing

/// How the statements by which outcomes change the application's tables reach their rows in a shop of some years: the
/// plans are those of the statements themselves and of what the functions in them run.
@Suite(.database, .timeLimit(.minutes(10)))
struct EffectPlanTests {
    private let pool = TestDatabase.current.pool

    /// Tables that grow with the years, and have 20,000 rows here.
    private static let tables = [
        "outbox", "event_end", "receipt", "job", "writeback", "writeback_trouble", "callback", "alarm",
        "stock_movement",
        "stock_document", "stock_return", "stock_cancellation",
    ]

    private static let books = [
        """
        INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
        SELECT 'main', 'order.paid', 'k' || i, 'order:' || i, '{}' FROM generate_series(1, 20000) i
        """,
        "INSERT INTO fiscal.event_end (event_id, outcome, at) SELECT id, 'fiscalised', now() FROM fiscal.outbox",
        """
        INSERT INTO fiscal.receipt (event_id, part, edition, shop, settlement_key, order_id, type, total, provider,
            destination, external_id, document, request, request_digest, state, provider_id)
        SELECT o.id, 1, 1, 'main', 'payment:' || o.id || ':in:1', substr(o.subject, 7), 'sell', 10000, 'cloudkassir',
               'd',
               'k' || o.id, '{"settled_at": "2026-01-01T00:00:00"}', '', sha256(''),
               CASE WHEN o.id % 2 = 0 THEN 'submitted' ELSE 'planned' END, CASE WHEN o.id % 2 = 0 THEN 'p' || o.id END
        FROM fiscal.outbox o
        """,
        """
        INSERT INTO fiscal.writeback (shop, order_id, receipt_id, outcome)
        SELECT 'main', i::text, i, 'written' FROM generate_series(1, 20000) i
        """,
        """
        INSERT INTO fiscal.writeback_trouble (shop, order_id, kind, receipt_id, ended_at)
        SELECT 'main', i::text, 'order_missing', i, now() FROM generate_series(1, 20000) i
        """,
        "INSERT INTO fiscal.callback (receipt_id) SELECT i FROM generate_series(1, 20000) i",
        """
        INSERT INTO fiscal.alarm (key, severity, text, cleared_at)
        SELECT 'a:' || i, 'warning', 'x', now() FROM generate_series(1, 20000) i
        """,
        """
        INSERT INTO fiscal.stock_movement (shop, transaction_id, line, kind, family, store_id, product_id, quantity,
            stated, order_id, occurred_at, push)
        SELECT 'main', 't' || i, '1', 'sale', 'f' || i, '1', (i % 1000)::text, -1, 1, i::text, now(), true
        FROM generate_series(1, 20000) i
        """,
        """
        INSERT INTO fiscal.stock_document (shop, store_id, doc_type, number, state)
        SELECT 'main', '1', 'D', i::text, 'conducted' FROM generate_series(1, 20000) i
        """,
        """
        INSERT INTO fiscal.stock_return (shop, transaction_id, line, order_id, quantity, occurred_at)
        SELECT 'main', 'r' || i, '1', i::text, 1, now() FROM generate_series(1, 20000) i
        """,
        """
        INSERT INTO fiscal.stock_cancellation (shop, family, transaction_id, until)
        SELECT 'main', 'g' || i, 'c' || i, now() FROM generate_series(1, 20000) i
        """,
        "ANALYZE",
    ]

    private static let document = #"{"settled_at": "2026-01-01T00:00:00"}"#
    private static let moment = Timestamp(microsecondsSince1970: 1_780_000_000_000_000)

    /// A row or two of each effect.
    private static let rows: [String: [[Parameter]]] = [
        "receipt.plan": [
            [
                .int(1), .int(2), .int(1), .text("main"), .text("payment:new:in:1"), .text("1"), .text(nil), .text(nil),
                .text("sell"), .int(100), .text("cloudkassir"), .text("d"), .text("new"), .json(document), .bytes([]),
                .bytes(Array(repeating: 0, count: 32)), .text("planned"),
            ]
        ],
        "receipt.accept": [[.int(1), .text("x")], [.int(3), .text("y")]],
        "receipt.reopen": [[.int(2), .text("c"), .text("m")]],
        "receipt.fiscalise": [[.int(4), .text("1"), .text("2"), .text("3"), .text(nil)]],
        "receipt.refuse": [[.int(6), .text("c"), .text("m")]],
        "receipt.printed": [
            [
                .int(8), .int(2), .text("main"), .text("payment:printed:in:1"), .text("8"), .text(nil), .text("sell"),
                .int(100), .text("printed"), .json(document), .bytes(Array(repeating: 0, count: 32)), .text("1"),
                .text("8"), .text("3"), .text(nil),
            ]
        ],
        "callback.hasten": [[.int(10)], [.int(12)]],
        "writeback.record": [[.text("main"), .text("1"), .int(1), .text("written"), .text(nil)]],
        "writeback.found": [[.text("main"), .text("2")]],
        "writeback.trouble": [[.text("main"), .text("3"), .int(3), .text("order_missing"), .text(nil)]],
        "alarm.raise": [[.text("a:1"), .text("warning"), .text("x")]],
        "alarm.clear": [[.text("a:1")]],
        "destination.rest": [[.text("d"), .int(1000), .text("503"), .text("Back soon."), .timestamp(moment)]],
        "shipment.sweep": [
            [.text("main"), .timestamp(moment), .timestamp(moment), .int(1), .bool(false), .json("[]")]
        ],
        "stock.document.plan": [[.text("main"), .text("1"), .int(50)]],
        "stock.document.close": [[.int(20_001), .int(1), .text("conducted")]],
        "stock.document.refuse": [[.int(20_001), .text("5"), .text("c"), .text("m")]],
        "stock.hear": [[.text("main"), .text("5")]],
        "stock.ahead": [[.int(5)]],
        "stock.move": [
            [
                .int(1), .int(0), .text("main"), .text("new"), .text("f1"), .text("sale"), .text("1"), .text("1"),
                .text("5"), .numeric(PostgresNumeric(Int64(1))), .text("1"), .timestamp(moment), .timestamp(nil),
                .bool(true),
                .text(nil), .text(nil),
            ],
            [
                .int(2), .int(0), .text("main"), .text("t2"), .text("f2"), .text("cancel"), .text(nil), .text(nil),
                .text(nil), .numeric(nil), .text("2"), .timestamp(moment), .timestamp(.infinity), .bool(false),
                .text(nil), .text(nil),
            ],
        ],
        "stock.bring_back": [[.int(5)]],
        "stock.push": [[.text("main")]],
    ]

    @Test func noEffectReadsATableFromEndToEnd() async throws {
        for statement in Self.books { _ = try await pool.execute(Statement("test.books", statement)) }
        let explained = try ExplainedPool()
        for kind in RelaySteps.effects {
            let before = explained.plans.entries.count
            let rows = try #require(Self.rows[kind.name], "\(kind.name) is not tried here")
            try #require(rows.allSatisfy { $0.count == kind.columns.count }, "\(kind.name) has other columns")
            _ = try await explained.pool.execute(kind.statement, Parameter.columns(kind.columns, of: rows))
            let plans = explained.plans.entries.dropFirst(before)
            #expect(!plans.isEmpty, "\(kind.name) told no plan")
            for plan in plans {
                for table in Self.tables { #expect(!plan.contains("Seq Scan on \(table) "), "\(kind.name): \(plan)") }
            }
        }
        await explained.pool.close()
    }
}
