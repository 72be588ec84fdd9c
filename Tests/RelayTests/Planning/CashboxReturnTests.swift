import Fiscal
import Relay
import Testing

@Suite("Returns by Bitrix's cash register")
struct CashboxReturnTests {
    private typealias Check = CheckPayload

    private static let kettles = [Check.line("1", price: "590.00", "2", sum: "1180.00")]
    private static let kettle = [Check.line("1", price: "590.00")]

    private func sold(_ type: String = "sell") throws -> Books {
        var books = Books(try TestShop.settings())
        try books.checked(Check.check(12, type, Self.kettles, [("cashless", "1180", "5")], total: "1180"))
        return books
    }

    @Test(
        "A part goes back against the sale, and no more than is left",
        arguments: [("", "electronic"), ("cash", "cash")])
    func part(suffix: String, means: String) throws {
        var books = try sold()
        let payment = suffix.isEmpty ? "cashless" : "cash"
        let one = { (id: Int) in
            Check.check(id, "sellreturn" + suffix, Self.kettle, [(payment, "590", "5")], total: "590")
        }
        let first = try books.checked(one(13))
        #expect(
            first.map(\.document.body.summary) == [
                "sell_return osn 590.00 [\(means) 590.00]\n1: 590.00 × 1 = 590.00 vat22 full_payment"
            ])
        #expect(first.first?.settlementKey.description == "payment:5:out:check-13")
        #expect(first.first?.originalExternalID == "r1")
        #expect(first.first?.destination == "kassa")
        try books.checked(one(14))
        #expect(faults { _ = try books.plan(check: one(15)) } == ["return_exceeds total_sum"])
        // Events of the same payment see what went back.
        #expect(faults { _ = try books.plan(refunded: Payload.refunded()) } == ["amount_mismatch refund.sum"])
        // Paid again after all of it went back is another settlement.
        let again = Check.check(16, "sell", Self.kettles, [("cashless", "1180", "5")], total: "1180")
        #expect(try books.plan(check: again).planned.first?.settlementKey.description == "payment:5:in:2")
    }

    @Test("What an event refunded cannot be returned by a check as well")
    func afterAnEvent() throws {
        var books = try sold()
        try books.refunded(Payload.refunded())
        let payload = Check.check(13, "sellreturn", Self.kettles, [("cashless", "1180", "5")], total: "1180")
        #expect(faults { _ = try books.plan(check: payload) } == ["return_exceeds total_sum"])
    }

    @Test("Goods that were prepaid and handed over go back against their closing receipt")
    func closing() throws {
        var books = try sold("fullprepayment")
        try books.checked(
            Check.check(13, "sell", Self.kettles, [("advance", "1180", "5")], total: "1180", shipments: ["9"]))
        let back = try books.checked(
            Check.check(14, "sellreturn", Self.kettle, [("cashless", "590", "5")], total: "590", shipments: ["9"]))
        #expect(back.first?.originalExternalID == "r2")
        #expect(back.first?.document.body.items.first?.vat == .vat22)
    }

    @Test("A prepayment goes back at its calculated rate, an advance at the rate it had")
    func prepayments() throws {
        var books = try sold("fullprepayment")
        let back = try books.checked(
            Check.check(13, "fullprepaymentreturn", Self.kettles, [("cashless", "1180", "5")], total: "1180"))
        #expect(back.first?.document.body.summary.contains("vat122 full_prepayment") == true)
        #expect(books.ledger.openPrepayment == .zero)
        let general = [Check.line("", price: "100", vat: "null", more: #""object": "payment""#)]
        try books.checked(Check.check(14, "advancepayment", general, [("cash", "100", "6")], total: "100"))
        let advance = try books.checked(
            Check.check(15, "advancereturncash", general, [("cash", "100", "6")], total: "100"))
        #expect(
            advance.map(\.document.body.summary) == [
                "sell_return osn 100.00 [cash 100.00]\nline-1: 100.00 × 1 = 100.00 vat122 advance"
            ])
    }

    @Test("A sale of another register is returned as the check has it, at rates of its day")
    func unknownSale() throws {
        let books = Books(try TestShop.settings())
        let old = [Check.line("1", price: "590.00", vat: "\"0.2\"")]
        let payload = Check.check(13, "sellreturn", old, [("cashless", "590", "5")], total: "590")
        let planned = try #require(try books.plan(check: payload).planned.first)
        #expect(planned.document.body.items.first?.vat == .vat20)
        #expect(planned.originalExternalID == nil)
        let sale = Check.check(13, "sell", old, [("cashless", "590", "5")], total: "590")
        #expect(faults { _ = try books.plan(check: sale) } == ["vat_not_in_force items[0].vat_rate"])
    }
}
