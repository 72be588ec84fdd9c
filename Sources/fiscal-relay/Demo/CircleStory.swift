import Sandbox

/// What happens in a shop of the circle that writes its events by SQL: a sale, a prepayment with its hand-over, a
/// partial refund, a day at a till that was offline, and the correction of a receipt that was missed.
struct CircleStory: Sendable {
    let shop: String
    /// First of the order numbers; the story takes five.
    let firstOrder: Int
    /// When it happens, ISO 8601.
    let time: String

    private func order(_ index: Int) -> Int { firstOrder + index }

    private func head(_ index: Int) -> JSONValue {
        ["id": .int(order(index)), "number": .string("\(order(index))/A"), "currency": "RUB"]
    }

    private func email(_ index: Int) -> String { "circle\(order(index))@example.ru" }

    /// The orders as the portal knows them, with what each comes to in kopecks.
    var orders: [OrderSeed] {
        [(0, sale), (1, Self.prepaid), (2, Self.mugs), (3, Self.missed)].map { index, kopecks in
            OrderSeed(
                id: order(index), accountNumber: "\(order(index))/A", price: DemoText.roubles(kopecks),
                properties: ["EMAIL": email(index)])
        }
    }

    private var sale: Int { CircleGoods.kettle.cost(2000) }
    private static let prepaid = CircleGoods.kettle.cost(1000) + CircleGoods.tea.cost(350)
    private static let mugs = CircleGoods.mug.cost(3000)
    private static let missed = CircleGoods.mug.cost(2000)

    /// All events in the order in which they happen.
    var events: [CircleEvent] { [sold] + prepayment + refund + till + [correction] }

    private func paid(_ index: Int, _ kopecks: Int, settlement: String, _ items: [JSONValue]) -> JSONValue {
        [
            "v": 1, "order": head(index),
            "payment": [
                "id": .int(order(index)), "sum": .string(DemoText.roubles(kopecks)), "means": "electronic",
                "paid_at": .string(time),
            ],
            "settlement": .string(settlement), "customer": ["email": .string(email(index))], "items": .array(items),
        ]
    }

    private func event(
        _ kind: String, _ index: Int, key: String, _ money: CircleAccount.Money, goods: [Int: Int] = [:],
        _ payload: JSONValue
    ) -> CircleEvent {
        CircleEvent(shop, kind, key: key, subject: "order:\(order(index))", money, goods: goods, payload)
    }

    private var sold: CircleEvent {
        event(
            "order.paid", 0, key: "payment:\(order(0)):paid:1", .came(kopecks: sale),
            paid(0, sale, settlement: "full_payment", [CircleGoods.kettle.line(1, 2000)]))
    }

    private var prepayment: [CircleEvent] {
        let items = [CircleGoods.kettle.line(1, 1000), CircleGoods.tea.line(2, 350)]
        return [
            event(
                "order.paid", 1, key: "payment:\(order(1)):paid:1", .came(kopecks: Self.prepaid),
                paid(1, Self.prepaid, settlement: "full_prepayment", items)),
            event(
                "order.shipped", 1, key: "shipment:\(order(1))", .none(kopecks: Self.prepaid),
                goods: [CircleGoods.kettle.product: 1000, CircleGoods.tea.product: 350],
                [
                    "v": 1, "order": head(1),
                    "shipment": ["id": .int(order(1)), "shipped_at": .string(time)], "items": .array(items),
                ]),
        ]
    }

    private var refund: [CircleEvent] {
        [
            event(
                "order.paid", 2, key: "payment:\(order(2)):paid:1", .came(kopecks: Self.mugs),
                paid(2, Self.mugs, settlement: "full_payment", [CircleGoods.mug.line(1, 3000)])),
            event(
                "payment.refunded", 2, key: "refund:\(order(2)):1",
                .wentBack(kopecks: CircleGoods.mug.cost(1000)),
                [
                    "v": 1, "order": head(2), "payment": ["id": .int(order(2))],
                    "refund": ["id": "1", "refunded_at": .string(time)],
                    "items": [["id": "1", "quantity": "1"]],
                ]),
        ]
    }

    private var correction: CircleEvent {
        .correction(
            shop, order: order(3), time: time, kopecks: Self.missed,
            right: paid(3, Self.missed, settlement: "full_payment", [CircleGoods.mug.line(1, 2000)]))
    }

    // MARK: The till

    /// Six sales, the return of one mug, and all of one sale taken back.
    private var till: [CircleEvent] {
        let sales = (1...6).map { number in
            let mugs = 1000 * (1 + number % 3)
            let tea = 125 * number
            return transaction(
                number, "sale", .came(kopecks: CircleGoods.mug.cost(mugs) + CircleGoods.tea.cost(tea)),
                goods: [CircleGoods.mug.product: mugs, CircleGoods.tea.product: tea],
                items: [CircleGoods.mug.line(1, mugs), CircleGoods.tea.line(2, tea)])
        }
        return sales + [
            transaction(
                7, "refund", of: 2, .wentBack(kopecks: CircleGoods.mug.cost(1000)),
                goods: [CircleGoods.mug.product: -1000], items: [CircleGoods.mug.line(1, 1000)]),
            transaction(
                8, "refund", of: 3,
                .wentBack(kopecks: CircleGoods.mug.cost(1000) + CircleGoods.tea.cost(375)),
                goods: [CircleGoods.mug.product: -1000, CircleGoods.tea.product: -375], items: []),
        ]
    }

    private func transaction(
        _ number: Int, _ type: String, of original: Int? = nil, _ money: CircleAccount.Money, goods: [Int: Int],
        items: [JSONValue]
    ) -> CircleEvent {
        let id = "\(shop)-\(number)"
        var payload: JSONValue = [
            "v": 1, "transaction_id": .string(id), "type": .string(type), "terminal": "till 1", "store_id": 1,
            "occurred_at": .string(time), "fiscalized_by": "cloud", "means": "cash",
            "customer": ["email": .string("till-\(shop)-\(original ?? number)@example.ru")],
        ]
        if !items.isEmpty { payload.set("items", to: .array(items)) }
        if let original { payload.set("original_transaction_id", to: .string("\(shop)-\(original)")) }
        return CircleEvent(
            shop, "pos.transaction", key: "pos:\(id)", subject: "pos:\(shop)-\(original ?? number)", money,
            goods: goods, payload)
    }
}
