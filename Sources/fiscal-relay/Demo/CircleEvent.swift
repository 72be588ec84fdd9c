import Sandbox

/// An event of the circle as the shop's side writes it, and what must come of it.
struct CircleEvent: Sendable {
    /// What the buyer's money did, for the books that the demo keeps by itself.
    enum Money: Sendable {
        case came(kopecks: Int)
        case wentBack(kopecks: Int)
        /// Paid before: a closing receipt moves none.
        case none(kopecks: Int)
    }

    let shop: String
    let kind: String
    let key: String
    let subject: String
    let payload: String
    let money: Money
    /// What leaves the shop's store, in thousandths by product; below zero it comes back.
    var goods: [Int: Int] = [:]

    init(
        _ shop: String, _ kind: String, key: String, subject: String, _ money: Money, goods: [Int: Int] = [:],
        _ payload: JSONValue
    ) {
        self.shop = shop
        self.kind = kind
        self.key = key
        self.subject = subject
        self.money = money
        self.goods = goods
        self.payload = payload.text
    }
}

/// Something on the shop's shelves.
struct CircleGoods: Sendable {
    let product: Int
    let name: String
    /// Kopecks a unit.
    let price: Int
    /// OKEI code.
    var measure = 796

    static let kettle = CircleGoods(product: 601, name: "Чайник", price: 149_000)
    static let mug = CircleGoods(product: 602, name: "Кружка", price: 25_000)
    static let tea = CircleGoods(product: 603, name: "Чай весовой", price: 240_000, measure: 166)
    static let all = [kettle, mug, tea]

    /// A line of so many thousandths of it.
    func line(_ id: Int, _ thousandths: Int) -> JSONValue {
        [
            "id": .string(String(id)), "product_id": .int(product), "name": .string(name),
            "price": .string(DemoText.roubles(price)), "quantity": .string(DemoText.quantity(thousandths)),
            "vat_rate": "0.22", "vat_included": true, "measure_code": .int(measure), "store_id": 1,
        ]
    }

    /// What so many thousandths cost, in kopecks.
    func cost(_ thousandths: Int) -> Int { (price * thousandths + 500) / 1000 }
}
