import Postgres

extension EventStore {
    /// Whether two events have the same kind and the same payload.
    func sayTheSame(_ one: Int64, _ other: Int64) async throws(PostgresError) -> Bool {
        try await pool.queryFirst(Self.sameContent, [.int(one), .int(other)]) { row throws(PostgresError) -> Bool in
            try row.get("same")
        } ?? false
    }

    /// Whether two hand-overs differ in nothing but their moment.
    func handOverTheSame(_ one: Int64, _ other: Int64) async throws(PostgresError) -> Bool {
        try await pool.queryFirst(Self.sameHandOver, [.int(one), .int(other)]) { row throws(PostgresError) -> Bool in
            try row.get("same")
        } ?? false
    }

    /// An earlier event of this transaction at a point of sale that is still to get its receipt, or was given up.
    func unreceiptedSale(
        shop: String, transaction: String, before event: Int64
    ) async throws(PostgresError) -> Int64? {
        try await pool.queryFirst(Self.unreceiptedSale, [.text(shop), .text(transaction), .int(event)]) {
            row throws(PostgresError) -> Int64 in try row.get("id")
        }
    }

    private static let sameContent = Statement(
        "event.sameContent",
        """
        SELECT (a.kind, a.payload) = (b.kind, b.payload) AS same
        FROM fiscal.outbox a CROSS JOIN fiscal.outbox b WHERE a.id = $1 AND b.id = $2
        """)

    private static let sameHandOver = Statement(
        "event.sameHandOver",
        """
        SELECT (a.kind, a.payload #- '{shipment,shipped_at}') = (b.kind, b.payload #- '{shipment,shipped_at}') AS same
        FROM fiscal.outbox a CROSS JOIN fiscal.outbox b WHERE a.id = $1 AND b.id = $2
        """)

    private static let unreceiptedSale = Statement(
        "event.unreceiptedSale",
        """
        SELECT o.id FROM fiscal.outbox o
        WHERE o.shop = $1 AND (o.event_key = 'pos:' || $2 OR o.subject = 'pos:' || $2) AND o.id < $3
          AND o.kind = 'pos.transaction' AND o.payload ->> 'transaction_id' = $2
          AND coalesce((SELECT e.outcome FROM fiscal.event_end e WHERE e.event_id = o.id), 'cancelled') = 'cancelled'
        ORDER BY o.id DESC LIMIT 1
        """)
}
