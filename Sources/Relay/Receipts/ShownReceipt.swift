package import Fiscal
package import Postgres

/// As much of a fiscalised receipt as its order shows.
package struct ShownReceipt: Hashable, Sendable {
    /// Which order of which shop.
    package struct Order: Hashable, Sendable {
        package let shop: String
        package let id: String

        package init(shop: String, id: String) {
            self.shop = shop
            self.id = id
        }
    }

    package let id: Int64
    package let type: ReceiptType
    package let kind: ResultKind
    package let total: Money
    package let fn: String
    package let fd: String
    package let fpd: String
    package let qr: String?

    package init(
        id: Int64, type: ReceiptType, settlementKey: String, total: Money, fn: String, fd: String, fpd: String,
        qr: String? = nil
    ) {
        self.id = id
        self.type = type
        kind = ResultKind(type: type, settlementKey: settlementKey)
        self.total = total
        self.fn = fn
        self.fd = fd
        self.fpd = fpd
        self.qr = qr
    }
}

extension ReceiptStore {
    /// The fiscalised receipts of many orders, oldest first. An order without any is not in the answer, nor is a receipt
    /// of a type that only a later release knows.
    package func shown(_ orders: [ShownReceipt.Order]) async throws(PostgresError) -> [ShownReceipt.Order:
        [ShownReceipt]]
    {
        let rows = try await pool.query(
            Self.shownTogether, [.texts(orders.map(\.shop)), .texts(orders.map(\.id))]
        ) { row throws(PostgresError) -> (ShownReceipt.Order, ShownReceipt)? in
            guard let type = ReceiptType(rawValue: try row.get(String.self, "type")) else { return nil }
            let receipt = ShownReceipt(
                id: try row.get("id"), type: type, settlementKey: try row.get("settlement_key"),
                total: Money(kopecks: try row.get("total")), fn: try row.get("fn"), fd: try row.get("fd"),
                fpd: try row.get("fpd"), qr: try row.getOptional("qr"))
            return (ShownReceipt.Order(shop: try row.get("shop"), id: try row.get("order_id")), receipt)
        }
        return rows.compactMap(\.self).reduce(into: [:]) { $0[$1.0, default: []].append($1.1) }
    }

    private static let shownTogether = Statement(
        "receipt.shownTogether",
        """
        SELECT r.shop, r.order_id, r.id, r.type, r.settlement_key, r.total, r.fn, r.fd, r.fpd, r.qr
        FROM (SELECT DISTINCT shop, order_id FROM unnest($1::text[], $2::text[]) AS o (shop, order_id)) o
        JOIN fiscal.receipt r ON r.shop = o.shop AND r.order_id = o.order_id
        WHERE r.state = 'fiscalised'
        ORDER BY r.id
        """)
}
