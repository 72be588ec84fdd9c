/// Payloads as JSON text, with what a test is about standing out.
enum Payload {
    static func line(
        _ id: String, _ price: String, _ quantity: String = "1", vat: String = #""0.22""#, _ more: String = ""
    ) -> String {
        #"{ "id": "\#(id)", "name": "Товар \#(id)", "price": "\#(price)", "quantity": "\#(quantity)", "vat_rate": \#(vat)"#
            + (more.isEmpty ? "" : ", \(more)") + " }"
    }

    static func paid(
        order: Int = 1001, payment: String = "5", sum: String, settlement: String = "full_payment",
        _ lines: [String] = [], means: String = "electronic", customer: String = Sample.customer, _ more: String = ""
    ) -> String {
        """
        { "v": 1, "order": { "id": \(order), "number": "\(order)/A" },
          "payment": { "id": "\(payment)", "sum": "\(sum)", "means": "\(means)" }, "settlement": "\(settlement)",
          "customer": \(customer)\(items(lines))\(more.isEmpty ? "" : ", \(more)") }
        """
    }

    static func shipped(
        order: Int = 1001, shipment: String = "1", paidNow: String = "0", _ lines: [String], _ more: String = ""
    ) -> String {
        """
        { "v": 1, "order": { "id": \(order) }, "shipment": { "id": "\(shipment)" },
          "paid_now": "\(paidNow)"\(items(lines))\(more.isEmpty ? "" : ", \(more)") }
        """
    }

    static func refunded(
        order: Int = 1001, payment: String = "5", refund: String, sum: String? = nil, items: [(String, String)]? = nil
    ) -> String {
        let amount = sum.map { #", "sum": "\#($0)""# } ?? ""
        let lines = items.map { list in
            #", "items": ["# + list.map { #"{ "id": "\#($0)", "quantity": "\#($1)" }"# }.joined(separator: ", ") + "]"
        }
        return """
            { "v": 1, "order": { "id": \(order) }, "payment": { "id": "\(payment)" },
              "refund": { "id": "\(refund)"\(amount) }\(lines ?? "") }
            """
    }

    static func correction(_ kind: String, receipt: String? = nil, right: String? = nil, order: Int = 1001) -> String {
        let named = receipt.map { #", "receipt": { "external_id": "\#($0)" }"# } ?? ""
        let corrected = right.map { #", "right": \#($0)"# } ?? ""
        return """
            { "v": 1, "order": { "id": \(order) },
              "correction": { "kind": "\(kind)", "base_type": "self", "base_date": "2026-03-05" }\(named)\(corrected) }
            """
    }

    private static func items(_ lines: [String]) -> String {
        lines.isEmpty ? "" : #", "items": [\#(lines.joined(separator: ", "))]"#
    }
}
