package import Postgres

/// What `doctor` and metrics ask about the queue.
package struct QueueHealth: Sendable {
    private let pool: PostgresPool

    package init(_ pool: PostgresPool) {
        self.pool = pool
    }

    private static let horizon = Statement(
        "health_horizon",
        """
        SELECT kind, name, age, open_ms FROM (
            SELECT 'session' AS kind, 'process ' || pid || coalesce(' ' || nullif(application_name, ''), '') AS name,
                   greatest(age(backend_xmin), age(backend_xid))::bigint AS age,
                   (extract(epoch FROM clock_timestamp() - xact_start) * 1000)::bigint AS open_ms
            FROM pg_stat_activity
            WHERE (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL) AND pid <> pg_backend_pid()
              -- Of a sender it is its standby's or slot's; vacuum holds nobody back.
              AND backend_type NOT IN ('walsender', 'autovacuum worker')
            UNION ALL
            SELECT 'slot', slot_name, greatest(age(xmin), age(catalog_xmin))::bigint, NULL FROM pg_replication_slots
            WHERE xmin IS NOT NULL OR catalog_xmin IS NOT NULL
            UNION ALL
            SELECT 'prepared', gid, age(transaction)::bigint,
                   (extract(epoch FROM clock_timestamp() - prepared) * 1000)::bigint
            FROM pg_prepared_xacts
            UNION ALL
            SELECT 'standby', application_name, age(backend_xmin)::bigint, NULL FROM pg_stat_replication
            WHERE backend_xmin IS NOT NULL
        ) holder
        WHERE age >= $1 OR open_ms >= $2
        ORDER BY age DESC
        """)

    /// Who holds the horizon back by so many transactions, or has been open for so long; the worst first.
    ///
    /// A horizon held back fills the queue's indexes with dead rows, which every look at them then walks over. Sessions
    /// of other roles are seen by members of `pg_monitor` only.
    /// - Throws: ``PostgresError``.
    package func horizonHolders(
        transactions: Int = 1_000_000, openFor: Duration = .seconds(600)
    ) async throws(PostgresError) -> [HorizonHolder] {
        let rows = try await pool.query(Self.horizon, [.int(transactions), .int(openFor.milliseconds)]) {
            row throws(PostgresError) in
            let open = try row.getOptional(Int64.self, 3)
            let name = try row.get(String.self, 0)
            guard let kind = HorizonHolder.Kind(rawValue: name) else { throw .abandoned("an unknown holder") }
            return HorizonHolder(
                kind: kind, name: try row.get(1), age: try row.get(2), openFor: open.map { .milliseconds($0) })
        }
        return rows
    }

    /// The horizon as one figure.
    ///
    /// - Throws: ``PostgresError``.
    package func horizon() async throws(PostgresError) -> HorizonFigure {
        HorizonFigure(try await horizonHolders(transactions: 0, openFor: .zero))
    }

    private static let lost = Statement(
        "health_lost_events",
        """
        SELECT o.id FROM fiscal.outbox o
        WHERE NOT EXISTS (SELECT FROM fiscal.job j WHERE j.id = o.id)
          AND NOT EXISTS (SELECT FROM fiscal.event_end e WHERE e.event_id = o.id)
        ORDER BY o.id LIMIT $1
        """)

    /// Events that have neither a job nor an end: there must be none (I7). Reads the whole outbox.
    ///
    /// - Throws: ``PostgresError``.
    package func lostEvents(limit: Int = 100) async throws(PostgresError) -> [Int64] {
        try await pool.query(Self.lost, [.int(limit)]) { row throws(PostgresError) in try row.get(Int64.self, 0) }
    }

    private static let alarms = Statement(
        "health_alarms", "SELECT key, severity, since, text FROM fiscal.alarm WHERE cleared_at IS NULL ORDER BY since")

    /// Alarms that are not cleared, the oldest first.
    ///
    /// - Throws: ``PostgresError``.
    package func openAlarms() async throws(PostgresError) -> [OpenAlarm] {
        try await pool.query(Self.alarms) { row throws(PostgresError) in
            OpenAlarm(key: try row.get(0), severity: try row.get(1), since: try row.get(2), text: try row.get(3))
        }
    }
}
