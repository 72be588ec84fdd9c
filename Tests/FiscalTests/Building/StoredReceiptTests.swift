import Foundation
import Testing

@testable import Fiscal

/// The JSON of documents as the database keeps it.
@Suite struct StoredReceiptTests {
    private func document() throws -> ReceiptDocument {
        let order = Sample.order(
            Sample.close("15", paidNow: "5"),
            [
                Sample.line("1", "10.00", "2", object: .mark, marks: ["0104601234567893215a\u{1D}91EE", "b"]),
                Sample.line(
                    "2", "3.33", "1.5", vat: "none",
                    agent: AgentData(kind: .another, principalINN: try PrincipalINN("7707083893"))),
            ])
        var body = try #require(try ReceiptBuilder.build(order).first)
        body.correction = Correction(type: .instruction, baseDate: Sample.day, baseNumber: "7")
        body.additionalCheckProps = "123"
        return ReceiptDocument(
            body: body,
            buyer: Buyer(
                contact: try BuyerContact(email: "a@example.ru", phone: nil),
                company: try BuyerCompany(name: "ООО", inn: "7707083893")),
            company: try Company(
                inn: "7707083893", sno: "osn", email: "s@example.ru", paymentAddress: "https://shop.example.ru",
                ffd: "1.2"),
            settledAt: try #require(CivilDateTime("2026-03-05T12:40:00")), utcOffset: 10_800,
            internet: InternetSettlement(siteAddress: try PaymentAddress("https://shop.example.ru")),
            operation: OperationProps(id: 1, data: "x", at: try #require(CivilDateTime("2026-03-05T12:40:01"))),
            reference: OrderReference(orderID: "1001", orderNumber: "1001/A", paymentID: "5", shipmentID: "9"))
    }

    @Test("A document survives the database, GS of a marking code included")
    func roundTrip() throws {
        let document = try document()
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try encoder.encode(document)
        let back = try JSONDecoder().decode(ReceiptDocument.self, from: json)
        #expect(back == document)
        #expect(try encoder.encode(back) == json)
        #expect(back.body.items.first?.mark?.unicodeScalars.contains("\u{1D}") == true)
        #expect(back.timeZoneCode == 2)
        #expect(back.ffd == .v12)
        #expect(back.secondsSince1970 == 1_772_703_600)
    }

    @Test("Keys that a later release wrote are ignored, and those that an earlier one did not know may be absent")
    func lenient() throws {
        let json = """
            {"body": {"type": "sell", "sno": "osn", "items": [{"line": "1", "name": "A", "price": "1.00", "quantity": "1",
              "sum": "1.00", "method": "full_payment", "object": "commodity", "measure": 0, "vat": "none",
              "vat_sum": "0.00", "colour": "red"}], "payments": {"electronic": "1.00", "barter": "0"}, "total": "1.00",
              "vats": {"none": "1.00"}, "extra": []},
             "buyer": {"contact": "+79161234567", "age": 3},
             "company": {"inn": "7707083893", "sno": "osn", "email": "s@example.ru",
               "payment_address": "shop.example.ru", "ffd": "1.05", "x": 1},
             "settled_at": "2026-03-05T12:40:00", "utc_offset": 10800, "new": {}}
            """
        let document = try JSONDecoder().decode(ReceiptDocument.self, from: Data(json.utf8))
        #expect(document.body.total == Sample.money("1"))
        #expect(document.internet == nil)
        #expect(document.reference == nil)
        #expect(document.body.creditBalances == nil)
    }

    @Test("A receipt's JSON has the neutral names of the vectors")
    func neutralNames() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let order = Sample.order(Sample.close("5"), [Sample.line("1", "10.00")])
        let body = try #require(try ReceiptBuilder.build(order).first)
        #expect(
            String(decoding: try encoder.encode(body), as: UTF8.self) == """
                {"credit_balances":{"1":"5.00"},"items":[{"line":"1","measure":0,"method":"partial_payment",\
                "name":"Товар 1","object":"commodity","price":"10.00","quantity":"1","sum":"10.00","vat":"vat22",\
                "vat_sum":"1.80"}],"payments":{"credit":"5.00","prepaid":"5.00"},"sno":"osn","total":"10.00",\
                "type":"sell","vats":{"vat22":"1.80"}}
                """)
    }
}
