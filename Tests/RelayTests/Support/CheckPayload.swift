/// Payloads of `cashbox.check`, as the module writes them.
enum CheckPayload {
    static func line(
        _ id: String, price: String, _ quantity: String = "1", sum: String? = nil, vat: String = "\"0.22\"",
        more: String = ""
    ) -> String {
        let rest = more.isEmpty ? "" : ", \(more)"
        return """
            { "id": "\(id)", "name": "Товар \(id)", "price": "\(price)", "quantity": "\(quantity)",
              "sum": "\(sum ?? price)", "vat_rate": \(vat), "measure_code": 796\(rest) }
            """
    }

    /// `payments` are type, sum and the payment's id; an empty id: none is told.
    static func check(
        _ id: Int, _ type: String, _ lines: [String], _ payments: [(String, String, String)], total: String,
        shipments: [String] = [], customer: String = #"{ "email": "ivanov@example.ru" }"#, order: Int? = 1001
    ) -> String {
        let paid = payments.map { type, sum, id in
            let name = id.isEmpty ? "" : #""id": \#(id), "#
            return #"{ \#(name)"type": "\#(type)", "sum": "\#(sum)" }"#
        }
        let head = order.map { #""order": { "id": \#($0), "number": "\#($0)/A" }, "# } ?? ""
        let sign = type.contains("return") ? "consumption" : "income"
        return """
            { "v": 1, "portal": "shop.example.ru", "check": { "id": \(id), "type": "\(type)", "sign": "\(sign)" }, \(head)
              "shipments": [\(shipments.map { #"{ "id": "\#($0)" }"# }.joined(separator: ", "))],
              "customer": \(customer), "items": [\(lines.joined(separator: ", "))],
              "payments": [\(paid.joined(separator: ", "))], "total_sum": "\(total)",
              "cashbox": { "service_email": "shop@example.ru" } }
            """
    }
}
