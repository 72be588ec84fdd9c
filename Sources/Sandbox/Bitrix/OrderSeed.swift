/// A property that orders of a portal can have.
package struct PropertySeed: Hashable, Sendable {
    /// Code, e.g. `CLOUDKASSIR_FN`.
    package var code: String
    /// Name for people.
    package var name: String
    /// STRING, NUMBER, …
    package var type: String
    /// Whether it is hidden from buyers.
    package var isInternal: Bool

    /// Makes a property.
    package init(code: String, name: String? = nil, type: String = "STRING", isInternal: Bool = true) {
        self.code = code
        self.name = name ?? code
        self.type = type
        self.isInternal = isInternal
    }

    /// What every new portal has for both person types.
    package static let standard = [
        PropertySeed(code: "FIO", name: "Ф.И.О.", isInternal: false),
        PropertySeed(code: "EMAIL", name: "E-Mail", isInternal: false),
        PropertySeed(code: "PHONE", name: "Телефон", isInternal: false),
        PropertySeed(code: "ADDRESS", name: "Адрес доставки", isInternal: false),
        PropertySeed(code: "CLOUDKASSIR_FN", name: "Номер фискального накопителя"),
        PropertySeed(code: "CLOUDKASSIR_FD", name: "Номер фискального документа"),
        PropertySeed(code: "CLOUDKASSIR_FPD", name: "Фискальный признак документа"),
    ]
}

/// An order to be put into a portal. Amounts are decimal text.
package struct OrderSeed: Hashable, Sendable {
    /// One line.
    package struct Item: Hashable, Sendable {
        /// Product in the catalogue.
        package var productID: Int
        /// Name of the product.
        package var name: String
        /// Price of one, discounts taken off.
        package var price: String
        /// How many.
        package var quantity: String
        /// Fraction, e.g. `0.22`; nil: without VAT.
        package var vatRate: String?
        /// Whether the price holds the VAT.
        package var vatIncluded: Bool
        /// OKEI code.
        package var measureCode: Int

        /// Makes a line.
        package init(
            productID: Int, name: String, price: String, quantity: String = "1", vatRate: String? = "0.22",
            vatIncluded: Bool = true, measureCode: Int = 796
        ) {
            self.productID = productID
            self.name = name
            self.price = price
            self.quantity = quantity
            self.vatRate = vatRate
            self.vatIncluded = vatIncluded
            self.measureCode = measureCode
        }
    }

    /// Id; nil: the next free one. An id that is taken makes ``Sandbox/createOrders(_:in:)`` skip the order.
    package var id: Int?
    /// Number for people; nil: the id.
    package var accountNumber: String?
    /// 1 a person, 2 a company.
    package var personType: Int
    /// What the order comes to.
    package var price: String
    /// Whether its payment is done.
    package var isPaid: Bool
    /// Values of properties by code; a code that the person type does not have is ignored.
    package var properties: [String: String]
    /// The lines.
    package var items: [Item]
    /// Price of delivery; nil: none.
    package var delivery: String?
    /// When its shipment left the store, in seconds since 1970-01-01T00:00:00Z; nil: it has not. Needs a delivery.
    package var deductedAt: Int64?
    /// What the receipt must come to for the order to count as rightly written back.
    package var expectedTotal: ExpectedTotal

    /// The total by which a written-back receipt is judged.
    package enum ExpectedTotal: Hashable, Sendable {
        /// The order's price.
        case price
        /// Another amount, e.g. of a prepayment.
        case amount(String)
        /// Any amount.
        case any
    }

    /// Makes an order.
    package init(
        id: Int? = nil, accountNumber: String? = nil, personType: Int = 1, price: String, isPaid: Bool = true,
        properties: [String: String] = [:], items: [Item] = [], delivery: String? = nil,
        deductedAt: Int64? = nil, expectedTotal: ExpectedTotal = .price
    ) {
        self.id = id
        self.accountNumber = accountNumber
        self.personType = personType
        self.price = price
        self.isPaid = isPaid
        self.properties = properties
        self.items = items
        self.delivery = delivery
        self.deductedAt = deductedAt
        self.expectedTotal = expectedTotal
    }
}

/// The ids that a new order was given.
package struct CreatedOrder: Hashable, Sendable {
    /// The order.
    package let id: Int
    /// Its payment.
    package let payment: Int
    /// Its lines in the order of the seed.
    package let basket: [Int]
    /// Its shipment, if it has a delivery.
    package let shipment: Int?
}
