package import Postgres

/// Reads `fiscal.receipt`. Writes are effects of the queue, see ``ReceiptEffects``, and stand with the outcome of a run.
package struct ReceiptStore: Sendable {
    let pool: PostgresPool

    package init(pool: PostgresPool) {
        self.pool = pool
    }

    /// The newest edition of a part of an event's receipts; nil when none was planned yet.
    package func receipt(event: Int64, part: Int) async throws(PostgresError) -> StoredReceipt? {
        try await pool.query(Self.byPart, [.int(event), .int(part)]) { row throws(PostgresError) in
            try StoredReceipt(row: row)
        }.first
    }

    /// All receipts of an event, by part and edition.
    package func receipts(event: Int64) async throws(PostgresError) -> [StoredReceipt] {
        try await pool.query(Self.byEvent, [.int(event)]) { row throws(PostgresError) in try StoredReceipt(row: row) }
    }

    /// Every living receipt of an order, oldest first: the history from which refunds and closing receipts are built.
    package func history(shop: String, order: String) async throws(PostgresError) -> [StoredReceipt] {
        try await pool.query(Self.byOrder, [.text(shop), .text(order)]) { row throws(PostgresError) in
            try StoredReceipt(row: row)
        }
    }

    /// Every living receipt of a payment, for a sale without an order.
    package func history(shop: String, payment: String) async throws(PostgresError) -> [StoredReceipt] {
        try await pool.query(Self.byPayment, [.text(shop), .text(payment)]) { row throws(PostgresError) in
            try StoredReceipt(row: row)
        }
    }

    /// The receipt of this key of ours at any provider of the shop.
    package func receipt(shop: String, externalID: String) async throws(PostgresError) -> StoredReceipt? {
        try await pool.query(Self.byExternalID, [.text(shop), .text(externalID)]) { row throws(PostgresError) in
            try StoredReceipt(row: row)
        }.first
    }

    /// The event whose living receipt settles this already, if it is another one (I11).
    package func rival(
        shop: String, settlementKey: String, of event: Int64
    ) async throws(PostgresError) -> Int64? {
        try await pool.query(Self.rival, [.text(shop), .text(settlementKey), .int(event)]) {
            row throws(PostgresError) -> Int64 in try row.get("event_id")
        }.first
    }

    /// The exact bytes that were promised to the provider.
    package func request(of receipt: Int64) async throws(PostgresError) -> [UInt8]? {
        try await pool.query(Self.requestBytes, [.int(receipt)]) { row throws(PostgresError) -> [UInt8] in
            try row.get("request")
        }.first
    }

    package struct Filter: Sendable {
        package var shop: String?
        package var state: ReceiptState?
        package var order: String?
        package var limit = 100

        package init() {}
    }

    /// Receipts newest first.
    package func list(_ filter: Filter) async throws(PostgresError) -> [StoredReceipt] {
        try await pool.query(
            Self.list,
            [.text(filter.shop), .text(filter.state?.rawValue), .text(filter.order), .int(filter.limit)]
        ) { row throws(PostgresError) in try StoredReceipt(row: row) }
    }

    package func receipt(id: Int64) async throws(PostgresError) -> StoredReceipt? {
        try await pool.query(Self.byID, [.int(id)]) { row throws(PostgresError) in try StoredReceipt(row: row) }.first
    }

    private static let byPart = Statement(
        "receipt.byPart",
        """
        SELECT \(StoredReceipt.columns) FROM fiscal.receipt
        WHERE event_id = $1 AND part = $2 ORDER BY edition DESC LIMIT 1
        """)

    private static let byEvent = Statement(
        "receipt.byEvent",
        "SELECT \(StoredReceipt.columns) FROM fiscal.receipt WHERE event_id = $1 ORDER BY part, edition")

    private static let byOrder = Statement(
        "receipt.byOrder",
        """
        SELECT \(StoredReceipt.columns) FROM fiscal.receipt
        WHERE shop = $1 AND order_id = $2 AND state NOT IN ('refused', 'abandoned') ORDER BY id
        """)

    private static let byPayment = Statement(
        "receipt.byPayment",
        """
        SELECT \(StoredReceipt.columns) FROM fiscal.receipt
        WHERE shop = $1 AND payment_id = $2 AND state NOT IN ('refused', 'abandoned') ORDER BY id
        """)

    private static let byExternalID = Statement(
        "receipt.byExternalID",
        "SELECT \(StoredReceipt.columns) FROM fiscal.receipt WHERE shop = $1 AND external_id = $2 ORDER BY id DESC LIMIT 1"
    )

    private static let rival = Statement(
        "receipt.rival",
        """
        SELECT event_id FROM fiscal.receipt
        WHERE shop = $1 AND settlement_key = $2 AND event_id <> $3 AND state NOT IN ('refused', 'abandoned')
        ORDER BY id LIMIT 1
        """)

    private static let requestBytes = Statement(
        "receipt.requestBytes", "SELECT request FROM fiscal.receipt WHERE id = $1")

    private static let list = Statement(
        "receipt.list",
        """
        SELECT \(StoredReceipt.columns) FROM fiscal.receipt
        WHERE ($1::text IS NULL OR shop = $1) AND ($2::text IS NULL OR state = $2)
          AND ($3::text IS NULL OR order_id = $3)
        ORDER BY id DESC LIMIT $4
        """)

    private static let byID = Statement(
        "receipt.byID", "SELECT \(StoredReceipt.columns) FROM fiscal.receipt WHERE id = $1")
}
