package import Fiscal
import FoundationEssentials
package import Postgres

/// Reads what reconciliation compares. Every statement is one set, and none looks at more than its days.
package struct ReconciliationStore: Sendable {
    let pool: PostgresPool

    package init(pool: PostgresPool) {
        self.pool = pool
    }

    /// The present by the database's clock.
    package func now() async throws(PostgresError) -> Timestamp {
        let moment = try await pool.query(Self.now, []) { row throws(PostgresError) -> Timestamp in
            try row.get("moment")
        }.first
        guard let moment else { throw PostgresError.abandoned("the server gave no time") }
        return moment
    }

    /// When the alarm of this key was raised; nil: it is not open.
    package func alarmed(_ key: String) async throws(PostgresError) -> Timestamp? {
        try await pool.query(Self.alarmed, [.text(key)]) { row throws(PostgresError) -> Timestamp in
            try row.get("since")
        }.first
    }

    /// The events of a shop that need receipts, by the days on which they happened, oldest first.
    package func events(shop: String, _ period: ReconciliationPeriod) async throws(PostgresError) -> [BookedEvent] {
        try await pool.query(Self.events, Self.parameters(shop, period)) { row throws(PostgresError) in
            try Self.event(row)
        }
    }

    /// Every edition of the receipts of those events.
    package func receipts(shop: String, _ period: ReconciliationPeriod) async throws(PostgresError) -> [BookedReceipt] {
        try await pool.query(Self.receipts, Self.parameters(shop, period)) { row throws(PostgresError) in
            try Self.receipt(row)
        }
    }

    /// Orders prepaid between two instants whose receipts leave something open, oldest first.
    ///
    /// The sum in the statement only finds candidates; what is open is the ledger's to say.
    /// - Parameters:
    ///   - shop: Its name.
    ///   - start: The first instant of payments that count.
    ///   - end: The first instant after them.
    ///   - limit: At most so many.
    /// - Returns: Orders as the shop numbers them.
    /// - Throws: `PostgresError`.
    package func openOrders(
        shop: String, from start: Timestamp, to end: Timestamp, limit: Int
    ) async throws(PostgresError) -> [String] {
        try await pool.query(
            Self.openOrders, [.text(shop), .timestamp(start), .timestamp(end), .int(limit)]
        ) { row throws(PostgresError) -> String in try row.get("order_id") }
    }

    /// What was prepaid and not offset or given back at the end of each of these days, over all orders of the shop.
    ///
    /// Below zero when prepayments were closed that were taken before this system kept the books. Reads every receipt
    /// of the shop.
    package func openPrepayments(
        shop: String, _ period: ReconciliationPeriod
    ) async throws(PostgresError) -> [CivilDate: Money] {
        var balance: Int64 = 0
        var moved: [String: Int64] = [:]
        let rows = try await pool.query(
            Self.prepaymentMoves, [.text(shop), .text(period.first.description), .text(period.last.description)]
        ) { row throws(PostgresError) -> (String, Int64) in (try row.get("day"), try row.get("moved")) }
        for (day, sum) in rows { moved[day, default: 0] += sum }
        var balances: [CivilDate: Money] = [:]
        balance = moved[""] ?? 0
        for day in period.days {
            balance += moved[day.description] ?? 0
            balances[day] = Money(kopecks: balance)
        }
        return balances
    }

    /// Shipments of these orders that the shop told of, as the shop numbers them.
    package func reportedShipments(shop: String, orders: [String]) async throws(PostgresError) -> Set<String> {
        let rows = try await pool.query(
            Self.shipments, [.text(shop), .texts(orders.map { "order:\($0)" })]
        ) { row throws(PostgresError) -> String? in try row.getOptional("shipment") }
        return Set(rows.compactMap(\.self))
    }

    /// When the shop first told of an order by itself, no longer ago than `since`; nil: it never did.
    func firstOrderEvent(shop: String, since: Timestamp) async throws(PostgresError) -> Timestamp? {
        try await pool.query(Self.firstOrderEvent, [.text(shop), .timestamp(since)]) {
            row throws(PostgresError) -> Timestamp in try row.get("occurred_at")
        }.first
    }

    /// Those of these orders that have a receipt of ours, printed or on its way.
    func receiptedOrders(shop: String, orders: [String]) async throws(PostgresError) -> Set<String> {
        Set(
            try await pool.query(Self.receiptedOrders, [.text(shop), .texts(orders)]) {
                row throws(PostgresError) -> String in try row.get("order_id")
            })
    }

    private static func parameters(_ shop: String, _ period: ReconciliationPeriod) -> [Parameter] {
        [.text(shop), .timestamp(period.start), .timestamp(period.end), .texts(BookedEvent.kinds)]
    }

    private static func event(_ row: borrowing Row) throws(PostgresError) -> BookedEvent {
        let kind: String = try row.get("kind")
        let stated: String? = try row.getOptional("amount")
        let outcome: String? = try row.getOptional("outcome")
        let state: String? = try row.getOptional("state")
        let reason: String? = try row.getOptional("reason_code")
        let fate: BookedEvent.Fate =
            switch (outcome, state) {
            case (let outcome?, _): .ended(outcome)
            case (nil, "dead"): .dead(reason ?? "unknown")
            case (nil, _?): .open
            case (nil, nil): .lost
            }
        let moved: String? = try row.getOptional("check_money")
        let isReturned: Bool = try row.get("is_returned")
        return BookedEvent(
            id: try row.get("id"), kind: kind, occurredAt: try row.get("occurred_at"),
            amount: stated.flatMap { try? Money(decimalText: $0) }, order: try row.getOptional("order_id"),
            payment: try row.getOptional("payment"),
            check: moved.flatMap { try? Money(decimalText: $0) }.map {
                BookedEvent.CheckMoney(sum: $0, isReturned: isReturned)
            }, fate: fate, leavesGoodsOut: try row.getOptional(Bool.self, "leaves_goods_out") ?? false)
    }

    private static func receipt(_ row: borrowing Row) throws(PostgresError) -> BookedReceipt {
        let id: Int64 = try row.get("id")
        let typeName: String = try row.get("type")
        let stateName: String = try row.get("state")
        let paid: String? = try row.getOptional("payments")
        guard let type = ReceiptType(rawValue: typeName), let state = ReceiptState(rawValue: stateName),
            let payments = try? JSONDecoder().decode(Payments.self, from: Data((paid ?? "{}").utf8))
        else { throw PostgresError.abandoned("receipt \(id) cannot be read by this release") }
        return BookedReceipt(
            id: id, eventID: try row.get("event_id"), part: Int(try row.get(Int16.self, "part")),
            edition: Int(try row.get(Int16.self, "edition")), settlementKey: try row.get("settlement_key"),
            order: try row.getOptional("order_id"), type: type, total: Money(kopecks: try row.get("total")),
            payments: payments, state: state, destination: try row.get("destination"),
            providerID: try row.getOptional("provider_id"), fn: try row.getOptional("fn"),
            fd: try row.getOptional("fd"), fpd: try row.getOptional("fpd"))
    }
}
