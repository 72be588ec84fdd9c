import Postgres
import Sandbox

/// One day's stock in three books, in thousandths: what the shops sold, our ledger, and the portal.
struct ChaosStock: Sendable {
    /// What a till sells, and what a shipment holds.
    static let sold = 501
    static let shipped = 502
    private static let pieces = 1_000_000

    static let seed = CatalogSeed(
        stores: [.init(id: 1, title: "Склад")],
        products: [sold, shipped].map { .init(id: $0, name: "Товар", stock: [1: "\(pieces)"]) })

    /// Levels as `shop/product`, all stores together.
    static let levels = Statement(
        "chaos.levels",
        """
        SELECT shop || '/' || product_id AS place, (sum(quantity) * 1000)::bigint AS thousandths
        FROM fiscal.stock_level GROUP BY 1
        """)

    /// What left, by the shops' own account, as `shop/product`.
    let left: [String: Int]
    let ledger: [String: Int]
    /// Decimal text by product, of the shop `main`.
    let portal: [Int: String]

    var isWhole: Bool { differences.isEmpty }

    /// What is not alike, a sentence each.
    var differences: [String] {
        var found: [String] = []
        for place in Set(left.keys).union(ledger.keys).sorted()
        where ledger[place, default: 0] != -left[place, default: 0] {
            found.append("\(place): \(left[place, default: 0]) left, and the ledger says \(ledger[place, default: 0])")
        }
        for product in [Self.sold, Self.shipped] {
            let gone = Self.pieces * 1000 - Self.thousandths(portal[product] ?? "0")
            let due = left["main/\(product)", default: 0]
            if gone != due { found.append("product \(product): \(due) left, and \(gone) are gone from the portal") }
        }
        return found
    }

    /// Of decimal text with at most three decimals.
    private static func thousandths(_ text: String) -> Int {
        let parts = text.split(separator: ".")
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        let digits = (parts.first.map(String.init) ?? "0") + fraction.prefix(3)
        return (Int(digits) ?? 0) * [1000, 100, 10, 1][min(3, fraction.count)]
    }
}
