/// What happened in a self-hosted shop with the module by the shop's own account, for every ledger to be held against.
package struct ShopDay: Decodable, Sendable {
    /// Something that happened, of which exactly one event is to come.
    package struct Fact: Decodable, Sendable {
        /// What the buyer's money did.
        package enum Money: String, Decodable, Sendable {
            case came
            case wentBack
            /// It came before: a closing receipt moves none.
            case none
            /// No receipt is due at all.
            case settled
        }

        /// The event's key, or, with a colon at the end, its beginning.
        package let key: String
        package let money: Money
        /// What its receipt comes to.
        package let kopecks: Int
        /// Thousandths that left the store, by product; below zero they came back.
        package let goods: [String: Int]?
    }

    /// An order as its buyer knows it.
    package struct Order: Decodable, Sendable {
        package let id: Int
        package let number: String
        /// Roubles, decimal text.
        package let price: String
        package let email: String
    }

    /// A line, one piece of which was paid for without a receipt.
    package struct Missed: Decodable, Sendable {
        package let order: Int
        package let line: String
        package let name: String
        package let kopecks: Int
        /// The order's buyer.
        package let email: String
    }

    package private(set) var facts: [Fact]
    package let orders: [Order]?
    /// Names by product.
    package private(set) var products: [String: String]
    package let missed: Missed?
    /// What came of everything that was said twice, and must not have.
    package private(set) var again: Int
    /// What the module logged, which is nothing on a good day.
    package let faults: [String]?
    /// How often the shop's database did not take a sale of the till.
    package private(set) var refused: Int?

    /// The day with what the till adds to it.
    package func with(_ till: ShopDay) -> ShopDay {
        var whole = self
        whole.facts += till.facts
        whole.products.merge(till.products) { $1 }
        whole.again += till.again
        whole.refused = till.refused
        return whole
    }
}
