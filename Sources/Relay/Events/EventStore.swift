package import Postgres

/// Reads and writes `fiscal.outbox`.
package struct EventStore: Sendable {
    private let pool: PostgresPool

    package init(pool: PostgresPool) {
        self.pool = pool
    }

    /// What became of an event that was given to `fiscal.enqueue`.
    package enum EnqueueOutcome: String, Sendable, Codable {
        case created, existing, conflict
    }

    package struct NewEvent: Sendable {
        package var shop: String
        package var kind: String
        package var eventKey: String
        package var subject: String
        /// JSON text.
        package var payload: String
        /// nil: now, by the database's clock.
        package var occurredAt: Timestamp?

        package init(
            shop: String, kind: String, eventKey: String, subject: String, payload: String, occurredAt: Timestamp? = nil
        ) {
            self.shop = shop
            self.kind = kind
            self.eventKey = eventKey
            self.subject = subject
            self.payload = payload
            self.occurredAt = occurredAt
        }
    }

    /// Puts one event into the outbox.
    ///
    /// - Throws: `PostgresError`; nothing was written then, unless the connection was lost at COMMIT: the same call
    ///   again is safe.
    package func enqueue(_ event: NewEvent) async throws(PostgresError) -> (id: Int64, outcome: EnqueueOutcome) {
        let rows = try await pool.query(
            Self.enqueueOne,
            [
                .text(event.shop), .text(event.kind), .text(event.eventKey), .text(event.subject),
                .json(event.payload), .timestamp(event.occurredAt),
            ]
        ) { row throws(PostgresError) -> (Int64, String) in
            (try row.get("event_id"), try row.get("outcome"))
        }
        guard let row = rows.first, let outcome = EnqueueOutcome(rawValue: row.1) else {
            throw PostgresError.abandoned("fiscal.enqueue gave no answer")
        }
        return (row.0, outcome)
    }

    /// An earlier event of the same lane that took money and has neither a fiscalised receipt nor a word that none is due.
    package func unreceiptedPayment(
        shop: String, subject: String, before event: Int64
    ) async throws(PostgresError) -> Int64? {
        guard !subject.isEmpty else { return nil }
        return try await pool.query(Self.unreceipted, [.text(shop), .text(subject), .int(event)]) {
            row throws(PostgresError) -> Int64 in try row.get("id")
        }.first
    }

    private static let enqueueOne = Statement(
        "event.enqueue",
        "SELECT event_id, outcome FROM fiscal.enqueue($1, $2, $3, $4, $5, coalesce($6, now()))")

    private static let unreceipted = Statement(
        "event.unreceiptedPayment",
        """
        SELECT o.id FROM fiscal.outbox o
        WHERE o.shop = $1 AND o.subject = $2 AND o.id < $3 AND o.kind = 'order.paid'
          AND NOT EXISTS (SELECT FROM fiscal.receipt r
                          WHERE r.event_id = o.id AND r.state IN ('fiscalised', 'shadow'))
          AND NOT EXISTS (SELECT FROM fiscal.event_end e
                          WHERE e.event_id = o.id AND e.outcome IN ('nothing_due', 'cancelled'))
        ORDER BY o.id DESC LIMIT 1
        """)
}
