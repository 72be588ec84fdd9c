extension OrderSeed {
    /// Reads an order of `POST /_sandbox/orders`. `expected_total`: absent the price, null any amount. `deducted_at`:
    /// when its shipment left, in seconds since 1970.
    init(json: JSONValue) throws(ControlError) {
        let reader = try ControlReader(
            json, "order",
            knowing: [
                "id", "account_number", "person_type", "price", "paid", "properties", "items", "delivery",
                "expected_total", "deducted_at",
            ])
        var items: [Item] = []
        for item in try reader.array("items") { items.append(try Item(json: item)) }
        var properties: [String: String] = [:]
        for member in reader["properties"]?.members ?? [] { properties[member.name] = member.value.scalarText ?? "" }
        let expected = try reader.decimal("expected_total")
        self.init(
            id: try reader.int("id"), accountNumber: try reader.text("account_number"),
            personType: try reader.int("person_type") ?? 1, price: try reader.need("price", reader.decimal("price")),
            isPaid: try reader.bool("paid") ?? true, properties: properties, items: items,
            delivery: try reader.decimal("delivery"), deductedAt: try reader.int("deducted_at").map(Int64.init),
            expectedTotal: expected.map { .amount($0) } ?? (reader.has("expected_total") ? .any : .price))
    }

    /// The order as it is given.
    var json: JSONValue {
        let properties = properties.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) }
        var json: JSONValue = [
            "person_type": .int(personType), "price": .string(price), "paid": .bool(isPaid),
            "properties": .object(properties), "items": .array(items.map(\.json)),
        ]
        if let id { json.set("id", to: .int(id)) }
        if let accountNumber { json.set("account_number", to: .string(accountNumber)) }
        if let delivery { json.set("delivery", to: .string(delivery)) }
        if let deductedAt { json.set("deducted_at", to: .int(deductedAt)) }
        switch expectedTotal {
        case .price: break
        case .amount(let amount): json.set("expected_total", to: .string(amount))
        case .any: json.set("expected_total", to: .null)
        }
        return json
    }
}

extension OrderSeed.Item {
    /// Reads a line. `vat_rate`: a fraction, null or absent for none.
    init(json: JSONValue) throws(ControlError) {
        let reader = try ControlReader(
            json, "item",
            knowing: ["product_id", "name", "price", "quantity", "vat_rate", "vat_included", "measure_code"])
        self.init(
            productID: try reader.int("product_id") ?? 0, name: try reader.need("name", reader.text("name")),
            price: try reader.need("price", reader.decimal("price")), quantity: try reader.decimal("quantity") ?? "1",
            vatRate: try reader.decimal("vat_rate"), vatIncluded: try reader.bool("vat_included") ?? true,
            measureCode: try reader.int("measure_code") ?? 796)
    }

    /// The line as it is given.
    fileprivate var json: JSONValue {
        [
            "product_id": .int(productID), "name": .string(name), "price": .string(price),
            "quantity": .string(quantity),
            "vat_rate": .text(vatRate), "vat_included": .bool(vatIncluded), "measure_code": .int(measureCode),
        ]
    }
}

extension CreatedOrder {
    /// The ids as they are answered.
    var json: JSONValue {
        [
            "id": .int(id), "payment_id": .int(payment), "basket": .array(basket.map { .int($0) }),
            "shipment_id": shipment.map { .int($0) } ?? .null,
        ]
    }
}
