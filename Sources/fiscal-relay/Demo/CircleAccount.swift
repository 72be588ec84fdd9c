import Sandbox

/// What happened in one shop of the circle by its own account, for every ledger to be held against.
struct CircleAccount: Sendable {
    /// What the buyer's money did.
    enum Money: Sendable {
        case came(kopecks: Int)
        case wentBack(kopecks: Int)
        /// Paid before: a closing receipt moves none.
        case none(kopecks: Int)
        /// Paid in full before: no receipt is due.
        case settled
    }

    /// Something that happened, of which exactly one event is to come.
    struct Fact: Sendable {
        /// The event's key, or, with a colon at the end, its beginning: the module counts and dates its keys.
        let key: String
        let money: Money
        /// What leaves the shop's store, in thousandths by product; below zero it comes back.
        var goods: [Int: Int] = [:]

        /// Whether an event of this key tells of it.
        func isTold(by event: String) -> Bool { key.hasSuffix(":") ? event.hasPrefix(key) : event == key }
    }

    /// How the shop hands its events over.
    enum Way: String, Encodable, Sendable {
        /// The real module, in PHP.
        case module
        /// Plain SQL.
        case sql
    }

    let shop: String
    let way: Way
    let facts: [Fact]
    /// As the portal knows them.
    let orders: [OrderSeed]
    /// Names of what lies in the shop's store beforehand, ``stock`` of each, by product.
    let products: [Int: String]

    /// What lies of each product in the shop's store beforehand.
    static let stock = 100
}

extension CircleAccount {
    /// The account of a shop that writes its events by SQL.
    init(_ story: CircleStory) {
        self.init(
            shop: story.shop, way: .sql, facts: story.events.map(\.fact), orders: story.orders,
            products: Dictionary(uniqueKeysWithValues: CircleGoods.all.map { ($0.product, $0.name) }))
    }

    /// The account of a shop with the module, with what somebody writes besides.
    init(_ shop: String, _ day: ShopDay, beside events: [CircleEvent]) {
        let facts = day.facts.map { fact in
            let money: Money =
                switch fact.money {
                case .came: .came(kopecks: fact.kopecks)
                case .wentBack: .wentBack(kopecks: fact.kopecks)
                case .none: .none(kopecks: fact.kopecks)
                case .settled: .settled
                }
            return Fact(key: fact.key, money: money, goods: Self.byNumber(fact.goods ?? [:]))
        }
        self.init(
            shop: shop, way: .module, facts: facts + events.map(\.fact),
            orders: (day.orders ?? []).map { order in
                OrderSeed(
                    id: order.id, accountNumber: order.number, price: order.price, properties: ["EMAIL": order.email],
                    // A part of it was paid for without a receipt, and is what is corrected.
                    expectedTotal: day.missed.flatMap { missed in
                        missed.order == order.id ? .amount(DemoText.roubles(missed.kopecks)) : nil
                    } ?? .price)
            },
            products: Self.byNumber(day.products))
    }

    private static func byNumber<Value>(_ byText: [String: Value]) -> [Int: Value] {
        Dictionary(uniqueKeysWithValues: byText.compactMap { key, value in Int(key).map { ($0, value) } })
    }
}
