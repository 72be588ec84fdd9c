import Fiscal
import Relay
import Testing

@Suite("Payloads of events")
struct EventDecodingTests {
    @Test("order.paid, whole")
    func paid() throws {
        let event = try OrderPaid(payload: try #require(FullPayloads.byKind["order.paid"]))
        #expect(event.order.id == "1001")
        #expect(event.order.number == "1001/A")
        #expect(event.paymentID == "5")
        #expect(event.sum.description == "1480.00")
        #expect(event.means == .electronic)
        #expect(event.paidAt == 1_795_251_600)
        #expect(event.settlement == .fullPrepayment)
        #expect(event.customer.companyINN == "7712345671")
        let item = try #require(event.goods.items.first)
        #expect(item.id == "77")
        #expect(item.productID == "501")
        #expect(item.storeID == "1")
        #expect(item.price.description == "590")
        #expect(item.vatRate == .string("0.22"))
        #expect(item.isVATIncluded && item.isDiscountable && !item.isDeliveredAtPayment)
        #expect(item.measure == .piece)
        #expect(item.marks.count == 1)
        #expect(item.sno == .osn)
        #expect(item.agent?.kind == .another)
        #expect(item.agent?.principalPhones.map(\.text) == ["+79161234567"])
        #expect(event.goods.delivery?.price.description == "300")
    }

    @Test("order.paid, the least there may be")
    func least() throws {
        let event = try OrderPaid(
            payload:
                #"{"v": "1", "order": {"id": 1}, "payment": {"id": "p", "sum": 10}, "customer": [], "items": [], "unknown": {"a": 1}}"#
        )
        #expect(event.means == .electronic)
        #expect(event.paidAt == nil)
        #expect(event.settlement == .fullPrepayment)
        #expect(event.goods.items.isEmpty)
        #expect(event.goods.delivery == nil)
        #expect(event.goods.orderDiscount == .zero)
        let advance = try OrderPaid(
            payload:
                #"{"v": 1, "order": {"id": 1}, "payment": {"id": "p", "sum": 10}, "customer": {}, "settlement": "advance"}"#
        )
        #expect(advance.goods.items.isEmpty)
    }

    @Test("Quantities and prices keep what was written; null and silence about VAT differ")
    func exact() throws {
        let event = try OrderPaid(
            payload: #"""
                {"v": 1, "order": {"id": 1}, "payment": {"id": 1, "sum": "1"}, "customer": {}, "delivery": {"price": 1, "vat_rate": ""},
                 "items": [{"id": 1, "name": "a", "price": 0.1, "quantity": 0.333, "vat_rate": null, "measure_code": 0},
                           {"id": 2, "name": "a", "price": "10.00005", "quantity": "1.0000", "measure_code": "166"},
                           {"id": 3, "name": "a", "price": 1, "quantity": 1, "vat_rate": 0.1, "measure_code": 9999}]}
                """#)
        #expect(event.goods.items.map(\.price.description) == ["0.1", "10.00005", "1"])
        #expect(event.goods.items.map(\.quantity.description) == ["0.333", "1", "1"])
        #expect(event.goods.items.map(\.vatRate) == [.null, nil, try JSONValue(parsing: "0.1")])
        #expect(event.goods.items.map(\.measure) == [.piece, .kilogram, .other])
        #expect(event.goods.delivery?.vatRate == .string(""))
        #expect(event.goods.delivery?.name == "Доставка")
    }

    @Test("order.paid: every fault of the form at once, each at its field")
    func paidFaults() {
        let payload = #"""
            {"v": 1, "order": {"number": [], "currency": "USD"}, "payment": {"sum": "1.234", "means": "barter", "paid_at": "yesterday"},
             "settlement": "later", "customer": "Ivanov", "delivery": {"vat_included": "perhaps"}, "order_discount": -1, "bonus": "x",
             "items": [{"id": " ", "name": "", "price": "free", "quantity": [], "vat_included": 5, "measure_code": "kg", "object": "thing",
                        "marks": [1], "discountable": {}, "sno": "envd", "delivered_at_payment": "?", "store_id": {},
                        "agent": {"supplier": {"inn": "1", "phones": ["x"]}}}, "line"]}
            """#
        #expect(
            Set(faults { _ = try OrderPaid(payload: payload) }) == [
                "value_missing order.id", "value_type_wrong order.number", "currency_unsupported order.currency",
                "value_missing payment.id", "amount_invalid payment.sum", "value_unknown payment.means",
                "date_invalid payment.paid_at", "value_unknown settlement", "value_type_wrong customer",
                "value_missing delivery.price", "value_type_wrong delivery.vat_included",
                "amount_invalid order_discount", "amount_invalid bonus", "value_missing items[0].id",
                "value_missing items[0].name", "price_invalid items[0].price", "quantity_invalid items[0].quantity",
                "value_type_wrong items[0].vat_included", "measure_unknown items[0].measure_code",
                "value_unknown items[0].object", "value_type_wrong items[0].marks[0]",
                "value_type_wrong items[0].discountable", "value_unknown items[0].sno",
                "value_type_wrong items[0].delivered_at_payment", "value_type_wrong items[0].store_id",
                "agent_invalid items[0].agent.type", "inn_invalid items[0].agent.supplier.inn",
                "phone_invalid items[0].agent.supplier.phones[0]", "value_type_wrong items[1]",
            ])
    }

    @Test("What is missing altogether")
    func missing() {
        #expect(
            faults { _ = try OrderPaid(payload: #"{"v": 1}"#) } == [
                "value_missing order", "value_missing payment", "value_missing customer", "value_missing items",
            ])
        #expect(
            faults { _ = try ShippedOrder(payload: #"{"v": 1}"#) } == [
                "value_missing order", "value_missing shipment", "value_missing items",
            ])
        #expect(
            faults { _ = try RefundedPayment(payload: #"{"v": 1}"#) } == [
                "value_missing payment", "value_missing refund",
            ])
        #expect(faults { _ = try ReceiptCorrectionEvent(payload: #"{"v": 1}"#) } == ["value_missing correction"])
    }

    @Test("order.shipped")
    func shipped() throws {
        let event = try ShippedOrder(payload: try #require(FullPayloads.byKind["order.shipped"]))
        #expect(event.shipmentID == "7")
        #expect(event.shippedAt == 1_795_262_400)
        #expect(event.paidNow.description == "5.00")
        #expect(event.means == .cash)
        #expect(event.customer?.phone == "+79161234567")
        let least = try ShippedOrder(payload: #"{"v": 1, "order": {"id": 1}, "shipment": {"id": 2}, "items": []}"#)
        #expect(least.paidNow == .zero)
        #expect(least.means == .electronic)
        #expect(least.customer == nil)
        #expect(
            Set(
                faults {
                    _ = try ShippedOrder(
                        payload:
                            #"{"v": 1, "order": {"id": 1}, "shipment": {"shipped_at": 5}, "paid_now": "-1", "means": 1, "items": {}}"#
                    )
                }) == [
                    "value_missing shipment.id", "date_invalid shipment.shipped_at", "amount_invalid paid_now",
                    "value_unknown means", "value_type_wrong items",
                ])
    }

    @Test("payment.refunded")
    func refunded() throws {
        let event = try RefundedPayment(payload: try #require(FullPayloads.byKind["payment.refunded"]))
        #expect(event.paymentID == "5")
        #expect(event.refundID == "9")
        #expect(event.sum?.description == "5.00")
        #expect(event.means == .cash)
        #expect(event.items?.map(\.id) == ["77"])
        #expect(event.customer?.email == "ivanov@example.ru")
        let least = try RefundedPayment(
            payload:
                #"{"v": 1, "payment": {"id": 1}, "refund": {"id": 2, "means": "", "sum": ""}, "items": [], "order": null}"#
        )
        #expect(least.order == nil && least.sum == nil && least.means == nil && least.items == nil)
        #expect(
            Set(
                faults {
                    _ = try RefundedPayment(
                        payload:
                            #"{"v": 1, "payment": {}, "refund": {"means": "x", "sum": "a"}, "items": [{"quantity": "b"}]}"#
                    )
                }) == [
                    "value_missing payment.id", "value_missing refund.id", "value_unknown refund.means",
                    "amount_invalid refund.sum", "value_missing items[0].id", "quantity_invalid items[0].quantity",
                ])
    }

    @Test("receipt.correction")
    func correction() throws {
        let event = try ReceiptCorrectionEvent(payload: try #require(FullPayloads.byKind["receipt.correction"]))
        #expect(event.kind == .wrong)
        #expect(event.baseType == .instruction)
        #expect(event.baseDate.description == "2026-11-21")
        #expect(event.baseNumber == "17-04")
        #expect(event.receiptExternalID == "main/a/1.1")
        #expect(event.right?.paymentID == "5")
        #expect(event.order?.id == "1001")
    }

    @Test(
        "receipt.correction: what each kind needs",
        arguments: [
            ("missed", "", ["value_missing right"]),
            ("wrong", "", ["correction_receipt_required receipt.external_id", "value_missing right"]),
            ("duplicate", "", ["correction_receipt_required receipt.external_id"]),
            ("duplicate", #", "receipt": {"external_id": "a"}"#, []),
            ("duplicate", #", "receipt": {}"#, ["value_missing receipt.external_id"]),
            (
                "missed", #", "right": {"order": {"id": 1}}"#,
                [
                    "value_missing right.payment", "value_missing right.customer", "value_missing right.items",
                ]
            ),
            ("other", "", ["value_unknown correction.kind"]),
        ])
    func correctionFaults(kind: String, more: String, expected: [String]) {
        let payload = #"{"v": 1, "correction": {"kind": "\#(kind)", "base_date": "2026-03-05"}\#(more)}"#
        #expect(faults { _ = try ReceiptCorrectionEvent(payload: payload) } == expected)
    }

    @Test(
        "receipt.correction: a day that is none", arguments: ["2026-02-30", "05.03.2026", "2026-03-05T00:00:00Z", ""])
    func correctionDay(date: String) {
        let payload =
            #"{"v": 1, "correction": {"kind": "duplicate", "base_date": "\#(date)"}, "receipt": {"external_id": "a"}}"#
        let code = date.isEmpty ? "value_missing" : "date_invalid"
        #expect(faults { _ = try ReceiptCorrectionEvent(payload: payload) } == ["\(code) correction.base_date"])
    }
}
