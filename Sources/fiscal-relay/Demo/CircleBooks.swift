import Postgres
import Sandbox

/// The ledgers of one shop after its circle: ours, the register's, the portal's, and what the demo wrote down itself.
struct CircleBooks: Sendable {
    /// A receipt in one of the ledgers, by what must be alike in all.
    struct Document: Hashable, Sendable {
        let externalID: String
        let type: String
        let kopecks: Int
        /// Number of the drive, of the document, and its sign.
        let signs: [String]
    }

    let shop: String
    /// The story's own account: what came in and went back, in kopecks, and what each receipt comes to.
    let told: [CircleEvent]
    /// Fiscalised receipts of the story's events on our record, oldest first, with the order that they belong to.
    let ours: [(document: Document, order: String?, isSale: Bool)]
    /// Every document that the register printed, by its key.
    let printed: [String: [Document]]
    /// What the portal's orders show, by order number.
    let shown: [Int: [String]]
    /// Thousandths that left the store by product, in our ledger and in the portal's.
    let moved: [Int: Int]
    let missing: [Int: Int]

    /// What is not alike, a sentence each; empty when every ledger agrees with every other.
    var disagreements: [String] {
        registers + money + orders + stock
    }

    private var registers: [String] {
        var faults: [String] = []
        if ours.count != told.count { faults.append("\(told.count) events, but \(ours.count) receipts on our record") }
        for (document, _, _) in ours {
            let there = printed[document.externalID] ?? []
            if there != [document] {
                faults.append(
                    "receipt \(document.externalID): \(there.count) documents at the register, or another one")
            }
        }
        return faults
    }

    private var money: [String] {
        let sums = told.map { event -> Int in
            switch event.money {
            case .came(let kopecks), .wentBack(let kopecks), .none(let kopecks): kopecks
            }
        }
        let receipts = ours.map(\.document.kopecks)
        return sums.sorted() == receipts.sorted()
            ? [] : ["the receipts come to \(receipts.reduce(0, +)) kopecks, the events to \(sums.reduce(0, +))"]
    }

    private var orders: [String] {
        shown.sorted { $0.key < $1.key }.compactMap { order, signs in
            let newest = ours.last { $0.order == String(order) && $0.isSale }?.document.signs
            return newest == signs ? nil : "order \(order) does not show its newest receipt"
        }
    }

    private var stock: [String] {
        var left: [Int: Int] = [:]
        for (product, thousandths) in told.flatMap(\.goods) { left[product, default: 0] += thousandths }
        return left.sorted { $0.key < $1.key }.flatMap { product, thousandths -> [String] in
            var faults: [String] = []
            if moved[product] != thousandths {
                faults.append("product \(product): \(thousandths) sold, \(moved[product] ?? 0) in our ledger")
            }
            if missing[product] != thousandths {
                faults.append("product \(product): \(thousandths) sold, \(missing[product] ?? 0) gone from the portal")
            }
            return faults
        }
    }
}

extension CircleBooks {
    /// Reads the ledgers as they stand now.
    ///
    /// - Throws: what the database refused.
    init(of story: CircleStory, _ pool: PostgresPool, _ sandbox: Sandbox) async throws {
        shop = story.shop
        told = story.events
        let rows = try await pool.query(
            Self.readReceipts, [.text(story.shop), .texts(story.events.map(\.key))]
        ) { row throws(PostgresError) in
            (
                try row.get(String.self, "external_id"), try row.get(String.self, "type"),
                try row.get(Int64.self, "total"), try row.get(String.self, "signs"),
                try row.getOptional(String.self, "order_id"), try row.get(Bool.self, "is_sale")
            )
        }
        ours = rows.map { id, type, total, signs, order, isSale in
            let document = Document(
                externalID: id, type: type, kopecks: Int(total), signs: signs.split(separator: " ").map(String.init))
            return (document, order, isSale)
        }
        let receipts = sandbox.receipts(LedgerFilter(account: story.shop, status: "done"))
        printed = Dictionary(grouping: receipts.compactMap(Self.document), by: \.externalID)
        shown = Dictionary(
            uniqueKeysWithValues: story.orders.compactMap(\.id).map { order in
                let values = sandbox.properties(ofOrder: order, in: story.shop) ?? [:]
                return (order, ["FN", "FD", "FPD"].compactMap { values["CLOUDKASSIR_\($0)"] })
            })
        let levels = try await pool.query(Self.readStock, [.text(story.shop)]) { row throws(PostgresError) in
            (try row.get(String.self, "product_id"), try row.get(Int64.self, "thousandths"))
        }
        moved = Dictionary(
            levels.compactMap { product, thousandths in Int(product).map { ($0, Int(thousandths)) } },
            uniquingKeysWith: +)
        let left = sandbox.stock(in: story.shop)[1] ?? [:]
        missing = Dictionary(
            uniqueKeysWithValues: CircleGoods.all.map { goods in
                (goods.product, 1000 * CircleStory.stock - DemoText.thousandths(left[goods.product] ?? "0"))
            })
    }

    private static func document(_ receipt: CloudKassirReceipt) -> Document? {
        guard let fiscal = receipt.fiscal else { return nil }
        return Document(
            externalID: receipt.externalID, type: receipt.type, kopecks: DemoText.thousandths(receipt.total) / 10,
            signs: [fiscal.fn, fiscal.fd, fiscal.fpd])
    }

    private static let readReceipts = Statement(
        "demo.readReceipts",
        """
        SELECT r.external_id, r.type, r.total, concat_ws(' ', r.fn, r.fd, r.fpd) AS signs, r.order_id,
               r.type IN ('sell', 'sell_correction') AS is_sale
        FROM fiscal.receipt r JOIN fiscal.outbox o ON o.id = r.event_id
        WHERE o.shop = $1 AND o.event_key = ANY ($2::text[]) AND r.state = 'fiscalised'
        ORDER BY r.id
        """)

    private static let readStock = Statement(
        "demo.readStock",
        """
        SELECT product_id, (-1000 * sum(quantity))::bigint AS thousandths
        FROM fiscal.stock_level WHERE shop = $1 GROUP BY product_id
        """)
}
