package import Fiscal

/// A line of a check, VAT and discount in its price.
package struct CashboxCheckItem: Sendable {
    /// nil from a register over HTTP.
    package var id: String?
    package var productID: String?
    package var name: String
    package var price: ExactDecimal
    package var quantity: ExactDecimal
    package var sum: ExactDecimal
    package var measure: Measure
    /// As in ``ItemPayload/vatRate``.
    package var vatRate: JSONValue?
    package var object: CashboxObject
    package var marks: [String]
    package var agent: AgentData?

    init?(from reader: borrowing PayloadReader) {
        id = reader.optionalText("id", maximumLength: 100)
        productID = reader.optionalText("product_id", maximumLength: 100)
        let name = reader.text("name", maximumLength: 2000)
        let price = reader.decimal("price", fault: .priceInvalid)
        let sum = reader.decimal("sum", fault: .amountInvalid)
        let quantity = reader.decimal("quantity", fault: .quantityInvalid)
        vatRate = reader.names("vat_rate") ? reader.value("vat_rate") ?? .null : nil
        measure = ItemPayload.measure(from: reader)
        object = reader.choice("object", default: .commodity) ?? .commodity
        marks = reader.texts("marks", maximumCount: 1000)
        agent = reader.optionalObject("supplier") { Self.agent(from: $0) }
        guard let name, let price, let sum, let quantity else { return nil }
        self.name = name
        self.price = price
        self.sum = sum
        self.quantity = quantity
    }

    /// Bitrix tells the principal and not the shop's capacity; its own registers say “another agent”.
    private static func agent(from supplier: borrowing PayloadReader) -> AgentData? {
        let kind = supplier.optionalText("type", maximumLength: 40) ?? "another"
        let inn = supplier.optionalText("inn", maximumLength: 20)
        let name = supplier.optionalText("name", maximumLength: 500)
        let phones = supplier.texts("phones", maximumCount: 10)
        do {
            return try AgentData(kind: kind, principalINN: inn, principalName: name, principalPhones: phones)
        } catch {
            for fault in error.all {
                let field = fault.field.text
                let flat = "supplier_"
                let place = field.hasPrefix(flat) ? FieldPath(String(field.dropFirst(flat.count))) : fault.field
                supplier.gathered.add(fault.at(place).within(supplier.at("")))
            }
            return nil
        }
    }
}
