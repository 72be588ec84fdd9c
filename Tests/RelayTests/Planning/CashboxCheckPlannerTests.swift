import Fiscal
import Relay
import Testing

@Suite("Checks of Bitrix's cash register")
struct CashboxCheckPlannerTests {
    private typealias Check = CheckPayload

    private let lines = [
        Check.line("1", price: "590.00", "2", sum: "1180.00"),
        Check.line("delivery", price: "300.00", more: #""object": "service""#),
    ]

    private func books(vat: String = "{}", ffd: String = "1.05") throws -> Books {
        Books(try TestShop.settings(ffd: ffd, vat: vat))
    }

    private func summary(_ payload: String, _ books: Books) throws -> [String] {
        try books.plan(check: payload).bodies.map(\.summary)
    }

    // MARK: Sales

    @Test("A sale is printed as Bitrix computed it, under the key that an event of the payment has")
    func sale() throws {
        var books = try books()
        let planned = try books.checked(
            Check.check(12, "sell", lines, [("cashless", "1480", "5")], total: "1480", shipments: ["9"]))
        #expect(
            planned.map(\.document.body.summary) == [
                """
                sell osn 1480.00 [electronic 1480.00]
                1: 590.00 × 2 = 1180.00 vat22 full_payment
                delivery: 300.00 × 1 = 300.00 vat22 full_payment
                """
            ])
        #expect(planned.first?.settlementKey.description == "payment:5:in:1")
        #expect(planned.first?.paymentID == "5")
        #expect(planned.first?.orderID == "1001")
        #expect(planned.first?.document.buyer.contact.text == "ivanov@example.ru")
        let event = Payload.paid("5", sum: "1180.00", "full_payment", [Payload.line("1", "590.00", "2")])
        #expect(try books.plan(paid: event).planned.first?.settlementKey == planned.first?.settlementKey)
    }

