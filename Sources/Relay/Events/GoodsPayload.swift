package import Fiscal

/// What was bought, as the shop wrote it: the fields that `order.paid` and `order.shipped` share.
package struct GoodsPayload: Sendable {
    package var items: [ItemPayload]
    package var delivery: DeliveryPayload?
    package var orderDiscount: Money
    package var bonus: Money

    /// The most lines that an event may have; a receipt takes fewer, which the fiscal core judges.
    package static let maximumLines = 1000

    /// - Returns: nil after a fault that leaves nothing to go on with; the faults are with the reader.
    init?(from reader: borrowing PayloadReader, itemsRequired: Bool) {
        let items = reader.optionalList("items", maximumCount: Self.maximumLines) { ItemPayload(from: $0) }
        if items == nil, itemsRequired, !reader.has("items") { reader.report(.valueMissing, "items") }
        self.items = items ?? []
        delivery = reader.optionalObject("delivery") { DeliveryPayload(from: $0) }
        orderDiscount = reader.optionalMoney("order_discount") ?? .zero
        bonus = reader.optionalMoney("bonus") ?? .zero
        if items == nil, itemsRequired { return nil }
    }
}

/// One line of an order as the shop wrote it.
package struct ItemPayload: Sendable {
    package var id: String
    package var productID: String?
    package var name: String
    package var price: ExactDecimal
    package var quantity: ExactDecimal
    /// As Bitrix keeps it: a fraction or a percentage as text; null where the shop says “without VAT”; nil where it says
    /// nothing, which is no statement on a receipt (R40).
    package var vatRate: JSONValue?
    package var isVATIncluded: Bool
    package var measure: Measure
    package var object: SettlementObject
    package var marks: [String]
    package var isDiscountable: Bool
    package var sno: TaxSystem?
    package var agent: AgentData?
    package var storeID: String?
    package var isDeliveredAtPayment: Bool

    init?(from reader: borrowing PayloadReader) {
        let id = reader.text("id", maximumLength: 100)
        let name = reader.text("name", maximumLength: 2000)
        let price = reader.decimal("price", fault: .priceInvalid)
        let quantity = reader.decimal("quantity", fault: .quantityInvalid)
        productID = reader.optionalText("product_id", maximumLength: 100)
        vatRate = reader.names("vat_rate") ? reader.value("vat_rate") ?? .null : nil
        isVATIncluded = reader.bool("vat_included", default: true)
        measure = Self.measure(from: reader)
        object = reader.choice("object", default: .commodity) ?? .commodity
        marks = reader.texts("marks", maximumCount: 1000)
        isDiscountable = reader.bool("discountable", default: true)
        sno = reader.optionalChoice("sno", TaxSystem.self)
        agent = reader.optionalObject("agent") { Self.agent(from: $0) }
        storeID = reader.optionalText("store_id", maximumLength: 100)
        isDeliveredAtPayment = reader.bool("delivered_at_payment", default: false)
        guard let id, let name, let price, let quantity else { return nil }
        self.id = id
        self.name = name
        self.price = price
        self.quantity = quantity
    }

    static func measure(from reader: borrowing PayloadReader) -> Measure {
        guard let text = reader.optionalText("measure_code", maximumLength: 10) else { return .piece }
        guard let code = Int(text), code >= 0 else {
            reader.report(.measureUnknown, "measure_code", found: text)
            return .piece
        }
        // Bitrix sends 0 for a product without a measure.
        return code == 0 ? .piece : Measure(okei: code)
    }

    private static func agent(from reader: borrowing PayloadReader) -> AgentData? {
        let kind = reader.optionalText("type", maximumLength: 40)
        let supplier = reader.optionalObject("supplier") { supplier in
            (
                inn: supplier.optionalText("inn", maximumLength: 20),
                name: supplier.optionalText("name", maximumLength: 500),
                phones: supplier.texts("phones", maximumCount: 10)
            )
        }
        do {
            return try AgentData(
                kind: kind, principalINN: supplier?.inn, principalName: supplier?.name,
                principalPhones: supplier?.phones ?? [])
        } catch {
            for fault in error.all { reader.gathered.add(fault.at(place(of: fault.field)).within(reader.at(""))) }
            return nil
        }
    }

    /// Where the payload keeps what the fiscal core calls `supplier_inn` and the like.
    private static func place(of field: FieldPath) -> FieldPath {
        let flat = "supplier_"
        return field.text.hasPrefix(flat) ? FieldPath("supplier." + field.text.dropFirst(flat.count)) : field
    }
}

/// Delivery that the buyer pays: a line of its own (R27).
package struct DeliveryPayload: Sendable {
    package var name: String
    package var price: ExactDecimal
    /// As in ``ItemPayload/vatRate``.
    package var vatRate: JSONValue?
    package var isVATIncluded: Bool

    init?(from reader: borrowing PayloadReader) {
        name = reader.optionalText("name", maximumLength: 2000) ?? "Доставка"
        vatRate = reader.names("vat_rate") ? reader.value("vat_rate") ?? .null : nil
        isVATIncluded = reader.bool("vat_included", default: true)
        guard let price = reader.decimal("price", fault: .priceInvalid) else { return nil }
        self.price = price
    }
}
