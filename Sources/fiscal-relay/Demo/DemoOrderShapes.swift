/// The kinds of order that the demo sends, chosen for what has broken other integrations.
enum DemoOrderShapes {
    typealias Shape = @Sendable (_ shop: String, _ number: Int) -> DemoOrder

    /// Order `index` of the demo: shapes in turn, shops in turn.
    static func order(index: Int, shops: [String], firstNumber: Int) -> DemoOrder {
        let shape = all[index % all.count]
        return shape(shops[(index / all.count + index) % shops.count], firstNumber + index)
    }

    static let all: [Shape] = [
        oneLine, kopeckPrices, threeLines, fractionalQuantity, tinyQuantity, discountNotDivisible, discountOverThree,
        bonus, discountAndBonus, reducedRate, withoutVAT, mixedRates, delivery, deliveryWithoutVAT, longName,
        quotesInName,
        phoneOnly, phoneWithBrackets, bothContacts, manyLines, manyPieces, giftLine, service, emojiInName, prepayment,
        cash, hugeSum, oneKopeck,
    ]

    private static func base(_ shop: String, _ number: Int, _ lines: [DemoOrder.Line]) -> DemoOrder {
        DemoOrder(shop: shop, number: number, lines: lines, email: "buyer\(number)@example.ru")
    }

    private static func line(
        _ id: Int, _ name: String, _ price: Int, _ quantity: Int = 1000, vat: String? = "0.22"
    ) -> DemoOrder.Line {
        DemoOrder.Line(id: "\(id)", productID: 500 + id, name: name, price: price, quantity: quantity, vatRate: vat)
    }

    private static let oneLine: Shape = { base($0, $1, [line(1, "Чайник", 149_000)]) }
    private static let kopeckPrices: Shape = {
        base($0, $1, [line(1, "Гвоздь", 37, 113_000), line(2, "Шайба", 1, 7000)])
    }
    private static let threeLines: Shape = {
        base($0, $1, [line(1, "Кружка", 25_000, 3000), line(2, "Ложка", 9990, 6000), line(3, "Поднос", 119_900)])
    }
    private static let fractionalQuantity: Shape = {
        var cheese = line(1, "Сыр весовой", 45_990, 333, vat: "0.1")
        cheese.measureCode = 166
        return base($0, $1, [cheese, line(2, "Хлеб", 6490, vat: "0.1")])
    }
    private static let tinyQuantity: Shape = {
        var spice = line(1, "Шафран", 1_990_000, 1, vat: "0.1")
        spice.measureCode = 166
        return base($0, $1, [spice])
    }
    private static let discountNotDivisible: Shape = {
        var order = base($0, $1, [line(1, "Кружка", 10_000, 3000)])
        order.discount = 1000
        return order
    }
    private static let discountOverThree: Shape = {
        var order = base($0, $1, [line(1, "Товар А", 10_000), line(2, "Товар Б", 10_000), line(3, "Товар В", 10_000)])
        order.discount = 10_000
        return order
    }
    private static let bonus: Shape = {
        var order = base($0, $1, [line(1, "Наушники", 499_000)])
        order.bonus = 12_345
        return order
    }
    private static let discountAndBonus: Shape = {
        var order = base($0, $1, [line(1, "Ноутбук", 4_599_000), line(2, "Книга детская", 34_950, 2000, vat: "0.1")])
        order.discount = 77_777
        order.bonus = 2223
        order.delivery = DemoOrder.Delivery(price: 39_900)
        return order
    }
    private static let reducedRate: Shape = { base($0, $1, [line(1, "Молоко", 8990, 4000, vat: "10")]) }
    private static let withoutVAT: Shape = { base($0, $1, [line(1, "Полис", 120_000, vat: nil)]) }
    private static let mixedRates: Shape = {
        base(
            $0, $1,
            [line(1, "Стол", 899_000), line(2, "Книга", 59_000, vat: "0.10"), line(3, "Открытка", 5000, vat: "")])
    }
    private static let delivery: Shape = {
        var order = base($0, $1, [line(1, "Лампа", 159_000, 2000)])
        order.delivery = DemoOrder.Delivery(price: 30_000)
        return order
    }
    private static let deliveryWithoutVAT: Shape = {
        var order = base($0, $1, [line(1, "Плед", 259_000)])
        order.delivery = DemoOrder.Delivery(name: "Доставка партнёром", price: 25_050, vatRate: nil)
        return order
    }
    private static let longName: Shape = {
        base($0, $1, [line(1, String(repeating: "Очень длинное название товара ", count: 8), 99_900)])
    }
    private static let quotesInName: Shape = {
        base($0, $1, [line(1, "Набор &quot;Уют&quot; «Премиум» — 3 шт…", 310_000)])
    }
    private static let phoneOnly: Shape = {
        var order = base($0, $1, [line(1, "Фонарь", 89_000)])
        order.email = nil
        order.phone = "+7916\(1_000_000 + $1)"
        return order
    }
    private static let phoneWithBrackets: Shape = {
        var order = base($0, $1, [line(1, "Термос", 129_000)])
        order.email = nil
        order.phone = "8 (916) 123-45-67"
        return order
    }
    private static let bothContacts: Shape = {
        var order = base($0, $1, [line(1, "Рюкзак", 459_000)])
        order.phone = "+79161234567"
        return order
    }
    private static let manyLines: Shape = { shop, number in
        base(shop, number, (1...40).map { line($0, "Деталь № \($0)", 1000 + $0 * 37, 1000 * (1 + $0 % 3)) })
    }
    private static let manyPieces: Shape = { base($0, $1, [line(1, "Саморез", 149, 1_000_000)]) }
    private static let giftLine: Shape = {
        base($0, $1, [line(1, "Крем", 25_000, 2000), line(2, "Пробник в подарок", 0)])
    }
    private static let service: Shape = {
        var work = line(1, "Сборка мебели", 350_000)
        work.object = "service"
        return base($0, $1, [work])
    }
    private static let emojiInName: Shape = { base($0, $1, [line(1, "Шарики 🎈 «С днём рождения» × 5", 75_000)]) }
    private static let prepayment: Shape = {
        var order = base($0, $1, [line(1, "Диван на заказ", 5_990_000)])
        order.settlement = "full_prepayment"
        return order
    }
    private static let cash: Shape = {
        var order = base($0, $1, [line(1, "Зонт", 119_000)])
        order.means = "cash"
        return order
    }
    private static let hugeSum: Shape = { base($0, $1, [line(1, "Станок", 2_999_999_999)]) }
    private static let oneKopeck: Shape = { base($0, $1, [line(1, "Проба", 1)]) }
}
