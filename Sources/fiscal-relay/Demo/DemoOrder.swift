import FoundationEssentials

/// An order as the shop's checkout would write it: the payload of `order.paid` and what the sandbox needs to know of it.
struct DemoOrder: Sendable {
    struct Line: Sendable, Encodable {
        var id: String
        var productID: Int
        var name: String
        /// Kopecks a unit.
        var price: Int
        /// Thousandths.
        var quantity: Int
        var vatRate: String? = "0.22"
        var measureCode = 796
        var object = "commodity"
        var marks: [String] = []
        var discountable = true

        /// Kopecks, half up.
        var gross: Int { (price * quantity + 500) / 1000 }

        enum CodingKeys: String, CodingKey {
            case id, name, price, quantity, object, marks, discountable
            case productID = "product_id"
            case vatRate = "vat_rate"
            case vatIncluded = "vat_included"
            case measureCode = "measure_code"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(productID, forKey: .productID)
            try container.encode(name, forKey: .name)
            try container.encode(DemoText.roubles(price), forKey: .price)
            try container.encode(DemoText.quantity(quantity), forKey: .quantity)
            try container.encode(vatRate, forKey: .vatRate)
            try container.encode(true, forKey: .vatIncluded)
            try container.encode(measureCode, forKey: .measureCode)
            try container.encode(object, forKey: .object)
            try container.encode(marks, forKey: .marks)
            try container.encode(discountable, forKey: .discountable)
        }
    }

    struct Delivery: Sendable {
        var name = "Доставка курьером"
        /// Kopecks.
        var price: Int
        var vatRate: String? = "0.22"
    }

    let shop: String
    let number: Int
    var lines: [Line]
    var delivery: Delivery?
    /// Kopecks.
    var discount = 0
    /// Kopecks.
    var bonus = 0
    var email: String?
    var phone: String?
    var settlement = "full_payment"
    var means = "electronic"

    var eventKey: String { "payment:\(number):paid:1" }
    var subject: String { "order:\(number)" }

    /// What the buyer paid, in kopecks.
    var total: Int { lines.reduce(0) { $0 + $1.gross } + (delivery?.price ?? 0) - discount - bonus }

    /// The payload of the event, in the form of `fiscal-relay schema order.paid`.
    func payload(paidAt: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(Payload(order: self, paidAt: paidAt)), as: UTF8.self)
    }

    private struct Payload: Encodable {
        let v = 1
        let order: Order
        let payment: Payment
        let settlement: String
        let customer: Customer
        let items: [Line]
        let delivery: DeliveryBody?
        let orderDiscount: String
        let bonus: String

        struct Order: Encodable {
            let id: Int
            let number: String
            let currency = "RUB"
        }
        struct Payment: Encodable {
            let id: Int
            let sum: String
            let means: String
            let paidAt: String
            enum CodingKeys: String, CodingKey {
                case id, sum, means
                case paidAt = "paid_at"
            }
        }
        struct Customer: Encodable {
            let email: String?
            let phone: String?
        }
        struct DeliveryBody: Encodable {
            let name: String
            let price: String
            let vatRate: String?
            enum CodingKeys: String, CodingKey {
                case name, price
                case vatRate = "vat_rate"
            }

            /// Null says “without VAT”; an absent rate says nothing, and is refused.
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(name, forKey: .name)
                try container.encode(price, forKey: .price)
                try container.encode(vatRate, forKey: .vatRate)
            }
        }
        enum CodingKeys: String, CodingKey {
            case v, order, payment, settlement, customer, items, delivery, bonus
            case orderDiscount = "order_discount"
        }

        init(order demo: DemoOrder, paidAt: String) {
            order = Order(id: demo.number, number: "\(demo.number)/A")
            payment = Payment(
                id: demo.number, sum: DemoText.roubles(demo.total), means: demo.means, paidAt: paidAt)
            settlement = demo.settlement
            customer = Customer(email: demo.email, phone: demo.phone)
            items = demo.lines
            delivery = demo.delivery.map {
                DeliveryBody(name: $0.name, price: DemoText.roubles($0.price), vatRate: $0.vatRate)
            }
            orderDiscount = DemoText.roubles(demo.discount)
            bonus = DemoText.roubles(demo.bonus)
        }
    }
}

/// Decimal text of the demo's whole numbers.
enum DemoText {
    static func roubles(_ kopecks: Int) -> String {
        "\(kopecks / 100)." + (kopecks % 100 < 10 ? "0" : "") + "\(kopecks % 100)"
    }

    /// Thousandths of a decimal text with up to three digits after the point.
    static func thousandths(_ text: String) -> Int {
        let parts = text.split(separator: ".")
        let isNegative = text.hasPrefix("-")
        let whole = abs(Int(parts.first ?? "") ?? 0) * 1000
        let fraction = parts.count > 1 ? Int((parts[1] + "000").prefix(3)) ?? 0 : 0
        return isNegative ? -(whole + fraction) : whole + fraction
    }

    static func quantity(_ thousandths: Int) -> String {
        guard thousandths % 1000 != 0 else { return "\(thousandths / 1000)" }
        let digits = String(1000 + thousandths % 1000).dropFirst()
        return "\(thousandths / 1000).\(digits)"
    }
}
