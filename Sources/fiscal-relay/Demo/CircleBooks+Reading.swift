import Postgres
import Sandbox

extension CircleBooks {
    /// Reads the ledgers as they stand now.
    ///
    /// - Throws: what the database refused.
    init(
        of account: CircleAccount, beside otherEvents: Set<String>, _ pool: PostgresPool, _ sandbox: Sandbox
    ) async throws {
        self.account = account
        self.otherEvents = otherEvents
        events = try await pool.query(Self.readEvents, [.text(account.shop)]) { row throws(PostgresError) in
            try row.get(String.self, "event_key")
        }
        recorded = try await pool.query(Self.readReceipts, [.text(account.shop)]) { row throws(PostgresError) in
            Receipt(
                document: Document(
                    externalID: try row.get("external_id"), type: try row.get("type"),
                    kopecks: Int(try row.get(Int64.self, "total")),
                    signs: try row.get(String.self, "signs").split(separator: " ").map(String.init)),
                eventKey: try row.get("event_key"), order: try row.getOptional("order_id"))
        }
        printed = sandbox.receipts(LedgerFilter(account: account.shop, status: "done")).compactMap(Self.document)
        shown = Dictionary(
            uniqueKeysWithValues: account.orders.compactMap(\.id).map { order in
                let values = sandbox.properties(ofOrder: order, in: account.shop) ?? [:]
                func signs(_ prefix: String) -> [String] {
                    ["FN", "FD", "FPD"].compactMap { values["\(prefix)_\($0)"] }.filter { !$0.isEmpty }
                }
                return (order, Shown(sale: signs("CLOUDKASSIR"), refund: signs("REFUND")))
            })
        let levels = try await pool.query(Self.readStock, [.text(account.shop)]) { row throws(PostgresError) in
            (try row.get(String.self, "product_id"), try row.get(Int64.self, "thousandths"))
        }
        moved = Dictionary(
            levels.compactMap { product, thousandths in Int(product).map { ($0, Int(thousandths)) } },
            uniquingKeysWith: +)
        // What the portal's stores had, less what they have: of every product that lies, or lay, in any of them.
        var gone = account.products.mapValues { _ in 1000 * CircleAccount.stock }
        for (product, amount) in sandbox.stock(in: account.shop).values.flatMap({ $0 }) {
            gone[product, default: 0] -= DemoText.thousandths(amount)
        }
        missing = gone
    }

    private static func document(_ receipt: CloudKassirReceipt) -> Document? {
        guard let fiscal = receipt.fiscal else { return nil }
        return Document(
            externalID: receipt.externalID, type: receipt.type, kopecks: DemoText.thousandths(receipt.total) / 10,
            signs: [fiscal.fn, fiscal.fd, fiscal.fpd])
    }

    private static let readEvents = Statement(
        "demo.readEvents", "SELECT event_key FROM fiscal.outbox WHERE shop = $1 ORDER BY id")

    private static let readReceipts = Statement(
        "demo.readReceipts",
        """
        SELECT r.external_id, r.type, r.total, concat_ws(' ', r.fn, r.fd, r.fpd) AS signs, r.order_id, o.event_key
        FROM fiscal.receipt r JOIN fiscal.outbox o ON o.id = r.event_id
        WHERE o.shop = $1 AND r.state = 'fiscalised'
        ORDER BY r.id
        """)

    private static let readStock = Statement(
        "demo.readStock",
        """
        SELECT product_id, (-1000 * sum(quantity))::bigint AS thousandths
        FROM fiscal.stock_level WHERE shop = $1 GROUP BY product_id
        """)
}
