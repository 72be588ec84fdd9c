package import Postgres

/// Reads and writes `fiscal.outbox`.
package struct EventStore: Sendable {
    let pool: PostgresPool

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

    /// Puts many events into the outbox in one transaction, in order.
    ///
    /// - Returns: One outcome for each, in the same order.
    /// - Throws: `PostgresError`; nothing was written then, unless the connection was lost at COMMIT: the same call
    ///   again is safe.
    package func enqueue(_ events: [NewEvent]) async throws(PostgresError) -> [EnqueueOutcome] {
        let words = try await pool.query(
            Self.enqueueMany,
            [
                .texts(events.map(\.shop)), .texts(events.map(\.kind)), .texts(events.map(\.eventKey)),
                .texts(events.map(\.subject)), .jsons(events.map(\.payload)), .timestamps(events.map(\.occurredAt)),
            ]
        ) { row throws(PostgresError) -> String in try row.get("outcome") }
        let outcomes = words.compactMap(EnqueueOutcome.init(rawValue:))
        guard outcomes.count == events.count else {
            throw PostgresError.abandoned("fiscal.enqueue gave no answer")
        }
        return outcomes
    }

    /// An event with the state of its work.
    package struct Listed: Sendable, Encodable {
        package let id: Int64
        package let shop: String
        package let kind: String
        package let eventKey: String
        package let subject: String
        /// ISO 8601, UTC.
        package let occurredAt: String
        package let createdAt: String
        /// The outcome when its job has ended, else the state of the job.
        package let state: String
        package let reason: String?

        enum CodingKeys: String, CodingKey {
            case id, shop, kind, subject, state, reason
            case eventKey = "event_key"
            case occurredAt = "occurred_at"
            case createdAt = "created_at"
        }

        init(row: borrowing Row) throws(PostgresError) {
            id = try row.get("id")
            shop = try row.get("shop")
            kind = try row.get("kind")
            eventKey = try row.get("event_key")
            subject = try row.get("subject")
            occurredAt = try row.get("occurred_at")
            createdAt = try row.get("created_at")
            state = try row.get("state")
            reason = try row.getOptional("reason")
        }
    }

    package struct Filter: Sendable {
        package var shop: String?
        package var kind: String?
        package var subject: String?
        package var limit = 100

        package init() {}
    }

    /// Events newest first.
    package func list(_ filter: Filter) async throws(PostgresError) -> [Listed] {
        try await pool.query(
            Self.list, [.text(filter.shop), .text(filter.kind), .text(filter.subject), .int(filter.limit)]
        ) { row throws(PostgresError) in try Listed(row: row) }
    }

    package func event(id: Int64) async throws(PostgresError) -> (event: Listed, payload: String)? {
        try await pool.query(Self.byID, [.int(id)]) { row throws(PostgresError) -> (Listed, String) in
            (try Listed(row: row), try row.get("payload"))
        }.first.map { (event: $0.0, payload: $0.1) }
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

    private static let enqueueMany = Statement(
        "event.enqueueMany",
        """
        SELECT q.outcome
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::timestamptz[]) WITH ORDINALITY
                AS e (shop, kind, event_key, subject, payload, occurred_at, position)
            CROSS JOIN LATERAL fiscal.enqueue(
                e.shop, e.kind, e.event_key, e.subject, e.payload, coalesce(e.occurred_at, now())) AS q
        ORDER BY e.position
        """)

    private static let listedColumns = """
        o.id, o.shop, o.kind, o.event_key, o.subject,
        to_char(o.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS occurred_at,
        to_char(o.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS created_at,
        coalesce(e.outcome, j.state::text, 'lost') AS state,
        nullif(concat_ws(': ', j.reason_code, j.reason), '') AS reason
        """

    private static let listedFrom = """
        fiscal.outbox o
        LEFT JOIN fiscal.job j ON j.id = o.id
        LEFT JOIN fiscal.event_end e ON e.event_id = o.id
        """

    private static let list = Statement(
        "event.list",
        """
        SELECT \(listedColumns) FROM \(listedFrom)
        WHERE ($1::text IS NULL OR o.shop = $1) AND ($2::text IS NULL OR o.kind = $2)
          AND ($3::text IS NULL OR o.subject = $3)
        ORDER BY o.id DESC LIMIT $4
        """)

    private static let byID = Statement(
        "event.byID", "SELECT \(listedColumns), o.payload FROM \(listedFrom) WHERE o.id = $1")

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
