package import Postgres

extension StockStore {
    /// Which rows a listing shows; nil: all.
    package struct Filter: Sendable {
        package var shop: String?
        package var store: String?
        package var product: String?
        package var transaction: String?
        package var limit = 1000

        package init() {}

        fileprivate var place: [Parameter] { [.text(shop), .text(store), .text(product)] }
    }

    /// Levels by shop, store and product.
    package func levels(_ filter: Filter, belowZero: Bool = false) async throws(PostgresError) -> [StockLevel] {
        try await pool.query(Self.levels, filter.place + [.bool(belowZero), .int(filter.limit)]) {
            row throws(PostgresError) in try StockLevel(row: row)
        }
    }

    /// Movements, newest first.
    package func movements(
        _ filter: Filter, refused: Bool = false, held: Bool = false
    ) async throws(PostgresError) -> [StockMovement] {
        try await pool.query(
            Self.movements,
            filter.place + [.text(filter.transaction), .bool(refused), .bool(held), .int(filter.limit)]
        ) { row throws(PostgresError) in try StockMovement(row: row) }
    }

    /// Faulty lines that nobody has dealt with, eldest first.
    package func faults(_ filter: Filter) async throws(PostgresError) -> [StockFaultListed] {
        try await pool.query(Self.faults, [.text(filter.shop), .int(filter.limit)]) { row throws(PostgresError) in
            try StockFaultListed(row: row)
        }
    }

    // MARK: Acts of people

    /// A person has dealt with the faulty lines of an event; how many were open.
    package func settleFaults(event: Int64, who: String, why: String) async throws(PostgresError) -> Int64 {
        try await pool.queryFirst(Self.settle, [.int(event), .text(who), .text(why)]) {
            row throws(PostgresError) -> Int64 in try row.get("settled")
        } ?? 0
    }

    /// Movements that the portal refused are brought once more; how many.
    package func resend(shop: String, who: String, why: String) async throws(PostgresError) -> Int64 {
        try await pool.queryFirst(Self.resend, [.text(shop), .text(who), .text(why)]) {
            row throws(PostgresError) -> Int64 in try row.get("resent")
        } ?? 0
    }

    /// Sets levels to these quantities, by movements that make up the difference; how many changed.
    package func count(
        shop: String, _ levels: [(store: String, product: String, quantity: String)], who: String, why: String
    ) async throws(PostgresError) -> Int64 {
        try await pool.queryFirst(
            Self.count,
            [
                .text(shop), .texts(levels.map(\.store)), .texts(levels.map(\.product)),
                .texts(levels.map(\.quantity)), .text(who), .text(why),
            ]
        ) { row throws(PostgresError) -> Int64 in try row.get("changed") } ?? 0
    }

    /// Where the portal of a shop may have movements from before a restore.
    package func heldPlaces(shop: String) async throws(PostgresError) -> [StockReconciliation.Place] {
        try await pool.query(Self.heldPlaces, [.text(shop)]) { row throws(PostgresError) in
            StockReconciliation.Place(store: try row.get("store_id"), product: try row.get("product_id"))
        }
    }

    /// Says of held movements at these places whether the portal has them; the others are brought. How many.
    package func release(
        shop: String, _ places: [StockReconciliation.Place], brought: Bool, who: String, why: String
    ) async throws(PostgresError) -> Int64 {
        try await pool.queryFirst(
            Self.release,
            [
                .text(shop), .texts(places.map(\.store)), .texts(places.map(\.product)), .bool(brought), .text(who),
                .text(why),
            ]
        ) { row throws(PostgresError) -> Int64 in try row.get("released") } ?? 0
    }

    private static let time = "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'"