    @Test("A prepayment has calculated rates, and the sale that closes it offsets it")
    func prepaymentAndClosing() throws {
        var books = try books()
        let paid = Check.line("1", price: "590.00", "2", sum: "1180.00", more: #""object": "payment""#)
        let prepaid = try books.checked(
            Check.check(12, "fullprepayment", [paid], [("cashless", "1180", "5")], total: "1180"))
        #expect(
            prepaid.map(\.document.body.summary) == [
                "sell osn 1180.00 [electronic 1180.00]\n1: 590.00 × 2 = 1180.00 vat122 full_prepayment"
            ])
        #expect(books.ledger.openPrepayment == Money(kopecks: 118_000))
        let closing = try books.checked(
            Check.check(13, "sell", [lines[0]], [("advance", "1180", "5")], total: "1180", shipments: ["9"]))
        #expect(
            closing.map(\.document.body.summary) == [
                "sell osn 1180.00 [prepaid 1180.00]\n1: 590.00 × 2 = 1180.00 vat22 full_payment"
            ])
        #expect(closing.first?.settlementKey.description == "shipment:9")
        #expect(closing.first?.paymentID == nil)
        #expect(books.ledger.openPrepayment == .zero)
        // What events and checks say of the same shipment has one key.
        #expect(
            try books.plan(shipped: Payload.shipped([Payload.line("1", "590.00", "2")], id: "9")).planned.first?
                .settlementKey == closing.first?.settlementKey)
    }

    @Test("Bitrix calls an advance “without VAT”; it has the shop's rate for advances")
    func advance() throws {
        let payload = Check.check(
            12, "advancepayment", [Check.line("", price: "1000", vat: "null", more: #""object": "payment""#)],
            [("cash", "1000", "5")], total: "1000")
        #expect(
            try summary(payload, books()) == [
                "sell osn 1000.00 [cash 1000.00]\nline-1: 1000.00 × 1 = 1000.00 vat122 advance"
            ])
        #expect(try summary(payload, books(vat: "{ payer: false }"))[0].contains(" none advance"))
    }

    @Test("Goods on credit are owed for, and paid at the rates of their hand-over")
    func credit() throws {
        var books = try books()
        let pair = [Check.line("1", price: "100"), Check.line("2", price: "50", vat: "\"0.1\"")]
        let handOver = try books.checked(
            Check.check(12, "credit", pair, [("credit", "150", "5")], total: "150", shipments: ["9"]))
        #expect(handOver.first?.document.body.summary.hasPrefix("sell osn 150.00 [credit 150.00]") == true)
        #expect(handOver.first?.settlementKey.description == "shipment:9")
        let general = [Check.line("", price: "90", vat: "null", more: #""object": "payment""#)]
        let paid = try books.checked(
            Check.check(13, "creditpayment", general, [("cash", "60", "5"), ("cashless", "30", "6")], total: "90"))
        #expect(
            paid.map(\.document.body.summary) == [
                """
                sell osn 90.00 [cash 60.00, electronic 30.00]
                1: 60.00 × 1 = 60.00 vat22 credit_payment
                2: 30.00 × 1 = 30.00 vat10 credit_payment
                """
            ])
        #expect(books.ledger.openCredits.first?.total == 6000)
        let tooMuch = Check.check(14, "creditpayment", general, [("cash", "90", "7")], total: "90")
        #expect(faults { _ = try books.plan(check: tooMuch) } == ["amount_mismatch total_sum"])
    }

    @Test("Nobody can tell the rate of a debt that is not on record, unless the shop pays no VAT")
    func creditOfAnotherRegister() throws {
        let payload = Check.check(
            13, "creditpayment", [Check.line("", price: "90", vat: "null", more: #""object": "payment""#)],
            [("cash", "90", "5")], total: "90")
        #expect(faults { _ = try books().plan(check: payload) } == ["original_missing"])
        #expect(
            try summary(payload, books(vat: "{ payer: false }")) == [
                "sell osn 90.00 [cash 90.00]\nline-1: 90.00 × 1 = 90.00 none credit_payment"
            ])
    }

    @Test("Without payment and shipment the check itself is the settlement")
    func withoutNames() throws {
        let payload = Check.check(12, "sell", [lines[0]], [("cashless", "1180", "")], total: "1180", order: nil)
        #expect(
            try books().plan(check: payload).planned.first?.settlementKey.description == "check:shop.example.ru:12")
    }

    @Test("One of several payments that has a receipt already stops the check")
    func severalPayments() throws {
        var books = try books()
        try books.paid(Payload.paid("6", sum: "180.00", "prepayment", [Payload.line("1", "590.00", "2")]))
        let payload = Check.check(
            12, "sell", [lines[0]], [("cashless", "1000", "5"), ("cash", "180", "6")], total: "1180")
        #expect(faults { _ = try books.plan(check: payload) } == ["already_receipted payment:6:in:1"])
    }

    // MARK: Sums

    @Test("Fractions of a kopeck are rounded so that the lines come to the total")
    func fractions() throws {
        let thirds = (1...3).map { Check.line("\($0)", price: "33.33333333") }
        #expect(
            try summary(Check.check(12, "sell", thirds, [("cashless", "100", "5")], total: "100"), books()) == [
                """
                sell osn 100.00 [electronic 100.00]
                1: 33.34 × 1 = 33.34 vat22 full_payment
                2: 33.33 × 1 = 33.33 vat22 full_payment
                3: 33.33 × 1 = 33.33 vat22 full_payment
                """
            ])
        // The kopeck goes to the line that rounding has taken most from.
        let uneven = [
            Check.line("1", price: "10.001"), Check.line("2", price: "10.004"), Check.line("3", price: "10.004"),
        ]
        #expect(
            try summary(Check.check(12, "sell", uneven, [("cashless", "30.01", "5")], total: "30.009"), books())[0]
                .contains("2: 10.01 × 1"))
        let price = Check.line("1", price: "33.33333333", "3", sum: "100")
        #expect(
            try summary(Check.check(12, "sell", [price], [("cashless", "100", "5")], total: "100"), books()) == [
                """
                sell osn 100.00 [electronic 100.00]
                1: 33.33 × 2 = 66.66 vat22 full_payment
                1: 33.34 × 1 = 33.34 vat22 full_payment
                """
            ])
    }

    @Test(
        "A difference that is no rounding is refused",
        arguments: [("1180", "1180.02", "total_sum"), ("1179.98", "1180", "payments"), ("1000", "9600", "total_sum")])
    func difference(paid: String, total: String, place: String) throws {
        let payload = Check.check(12, "sell", [lines[0]], [("cashless", paid, "5")], total: total)
        #expect(faults { _ = try books().plan(check: payload) } == ["amount_mismatch \(place)"])
    }

    @Test("What costs nothing is left out; nothing at all needs no receipt")
    func gifts() throws {
        let gift = Check.line("2", price: "0")
        #expect(
            try summary(
                Check.check(12, "sell", [lines[0], gift], [("cashless", "1180", "5")], total: "1180"), books())[0]
                .contains("2:") == false)
        #expect(
            try books().plan(check: Check.check(12, "sell", [gift], [("cashless", "0", "5")], total: "0"))
                == .nothingDue("nothing_due"))
    }

    // MARK: Lines

    @Test("A piece with its code is reported as marked; in a prepayment the code waits for the hand-over")
    func marks() throws {
        let code = "0104603988000001215abcdefgh12345"
        let line = Check.line("1", price: "500", more: #""object": "commodity_marking", "marks": ["\#(code)"]"#)
        let sold = try books(ffd: "1.2").plan(
            check: Check.check(12, "sell", [line], [("cash", "500", "5")], total: "500"))
        #expect(sold.bodies.first?.items.map(\.mark) == [code])
        #expect(sold.bodies.first?.items.map(\.object) == [.mark])
        let prepaid = try books(ffd: "1.2").plan(
            check: Check.check(12, "fullprepayment", [line], [("cash", "500", "5")], total: "500"))
        #expect(prepaid.bodies.first?.items.map(\.mark) == [nil])
        #expect(prepaid.bodies.first?.items.map(\.object) == [.payment])
        let bare = Check.line("1", price: "500", more: #""object": "commodity_marking""#)
        #expect(
            faults {
                _ = try books().plan(check: Check.check(12, "sell", [bare], [("cash", "500", "5")], total: "500"))
            }
                == ["marks_mismatch items[0].marks"])
        let old = try books().plan(check: Check.check(12, "sell", [line], [("cash", "500", "5")], total: "500"))
        #expect(old.bodies.first?.items.map(\.object) == [.commodity])
    }

    @Test("Every fault of the lines is told at its place")
    func lineFaults() throws {
        let code = #""marks": ["0104603988000001215abcdefgh12345"]"#
        let wrong = [
            Check.line("1", price: "1", vat: "\"0.18\""), Check.line("2", price: "1", "0.5"),
            Check.line("3", price: "1", "2", sum: "2", more: code), Check.line("4", price: "1", vat: "\"0\""),
            Check.line("5", price: "1", more: code), Check.line("6", price: "1", more: #""marks": ["a b"]"#),
        ]
        let payload = Check.check(12, "sell", wrong, [("cash", "7", "5")], total: "7", customer: "{}")
        let found = Set(faults { _ = try books().plan(check: payload) })
        #expect(
            found.isSuperset(of: [
                "vat_unknown items[0].vat_rate", "vat_ambiguous items[3].vat_rate",
                "mark_invalid items[5].marks[0].mark",
                "contact_invalid customer",
            ]), "\(found)")
        let judged = Check.check(12, "sell", [wrong[1], wrong[2], wrong[4]], [("cash", "4", "5")], total: "4")
        #expect(
            faults { _ = try books().plan(check: judged) } == [
                "measure_required items[0].measure_code", "marks_mismatch items[1].marks",
                "mark_duplicate items[2].marks",
            ])
    }

    // MARK: The buyer

    @Test("The shop's own address is no buyer; the order's last receipt may know one")
    func buyer() throws {
        var books = try books()
        let own = #"{ "email": "Shop@example.ru" }"#
        let payload = Check.check(
            13, "sell", [lines[0]], [("advance", "1180", "5")], total: "1180", shipments: ["9"], customer: own)
        #expect(faults { _ = try books.plan(check: payload) } == ["contact_invalid customer"])
        try books.checked(Check.check(12, "fullprepayment", [lines[0]], [("cashless", "1180", "5")], total: "1180"))
        #expect(try books.plan(check: payload).planned.first?.document.buyer.contact.text == "ivanov@example.ru")
        let company = #"{ "email": "a@b.ru", "name": "ООО «Ромашка»", "inn": "7712345671" }"#
        let sale = Check.check(14, "sell", [lines[0]], [("cashless", "1180", "6")], total: "1180", customer: company)
        #expect(try books.plan(check: sale).planned.first?.document.buyer.company?.inn.digits == "7712345671")
    }

    // MARK: Refused before anything is planned

    @Test("Form and sense of a payload")
    func payloads() {
        let good = Check.check(12, "sell", lines, [("cashless", "1480", "5")], total: "1480")
        func read(_ old: String, _ new: String) -> [String] {
            faults { _ = try CashboxCheck(payload: good.replacing(old, with: new)) }
        }
        #expect(read("income", "consumption") == ["value_unknown check.sign"])
        #expect(read(#""type": "sell""#, #""type": "correction_sell""#) == ["value_unknown check.type"])
        #expect(read(#""type": "cashless""#, #""type": "gold""#) == ["value_unknown payments[0].type"])
        #expect(read(#""items": ["#, #""items": [], "goods": ["#) == ["value_missing items"])
        #expect(read(#""object": "service""#, #""object": "lottery""#) == ["value_unknown items[1].object"])
    }
}
