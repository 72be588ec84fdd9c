extension PortalState {
    /// Puts an order into the portal as if a buyer had made and paid it; nil if the id is taken.
    mutating func add(_ seed: OrderSeed, at now: Int64) -> CreatedOrder? {
        if let id = seed.id, orders.rows[id] != nil { return nil }
        let date = date(now)
        let id = orders.add(id: seed.id, [])
        orders.update(
            id,
            [
                ("accountNumber", .string(seed.accountNumber ?? String(id))), ("personTypeId", .int(seed.personType)),
                ("personTypeXmlId", personTypes.value("xmlId", of: seed.personType)), ("price", .number(seed.price)),
                ("payed", seed.isPaid ? "Y" : "N"), ("dateInsert", date), ("dateUpdate", date), ("dateStatus", date),
                ("statusId", seed.isPaid ? "P" : "N"), ("xmlId", .string("bx_order_\(id)")), ("version", 1),
            ])
        let payment = payments.add(
            owner: id,
            [
                ("accountNumber", .string("\(id)/1")), ("paid", seed.isPaid ? "Y" : "N"),
                ("datePaid", seed.isPaid ? date : .null), ("sum", .number(seed.price)), ("paySystemId", 3),
                ("paySystemName", "Банковская карта"), ("dateBill", date), ("xmlId", .string("bx_payment_\(id)")),
            ])
        let basket = seed.items.enumerated().map { index, item in
            basketItems.add(
                owner: id,
                [
                    ("productId", .int(item.productID)), ("name", .string(item.name)), ("price", .number(item.price)),
                    ("basePrice", .number(item.price)), ("quantity", .number(item.quantity)),
                    ("vatRate", item.vatRate.map(JSONValue.number) ?? .null),
                    ("vatIncluded", item.vatIncluded ? "Y" : "N"), ("measureCode", .string(String(item.measureCode))),
                    ("sort", .int(100 * (index + 1))), ("xmlId", .string("bx_basket_\(id)_\(index)")),
                ])
        }
        let shipment = seed.delivery.map { price in
            shipments.add(
                owner: id,
                [
                    ("accountNumber", .string("\(id)/2")), ("priceDelivery", .number(price)),
                    ("basePriceDelivery", .number(price)), ("xmlId", .string("bx_shipment_\(id)")),
                    ("allowDelivery", seed.isPaid ? "Y" : "N"), ("shipmentItems", shipmentItems(basket, seed)),
                    ("deducted", seed.deductedAt == nil ? "N" : "Y"),
                    ("dateDeducted", seed.deductedAt.map { self.date($0 * 1_000_000) } ?? .null),
                ])
        }
        for (code, value) in seed.properties.sorted(by: { $0.key < $1.key }) {
            if let property = property(code, personType: seed.personType) {
                setValue(value, property: property, order: id)
            }
        }
        switch seed.expectedTotal {
        case .price: break
        case .amount(let amount): expectedTotals[id] = amount
        case .any: expectedTotals[id] = .some(nil)
        }
        return CreatedOrder(id: id, payment: payment, basket: basket, shipment: shipment)
    }

    private func shipmentItems(_ basket: [Int], _ seed: OrderSeed) -> JSONValue {
        .array(
            zip(basket, seed.items).map { id, item in
                ["basketId": .string(String(id)), "quantity": .number(item.quantity), "reservedQuantity": 0]
            })
    }
}
