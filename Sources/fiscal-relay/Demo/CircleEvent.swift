import Sandbox

/// An event of the circle as the shop's side writes it, and what must come of it.
struct CircleEvent: Sendable {
    let shop: String
    let kind: String
    let key: String
    let subject: String
    let payload: String
    /// What it tells of.
    let fact: CircleAccount.Fact

    init(
        _ shop: String, _ kind: String, key: String, subject: String, _ money: CircleAccount.Money,
        goods: [Int: Int] = [:],
        _ payload: JSONValue
    ) {
        self.shop = shop
        self.kind = kind
        self.key = key
        self.subject = subject
        fact = CircleAccount.Fact(key: key, money: money, goods: goods)
        self.payload = payload.text
    }
}

extension CircleEvent {
    /// Somebody notices that a receipt was missed, and has it corrected; `right` is the `order.paid` that never came.
    static func correction(
        _ shop: String, order: Int, time: String, kopecks: Int, right: JSONValue
    ) -> CircleEvent {
        CircleEvent(
            shop, "receipt.correction", key: "correction:\(order)", subject: "order:\(order)", .came(kopecks: kopecks),
            [
                "v": 1, "order": ["id": .int(order)],
                "correction": ["kind": "missed", "base_date": .string(String(time.prefix(10)))], "right": right,
            ])
    }

    /// The same of an order in the shop with the module.
    static func correction(_ shop: String, _ missed: ShopDay.Missed, time: String) -> CircleEvent {
        let price = JSONValue.string(DemoText.roubles(missed.kopecks))
        return correction(
            shop, order: missed.order, time: time, kopecks: missed.kopecks,
            right: [
                "v": 1, "order": ["id": .int(missed.order)],
                "payment": ["id": "missed", "sum": price, "means": "electronic", "paid_at": .string(time)],
                "settlement": "full_payment", "customer": ["email": .string(missed.email)],
                "items": [
                    [
                        "id": .string(missed.line), "name": .string(missed.name), "price": price, "quantity": "1",
                        "vat_rate": "0.22",
                    ]
                ],
            ])
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
