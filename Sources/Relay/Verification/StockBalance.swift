/// The quantity on hand of one product in one store, and what the transactions say it must be.
package struct StockBalance: Hashable, Sendable {
    package var shop: String
    package var store: String
    package var product: String
    /// As the running total has it; a decimal in the database's own words, nil: there is none.
    package var level: String?
    /// The sum over transactions, each counted once.
    package var sum: String
    /// Lines of a transaction that are on record more than once.
    package var repeats: Int
    /// Whether the database finds level and sum equal.
    package var isEven: Bool

    package init(
        shop: String, store: String, product: String, level: String?, sum: String, repeats: Int, isEven: Bool
    ) {
        self.shop = shop
        self.store = store
        self.product = product
        self.level = level
        self.sum = sum
        self.repeats = repeats
        self.isEven = isEven
    }
}
