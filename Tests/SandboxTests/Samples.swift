@testable import Sandbox

/// Request bodies for tests.
enum Samples {
    /// A receipt that is in order: 2 × 240.00, VAT 10 %.
    static func receipt(_ externalID: String = "r-1", url: String? = nil) -> JSONValue {
        var receipt: JSONValue = [
            "external_id": .string(externalID), "timestamp": "05.03.2026 12:40:00", "type": "sell",
            "receipt": [
                "client": ["email": "a@example.ru"],
                "company": [
                    "email": "shop@example.ru", "sno": "osn", "inn": "7712345671",
                    "payment_address": "https://shop.example",
                ],
                "items": [
                    [
                        "name": "Чашка", "price": .number("240.00"), "quantity": 2, "sum": .number("480.00"),
                        "payment_method": "full_payment", "payment_object": "commodity", "vat": "vat10",
                    ]
                ],
                "payments": [["type": 2, "sum": .number("480.00")]], "total": .number("480.00"),
            ],
        ]
        if let url { receipt.set("url", to: .string(url)) }
        return receipt
    }

    /// The same with one member replaced; a path is made of names and positions. Nil takes the member away.
    static func receipt(_ path: [String], _ value: JSONValue?) -> JSONValue {
        changed(receipt(), path[...], value)
    }

    static func changed(_ json: JSONValue, _ path: ArraySlice<String>, _ value: JSONValue?) -> JSONValue {
        guard let name = path.first else { return value ?? .null }
        if case .array(var elements) = json, let index = Int(name) {
            elements[index] = changed(elements[index], path.dropFirst(), value)
            return .array(elements)
        }
        guard path.count > 1 || value != nil else { return json.without([name]) }
        var copy = json
        copy.set(name, to: changed(json[name] ?? [:], path.dropFirst(), value))
        return copy
    }

    /// An order of 480.00 with the buyer of ``receipt(_:url:)``.
    static func order(_ id: Int? = nil) -> OrderSeed {
        OrderSeed(
            id: id, price: "480.00", properties: ["EMAIL": "a@example.ru", "FIO": "Иван"],
            items: [.init(productID: 501, name: "Чашка", price: "240.00", quantity: "2", vatRate: "0.1")])
    }
}
