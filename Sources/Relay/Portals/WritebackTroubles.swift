package import JobQueue
package import Postgres

/// Orders of portals that a person is to look at: the portal does not have them, or somebody saved them while they were
/// written.
package struct WritebackTroubles: Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The portal has no such order, so its result shows nowhere.
        case orderMissing = "order_missing"
        /// What somebody changed while the order was written may have been overwritten.
        case overlapped
    }

    package struct Trouble: Hashable, Sendable {
        package let id: Int64
        package let shop: String
        package let order: String
        package let kind: Kind
        package let receipt: Int64
        package let detail: String?
        /// How often it was met.
        package let times: Int
        package let firstAt: Timestamp
        package let lastAt: Timestamp
        /// nil: it is open.
        package let endedAt: Timestamp?
        /// Who said that it is dealt with; nil: nobody, or the order was found after all.
        package let endedBy: String?
    }

    /// Which of them.
    package struct Filter: Hashable, Sendable {
        package var shop: String?
        package var kind: Kind?
        /// Those that are over, too.
        package var all = false
        /// At most so many; above zero.
        package var limit = 1000

        package init() {}
    }

    /// What became of the wish to settle one.
    package enum Settling: String, Hashable, Sendable {
        case settled
        /// It is over already.
        case notOpen = "not_open"
        case noSuchTrouble = "no_such_trouble"
    }

    private let pool: PostgresPool

    package init(pool: PostgresPool) {
        self.pool = pool
    }

    /// Open ones first, oldest first among them.
    package func list(_ filter: Filter) async throws(PostgresError) -> [Trouble] {
        try await pool.query(
            Self.list,
            [
                .text(filter.shop), .text(filter.kind?.rawValue), .bool(filter.all), .int(filter.limit),
                .int(Int64?.none),
            ]
        ) { row throws(PostgresError) in try Self.trouble(row) }
    }

    /// One of them, open or over; nil: there is none of this number.
    package func trouble(_ id: Int64) async throws(PostgresError) -> Trouble? {
        try await pool.query(Self.list, [.text(nil), .text(nil), .bool(true), .int(1), .int(id)]) {
            row throws(PostgresError) in try Self.trouble(row)
        }.first
    }

    /// A person has dealt with one.
    package func settle(_ id: Int64, by person: Operator) async throws(PostgresError) -> Settling {
        let answer = try await pool.queryFirst(Self.settle, [.int(id), .text(person.who), .text(person.why)]) {
            row throws(PostgresError) in try row.get(String.self, 0)
        }
        guard let settling = answer.flatMap(Settling.init(rawValue:)) else {
            throw .abandoned("the settling of \(id) gave no answer")
        }
        return settling
    }

    /// Has the results of an order written once more.
    ///
    /// - Parameters:
    ///   - shop: Its name.
    ///   - order: As the shop numbers it.
    ///   - portal: The destination of the shop's portal.
    ///   - person: Who orders it, and why.
    /// - Returns: `false`: that waits to be done already.
    /// - Throws: `PostgresError`.
    package func rewrite(
        shop: String, order: String, portal: String, by person: Operator
    ) async throws(PostgresError) -> Bool {
        try await pool.queryFirst(
            Self.rewrite, [.text(shop), .text(order), .text(portal), .text(person.who), .text(person.why)]
        ) { row throws(PostgresError) in try row.get(Bool.self, 0) } ?? false
    }

    private static func trouble(_ row: borrowing Row) throws(PostgresError) -> Trouble {
        let kind: String = try row.get("kind")
        guard let known = Kind(rawValue: kind) else {
            throw .abandoned("trouble of kind \(kind) is unknown to this release")
        }
        return Trouble(
            id: try row.get("id"), shop: try row.get("shop"), order: try row.get("order_id"), kind: known,
            receipt: try row.get("receipt_id"), detail: try row.getOptional("detail"),
            times: Int(try row.get(Int32.self, "times")), firstAt: try row.get("first_at"),
            lastAt: try row.get("last_at"), endedAt: try row.getOptional("ended_at"),
            endedBy: try row.getOptional("ended_by"))
    }

    private static let list = Statement(
        "writeback.troubles",
        """
        SELECT id, shop, order_id, kind, receipt_id, detail, times, first_at, last_at, ended_at, ended_by
        FROM fiscal.writeback_trouble
        WHERE ($1::text IS NULL OR shop = $1) AND ($2::text IS NULL OR kind = $2) AND ($3 OR ended_at IS NULL)
          AND ($5::bigint IS NULL OR id = $5)
        ORDER BY ended_at IS NOT NULL, id LIMIT $4
        """)

    private static let settle = Statement("writeback.settle", "SELECT fiscal.settle_writeback_trouble($1, $2, $3)")

    private static let rewrite = Statement("writeback.repeat", "SELECT fiscal.repeat_writeback($1, $2, $3, $4, $5)")
}