    /// What waits and what is held is read through their own small indexes, whatever the length of the ledger.
    private static let levels = Statement(
        "stock.levels",
        """
        WITH unsent AS (
            SELECT m.shop, m.store_id, m.product_id, m.quantity FROM fiscal.stock_movement m
            WHERE m.push AND NOT m.held AND m.document_id IS NULL
            UNION ALL
            SELECT m.shop, m.store_id, m.product_id, m.quantity
            FROM fiscal.stock_document d JOIN fiscal.stock_movement m ON m.document_id = d.id
            WHERE d.state = 'planned' AND NOT EXISTS (
                SELECT FROM fiscal.stock_refusal r WHERE r.document_id = d.id AND r.product_id = m.product_id)
        ), waiting AS (
            SELECT u.shop, u.store_id, u.product_id, sum(u.quantity) AS quantity FROM unsent u GROUP BY 1, 2, 3
        ), held AS (
            SELECT m.shop, m.store_id, m.product_id, sum(m.quantity) AS quantity FROM fiscal.stock_movement m
            WHERE m.held GROUP BY 1, 2, 3
        )
        SELECT l.shop, l.store_id, l.product_id, trim_scale(l.quantity)::text AS quantity,
               to_char(l.moved_at AT TIME ZONE 'UTC', \(time)) AS moved_at,
               trim_scale(coalesce(w.quantity, 0))::text AS waiting, trim_scale(coalesce(h.quantity, 0))::text AS held
        FROM fiscal.stock_level l
        LEFT JOIN waiting w USING (shop, store_id, product_id)
        LEFT JOIN held h USING (shop, store_id, product_id)
        WHERE ($1::text IS NULL OR l.shop = $1) AND ($2::text IS NULL OR l.store_id = $2)
          AND ($3::text IS NULL OR l.product_id = $3) AND (NOT $4 OR l.quantity < 0)
        ORDER BY l.shop, l.store_id, l.product_id LIMIT $5
        """)

    /// Where the portal of a shop may have movements from before a restore.
    private static let heldPlaces = Statement(
        "stock.heldPlaces",
        """
        SELECT DISTINCT m.store_id, m.product_id FROM fiscal.stock_movement m WHERE m.shop = $1 AND m.held
        ORDER BY 1, 2
        """)

    private static let movements = Statement(
        "stock.movements",
        """
        SELECT m.id, m.shop, m.transaction_id, m.line, m.kind, m.family, m.store_id, m.product_id,
               trim_scale(m.quantity)::text AS quantity, trim_scale(m.stated)::text AS stated, m.order_id, m.event_id,
               to_char(m.occurred_at AT TIME ZONE 'UTC', \(time)) AS occurred_at,
               CASE WHEN NOT m.push THEN 'left' WHEN m.held THEN 'held' WHEN r.code IS NOT NULL THEN 'refused: ' || r.message
                    WHEN d.id IS NULL THEN 'waiting' ELSE d.number || ' ' || d.state END AS portal
        FROM fiscal.stock_movement m
        LEFT JOIN fiscal.stock_document d ON d.id = m.document_id
        LEFT JOIN fiscal.stock_refusal r ON r.document_id = m.document_id AND r.product_id = m.product_id
        WHERE ($1::text IS NULL OR m.shop = $1) AND ($2::text IS NULL OR m.store_id = $2)
          AND ($3::text IS NULL OR m.product_id = $3) AND ($4::text IS NULL OR m.family = $4 OR m.transaction_id = $4)
          AND (NOT $5 OR r.code IS NOT NULL) AND (NOT $6 OR m.held)
        ORDER BY m.id DESC LIMIT $7
        """)

    private static let faults = Statement(
        "stock.faults",
        """
        SELECT f.event_id, f.place, f.code, f.shop, f.transaction_id, f.line, f.message FROM fiscal.stock_fault f
        WHERE f.settled_at IS NULL AND ($1::text IS NULL OR f.shop = $1)
        ORDER BY f.event_id, f.place, f.code LIMIT $2
        """)

    private static let settle = Statement(
        "stock.settleFault", "SELECT fiscal.settle_stock_fault($1, $2, $3)::bigint AS settled")

    private static let resend = Statement("stock.resend", "SELECT fiscal.resend_stock($1, $2, $3) AS resent")

    private static let release = Statement(
        "stock.release", "SELECT fiscal.release_stock($1, $2::text[], $3::text[], $4, $5, $6) AS released")

    private static let count = Statement(
        "stock.count",
        """
        SELECT fiscal.count_stock($1, $2::text[], $3::text[], $4::text[]::numeric[], $5, $6)::bigint AS changed
        """)
}
