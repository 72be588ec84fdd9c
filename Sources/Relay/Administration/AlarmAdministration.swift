package import JobQueue
package import Postgres

/// Alarms as people see them and end them.
package struct AlarmAdministration: Sendable {
    /// An alarm, open or over.
    package struct Alarm: Hashable, Sendable {
        package let id: Int64
        /// Names the condition and what has it, e.g. `order_missing:main`.
        package let key: String
        /// `warning` or `critical`.
        package let severity: String
        package let since: Timestamp
        /// When severity or text last changed while it was open.
        package let changedAt: Timestamp?
        /// nil: it is open.
        package let clearedAt: Timestamp?
        package let text: String
    }

    /// What became of the wish to end an alarm.
    package enum Clearing: String, Hashable, Sendable {
        case cleared
        /// It is over already.
        case notOpen = "not_open"
        case noSuchAlarm = "no_such_alarm"
        /// It tells of something that stands on record, and ends with that.
        case stands
    }

    private let pool: PostgresPool

    package init(pool: PostgresPool) {
        self.pool = pool
    }

    /// The open alarms, critical ones first, oldest first among equals; with `all` those that are over too, newest
    /// first.
    ///
    /// - Parameters:
    ///   - all: Whether those that are over are listed.
    ///   - limit: At most so many; above zero.
    /// - Returns: The alarms.
    /// - Throws: `PostgresError`.
    package func list(all: Bool, limit: Int) async throws(PostgresError) -> [Alarm] {
        try await pool.query(all ? Self.every : Self.open, [.int(limit)]) { row throws(PostgresError) in
            try Self.alarm(row)
        }
    }

    /// Ends an alarm by a person's word, which is recorded. If its cause goes on it is raised anew; one that tells of
    /// rows on record is not ended, see ``Clearing/stands``.
    ///
    /// - Throws: `PostgresError`; unless its outcome is unknown, nothing has changed then.
    package func clear(_ id: Int64, by person: Operator) async throws(PostgresError) -> Clearing {
        let answer = try await pool.queryFirst(Self.clear, [.int(id), .text(person.who), .text(person.why)]) {
            row throws(PostgresError) in try row.get(String.self, 0)
        }
        guard let clearing = answer.flatMap(Clearing.init(rawValue:)) else {
            throw .abandoned("the clearing of alarm \(id) gave no answer")
        }
        return clearing
    }

    /// The command that ends what an alarm tells of, where that stands on record; nil: none does.
    package static func remedy(for key: String) -> String? {
        switch key.prefix(while: { $0 != ":" }) {
        case "order_missing", "order_overlapped": "fiscal-relay writebacks list"
        case "stock_fault": "fiscal-relay stock faults"
        case "stock_refused": "fiscal-relay stock resend"
        case "stock_held": "fiscal-relay stock release"
        case "stock_negative": "fiscal-relay stock levels --below-zero"
        case "reconcile": "fiscal-relay receipts reconcile"
        default: nil
        }
    }

    /// One alarm, open or over; nil: there is none of this number.
    ///
    /// - Throws: `PostgresError`.
    package func alarm(_ id: Int64) async throws(PostgresError) -> Alarm? {
        try await pool.queryFirst(Self.one, [.int(id)]) { row throws(PostgresError) in try Self.alarm(row) }
    }

    private static func alarm(_ row: borrowing Row) throws(PostgresError) -> Alarm {
        Alarm(
            id: try row.get("id"), key: try row.get("key"), severity: try row.get("severity"),
            since: try row.get("since"), changedAt: try row.getOptional("changed_at"),
            clearedAt: try row.getOptional("cleared_at"), text: try row.get("text"))
    }

    private static let one = Statement(
        "alarm.one", "SELECT id, key, severity, since, changed_at, cleared_at, text FROM fiscal.alarm WHERE id = $1")

    private static let open = Statement(
        "alarm.open",
        """
        SELECT id, key, severity, since, changed_at, cleared_at, text FROM fiscal.alarm
        WHERE cleared_at IS NULL ORDER BY severity, since, id LIMIT $1
        """)

    private static let every = Statement(
        "alarm.every",
        "SELECT id, key, severity, since, changed_at, cleared_at, text FROM fiscal.alarm ORDER BY id DESC LIMIT $1")

    private static let clear = Statement("alarm.dismiss", "SELECT fiscal.dismiss_alarm($1, $2, $3)")
}
