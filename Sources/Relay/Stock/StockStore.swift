import Bitrix
package import Postgres

/// Reads the stock tables. Writes are effects of the queue, see ``StockEffects``, and acts of people.
package struct StockStore: Sendable {
    let pool: PostgresPool

    package init(pool: PostgresPool) {
        self.pool = pool
    }

    // MARK: Steps

    /// An event whose job waits for its lane at the stock step.
    struct Waiting: Sendable {
        let id: Int64
        let shop: String
        let kind: String
        let payload: String
        let occurredAt: Timestamp
    }

    /// The eldest events whose stock waits for the turn of their lane and was not moved ahead of it.
    func waiting(atMost limit: Int) async throws(PostgresError) -> [Waiting] {
        try await pool.query(Self.waiting, [.int(limit)]) { row throws(PostgresError) in
            Waiting(
                id: try row.get("id"), shop: try row.get("shop"), kind: try row.get("kind"),
                payload: try row.get("payload"), occurredAt: try row.get("occurred_at"))
        }
    }

    /// How many rows wait of orders whose refunds are to be counted anew, `limit` at most.
    func heard(atMost limit: Int) async throws(PostgresError) -> Int {
        try await pool.queryFirst(Self.heard, [.int(limit)]) { row throws(PostgresError) -> Int in
            try row.get("rows")
        } ?? 0
    }

    /// Stores of a shop that have movements or an open document to bring into the portal.
    func storesToPush(shop: String) async throws(PostgresError) -> [String] {
        try await pool.query(Self.storesToPush, [.text(shop)]) { row throws(PostgresError) -> String in
            try row.get("store_id")
        }
    }

    func hasToPush(shop: String, store: String) async throws(PostgresError) -> Bool {
        try await pool.queryFirst(Self.hasToPush, [.text(shop), .text(store)]) { row throws(PostgresError) -> Bool in
            try row.get("waits")
        } ?? false
    }

    /// The document of a store that the portal may have, or not yet.
    func openDocument(shop: String, store: String) async throws(PostgresError) -> StockDocument? {
        let rows = try await pool.query(Self.openDocument, [.text(shop), .text(store)]) { row throws(PostgresError) in
            (
                id: try row.get(Int64.self, "id"), number: try row.get(String.self, "number"),
                kind: try row.get(String.self, "doc_type"), product: try row.getOptional(String.self, "product_id"),
                quantity: try row.getOptional(String.self, "quantity")
            )
        }
        guard let first = rows.first, let kind = CatalogueDocument.Kind(rawValue: first.kind) else { return nil }
        return StockDocument(
            id: first.id, store: store, number: first.number, kind: kind,
            lines: rows.compactMap { row in
                guard let product = row.product, let quantity = row.quantity else { return nil }
                return .init(product: product, quantity: quantity)
            })
    }

    /// The transaction of type cancel that took this one back, unless a terminal printed a return for it.
    package func cancellation(
        shop: String, transaction: String
    ) async throws(PostgresError) -> String? {
        try await pool.queryFirst(Self.cancellation, [.text(shop), .text(transaction)]) {
            row throws(PostgresError) -> String in try row.get("transaction_id")
        }
    }

    private static let waiting = Statement(
        "stock.waiting",
        """
        SELECT o.id, o.shop, o.kind, o.payload::text AS payload, o.occurred_at
        FROM fiscal.job j JOIN fiscal.outbox o ON o.id = j.event_id
        WHERE j.state = 'waiting' AND j.step = 'stock' AND NOT j.spawned
          AND NOT EXISTS (SELECT FROM fiscal.stock_ahead a WHERE a.event_id = j.event_id)
        ORDER BY j.id LIMIT $1
        """)

    private static let heard = Statement(
        "stock.heard", "SELECT count(*) AS rows FROM (SELECT FROM fiscal.stock_heard LIMIT $1) h")

    private static let storesToPush = Statement(
        "stock.storesToPush",
        """
        SELECT m.store_id FROM fiscal.stock_movement m
        WHERE m.shop = $1 AND m.push AND NOT m.held AND m.document_id IS NULL
        UNION
        SELECT d.store_id FROM fiscal.stock_document d WHERE d.shop = $1 AND d.state = 'planned'
        ORDER BY 1
        """)

    private static let hasToPush = Statement(
        "stock.hasToPush",
        """
        SELECT EXISTS (SELECT FROM fiscal.stock_movement m
                       WHERE m.shop = $1 AND m.store_id = $2 AND m.push AND NOT m.held AND m.document_id IS NULL)
            OR EXISTS (SELECT FROM fiscal.stock_document d
                       WHERE d.shop = $1 AND d.store_id = $2 AND d.state = 'planned') AS waits
        """)

    private static let openDocument = Statement(
        "stock.openDocument",
        """
        SELECT d.id, d.number, d.doc_type, l.product_id, trim_scale(l.quantity)::text AS quantity
        FROM fiscal.stock_document d
        LEFT JOIN LATERAL (
            SELECT m.product_id, abs(sum(m.quantity)) AS quantity FROM fiscal.stock_movement m
            WHERE m.document_id = d.id
              AND NOT EXISTS (SELECT FROM fiscal.stock_refusal r
                              WHERE r.document_id = d.id AND r.product_id = m.product_id)
            GROUP BY m.product_id) l ON true
        WHERE d.shop = $1 AND d.store_id = $2 AND d.state = 'planned'
        ORDER BY l.product_id
        """)

    private static let cancellation = Statement(
        "stock.cancellation",
        """
        SELECT c.transaction_id FROM fiscal.stock_cancellation c JOIN fiscal.outbox o ON o.id = c.event_id
        WHERE c.shop = $1 AND c.family = $2 AND o.payload ->> 'type' = 'cancel' AND o.payload ->> 'fiscal' IS NULL
        ORDER BY c.recorded_at, c.transaction_id LIMIT 1
        """)
}
