/// A payload of each kind with every field that its decoder reads.
enum FullPayloads {
    static let item = """
        { "id": "77", "product_id": 501, "name": "Чайник", "price": "590.00", "quantity": "2", "vat_rate": "0.22",
          "vat_included": true, "measure_code": 796, "object": "commodity", "marks": ["0104603988000001215abcdefgh12345"],
          "discountable": true, "sno": "osn", "store_id": 1, "delivered_at_payment": false,
          "agent": { "type": "another", "supplier": { "inn": "7712345671", "name": "ООО", "phones": ["+79161234567"] } } }
        """

    static let goods = """
        "items": [\(item)], "delivery": { "name": "Доставка", "price": "300.00", "vat_rate": "0.22", "vat_included": true },
        "order_discount": "0.00", "bonus": "0.00"
        """

    static let order = #""order": { "id": 1001, "number": "1001/A", "currency": "RUB" }"#

    static let customer =
        #""customer": { "email": "ivanov@example.ru", "phone": "+79161234567", "name": "ООО", "inn": "7712345671" }"#

    static let paidFields = """
        \(order), "payment": { "id": 5, "sum": "1480.00", "means": "electronic", "paid_at": "2026-11-21T12:00:00+03:00" },
        "settlement": "full_prepayment", \(customer), \(goods)
        """

    static let byKind = [
        "cashbox.check": """
        { "v": 1, "portal": "shop.example.ru", "check": { "id": 12, "type": "sell", "sign": "income" }, \(order),
          "shipments": [{ "id": 7 }], \(customer), "total_sum": "590.00000001",
          "payments": [{ "id": 5, "type": "cashless", "sum": "590.00" }], "cashbox": { "service_email": "shop@example.ru" },
          "items": [{ "id": "77", "product_id": 501, "name": "Чайник", "price": "590.00", "sum": "590.00", "quantity": "1",
            "measure_code": 796, "vat_rate": "0.22", "object": "commodity", "marks": ["0104603988000001215abcdefgh12345"],
            "supplier": { "type": "another", "inn": "7712345671", "name": "ООО", "phones": ["+79161234567"] } }] }
        """,
        "order.paid": "{ \"v\": 1, \(paidFields) }",
        "order.shipped": """
        { "v": 1, \(order), "shipment": { "id": 7, "shipped_at": "2026-11-21T12:00:00Z" }, "paid_now": "5.00",
          "means": "cash", \(customer), \(goods) }
        """,
        "payment.refunded": """
        { "v": 1, \(order), "payment": { "id": 5 }, \(customer), "items": [{ "id": "77", "quantity": "1" }],
          "stock_effect": "move",
          "refund": { "id": 9, "sum": "5.00", "means": "cash", "refunded_at": "2026-11-21T12:00:00.123+03:00" } }
        """,
        "pos.transaction": """
        { "v": 1, "transaction_id": "T-1", "type": "sale", "original_transaction_id": "T-0", \(order), "terminal": "K7",
          "store_id": 1, "occurred_at": "2026-11-21T12:00:00+03:00", "fiscalized_by": "cloud", "stock_effect": "move",
          "fiscal": { "fn": "9960440300000123", "fd": "1207", "fpd": "352220716" }, "means": "cash", "sum": "1480.00",
          \(customer), \(goods) }
        """,
        "receipt.correction": """
        { "v": 1, \(order), "receipt": { "external_id": "main/a/1.1" }, "right": { "v": 1, \(paidFields) },
          "correction": { "kind": "wrong", "base_type": "instruction", "base_date": "2026-11-21", "base_number": "17-04" } }
        """,
    ]
}
