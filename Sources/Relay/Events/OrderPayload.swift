import Fiscal

/// The order that an event belongs to, in the shop's own numbers.
package struct OrderPayload: Sendable {
    package var id: String
    package var number: String?

    /// Reads `order` of a payload. Receipts are in roubles: another currency is a fault.
    init?(from reader: borrowing PayloadReader) {
        number = reader.optionalText("number", maximumLength: 100)
        if let currency = reader.optionalText("currency", maximumLength: 10), currency != "RUB" {
            reader.report(.currencyUnsupported, "currency", found: currency, allowed: ["RUB"])
        }
        guard let id = reader.text("id", maximumLength: 100) else { return nil }
        self.id = id
    }
}
