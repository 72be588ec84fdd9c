/// Payloads as JSON text, with what a test is about standing out.
enum Payload {
    static func line(
        _ id: String, _ price: String, _ quantity: String = "1", vat: String = "\"0.22\"", _ more: String = ""
    ) -> String {
        let rest = more.isEmpty ? "" : ", \(more)"
        return """
            { "id": "\(id)", "name": "Товар \(id)", "price": "\(price)", "quantity": "\(quantity)", "vat_rate": \(vat)\(rest) }
            """
    }

    static func paid(
        _ payment: String = "5", sum: String, _ settlement: String = "full_payment", _ lines: [String] = [],
        means: String = "electronic", at: String = "2026-03-05T12:00:00+03:00",
        customer: String = #"{ "email": "ivanov@example.ru" }"#, _ more: String = ""
    ) -> String {
        let items = lines.isEmpty ? "" : #", "items": [\#(lines.joined(separator: ", "))]"#
        let rest = more.isEmpty ? "" : ", \(more)"
        return """
            { "v": 1, "order": { "id": 1001, "number": "1001/A" },
              "payment": { "id": "\(payment)", "sum": "\(sum)", "means": "\(means)", "paid_at": "\(at)" },
              "settlement": "\(settlement)", "customer": \(customer)\(items)\(rest) }
            """
    }

    static func shipped(
        _ lines: [String], id shipment: String = "1", paidNow: String = "0", at: String = "2026-03-09T12:00:00+03:00",
        _ more: String = ""
    ) -> String {
        let rest = more.isEmpty ? "" : ", \(more)"
        return """
            { "v": 1, "order": { "id": 1001 }, "shipment": { "id": "\(shipment)", "shipped_at": "\(at)" },
              "paid_now": "\(paidNow)", "items": [\(lines.joined(separator: ", "))]\(rest) }
            """
    }

    static func refunded(
        _ payment: String = "5", _ refund: String = "1", sum: String? = nil, items: [(String, String)]? = nil,
        at: String = "2026-03-15T12:00:00+03:00", more: String = ""
    ) -> String {
        let amount = sum.map { #", "sum": "\#($0)""# } ?? ""
        let lines = items.map { list in
            #", "items": ["# + list.map { #"{ "id": "\#($0)", "quantity": "\#($1)" }"# }.joined(separator: ", ") + "]"
        }
        let rest = more.isEmpty ? "" : ", \(more)"
        return """
            { "v": 1, "order": { "id": 1001 }, "payment": { "id": "\(payment)" },
              "refund": { "id": "\(refund)", "refunded_at": "\(at)"\(amount) }\(lines ?? "")\(rest) }
            """
    }

    static func correction(
        _ kind: String, date: String = "2026-03-05", receipt: String? = nil, right: String? = nil,
        base: String = #""base_type": "self""#
    ) -> String {
        let named = receipt.map { #", "receipt": { "external_id": "\#($0)" }"# } ?? ""
        let corrected = right.map { #", "right": \#($0)"# } ?? ""
        return """
            { "v": 1, "order": { "id": 1001 },
              "correction": { "kind": "\(kind)", "base_date": "\(date)", \(base) }\(named)\(corrected) }
            """
    }

    static func pointOfSale(
        _ id: String, _ lines: [String], by fiscaliser: String = "cloud", more: String = buyer
    ) -> String {
        pointOfSale(id, "sale", of: nil, lines, by: fiscaliser, more: more)
    }

    static func pointOfSale(
        _ id: String, _ type: String, of original: String? = nil, _ lines: [String] = [],
        by fiscaliser: String = "cloud",
        more: String = buyer
    ) -> String {
        let named = original.map { #", "original_transaction_id": "\#($0)""# } ?? ""
        let items = lines.isEmpty ? "" : #", "items": [\#(lines.joined(separator: ", "))]"#
        let rest = more.isEmpty ? "" : ", \(more)"
        return """
            { "v": 1, "transaction_id": "\(id)", "type": "\(type)"\(named), "store_id": 1,
              "occurred_at": "2026-03-05T12:00:00+03:00", "fiscalized_by": "\(fiscaliser)"\(items)\(rest) }
            """
    }

    static let buyer = #""customer": { "email": "ivanov@example.ru" }"#
}
