import Fiscal
import JobQueue
import Relay
import Testing

@Suite("Receipts of order.paid")
struct PaidOrderPlannerTests {
    private static let two = [Payload.line("1", "590.00", "2"), Payload.line("2", "100.00")]

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let payload: String
        let receipts: [String]
        var sno = "osn"
        var vat = "{}"
        var testDescription: String { name }
    }

    @Test(
        "One payment, one settlement",
        arguments: [
            Case(
                name: "full payment with delivery",
                payload: Payload.paid(
                    sum: "1580.00", "full_payment", two, #""delivery": { "price": "300", "vat_rate": "0.22" }"#),
                receipts: [
                    """
                    sell osn 1580.00 [electronic 1580.00]
                    1: 590.00 × 2 = 1180.00 vat22 full_payment
                    2: 100.00 × 1 = 100.00 vat22 full_payment
                    delivery: 300.00 × 1 = 300.00 vat22 full_payment
                    """
                ]),
            Case(
                name: "free delivery is no line (R27)",
                payload: Payload.paid(
                    sum: "1280.00", "full_payment", two, #""delivery": { "price": "0.00", "vat_rate": null }"#),
                receipts: [
                    """
                    sell osn 1280.00 [electronic 1280.00]
                    1: 590.00 × 2 = 1180.00 vat22 full_payment
                    2: 100.00 × 1 = 100.00 vat22 full_payment
                    """
                ]),
            Case(
                name: "full prepayment at calculated rates (R11), discount not taken from delivery",
                payload: Payload.paid(
                    sum: "1480.00", "full_prepayment", two,
                    #""delivery": { "price": "300", "vat_rate": "22.0000" }, "order_discount": "100.00""#),
                receipts: [
                    """
                    sell osn 1480.00 [electronic 1480.00]
                    1: 543.90 × 1 = 543.90 vat122 full_prepayment
                    1: 543.91 × 1 = 543.91 vat122 full_prepayment
                    2: 92.19 × 1 = 92.19 vat122 full_prepayment
                    delivery: 300.00 × 1 = 300.00 vat122 full_prepayment
                    """
                ]),
            Case(
                name: "partial prepayment, shares by largest remainder (C11)",
                payload: Payload.paid(sum: "500.00", "prepayment", two),
                receipts: [
                    """
                    sell osn 500.00 [electronic 500.00]
                    1: 460.94 × 1 = 460.94 vat122 prepayment
                    2: 39.06 × 1 = 39.06 vat122 prepayment
                    """
                ]),
            Case(
                name: "advance: goods unknown (R13), named by the first line if there is one",
                payload: Payload.paid(sum: "1000.00", "advance"),
                receipts: ["sell osn 1000.00 [electronic 1000.00]\nadvance: 1000.00 × 1 = 1000.00 vat122 advance"]),
            Case(
                name: "advance of a shop that pays no VAT",
                payload: Payload.paid(sum: "1000.00", "advance"),
                receipts: [
                    "sell usn_income 1000.00 [electronic 1000.00]\nadvance: 1000.00 × 1 = 1000.00 none advance"
                ], sno: "usn_income", vat: "{ payer: false }"),
            Case(
                name: "hand-over on credit (R14)",
                payload: Payload.paid(sum: "1280.00", "credit", two),
                receipts: [
                    """
                    sell osn 1280.00 [credit 1280.00]
                    1: 590.00 × 2 = 1180.00 vat22 credit
                    2: 100.00 × 1 = 100.00 vat22 credit
                    """
                ]),
            Case(
                name: "cash",
                payload: Payload.paid(sum: "100.00", "full_payment", [Payload.line("2", "100.00")], means: "cash"),
                receipts: ["sell osn 100.00 [cash 100.00]\n2: 100.00 × 1 = 100.00 vat22 full_payment"]),
            Case(
                name: "a certificate is offset (R25)",
                payload: Payload.paid(sum: "100.00", "full_payment", [Payload.line("2", "100.00")], means: "prepaid"),
                receipts: ["sell osn 100.00 [prepaid 100.00]\n2: 100.00 × 1 = 100.00 vat22 full_payment"]),
            Case(
                name: "one receipt for each tax system, in order of first appearance (C10s)",
                payload: Payload.paid(
                    sum: "270.00", "full_payment",
                    [
                        Payload.line("1", "100.00", vat: "null", #""sno": "patent""#), Payload.line("2", "100.00"),
                        Payload.line("3", "100.00", vat: "null", #""sno": "patent""#),
                    ], #""order_discount": "20.00", "bonus": "10.00""#),
                receipts: [
                    """
                    sell patent 180.00 [electronic 180.00]
                    1: 90.00 × 1 = 90.00 none full_payment
                    3: 90.00 × 1 = 90.00 none full_payment
                    """,
                    "sell osn 90.00 [electronic 90.00]\n2: 90.00 × 1 = 90.00 vat22 full_payment",
                ]),
            Case(
                name: "a partial prepayment under two tax systems is two receipts",
                payload: Payload.paid(
                    sum: "100.00", "prepayment",
                    [Payload.line("1", "100.00"), Payload.line("2", "100.00", vat: "null", #""sno": "patent""#)]),
                receipts: [
                    "sell osn 50.00 [electronic 50.00]\n1: 50.00 × 1 = 50.00 vat122 prepayment",
                    "sell patent 50.00 [electronic 50.00]\n2: 50.00 × 1 = 50.00 none prepayment",
                ]),
            Case(
                name: "a credit under two tax systems is two receipts",
                payload: Payload.paid(
                    sum: "180.00", "credit",
                    [Payload.line("1", "100.00"), Payload.line("2", "100.00", vat: "null", #""sno": "patent""#)],
                    #""order_discount": "20.00""#),
                receipts: [
                    "sell osn 90.00 [credit 90.00]\n1: 90.00 × 1 = 90.00 vat22 credit",
                    "sell patent 90.00 [credit 90.00]\n2: 90.00 × 1 = 90.00 none credit",
                ]),
            Case(
                name: "a line delivered at payment is settled at once (R28)",
                payload: Payload.paid(
                    sum: "200.00", "full_prepayment",
                    [Payload.line("1", "100.00"), Payload.line("2", "100.00", "1", #""delivered_at_payment": true"#)]),
                receipts: [
                    """
                    sell osn 200.00 [electronic 200.00]
                    1: 100.00 × 1 = 100.00 vat122 full_prepayment
                    2: 100.00 × 1 = 100.00 vat22 full_payment
                    """
                ]),
            Case(
                name: "nothing to pay, nothing due",
                payload: Payload.paid(sum: "0.00", "full_payment", [Payload.line("1", "0.00")]), receipts: []),
        ])
    func receipts(_ example: Case) throws {
        let books = Books(try TestShop.settings(sno: example.sno, vat: example.vat))
        let plan = try books.plan(paid: example.payload)
        #expect(plan.bodies.map(\.summary) == example.receipts)
        if example.receipts.isEmpty { #expect(plan == .nothingDue("nothing_due")) }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let name: String
        let payload: String
        let faults: [String]
        var vat = "{}"
        var ffd = "1.05"
        var testDescription: String { name }
    }

    @Test(
        "What is wrong is said at once, at the payload's own fields",
        arguments: [
            Refusal(
                name: "sums that disagree", payload: Payload.paid(sum: "1279.99", "full_payment", two),
                faults: ["amount_mismatch payment.sum"]),
            Refusal(
                name: "no contact", payload: Payload.paid(sum: "1280.00", "full_payment", two, customer: "{}"),
                faults: ["contact_invalid customer"]),
            Refusal(
                name: "a rate that is none",
                payload: Payload.paid(sum: "100.00", "full_payment", [Payload.line("1", "100.00", vat: "\"0.18\"")]),
                faults: ["vat_unknown items[0].vat_rate"]),
            Refusal(
                name: "zero may mean two things",
                payload: Payload.paid(sum: "100.00", "full_payment", [Payload.line("1", "100.00", vat: "0")]),
                faults: ["vat_ambiguous items[0].vat_rate"]),
            Refusal(
                name: "no rate is no statement (R40)",
                payload: Payload.paid(
                    sum: "200.00", "full_payment", [#"{ "id": 1, "name": "Товар", "price": 100, "quantity": 1 }"#],
                    #""delivery": { "price": "100" }"#),
                faults: ["value_missing items[0].vat_rate", "value_missing delivery.vat_rate"]),
            Refusal(
                name: "a rate in a shop that pays no VAT",
                payload: Payload.paid(sum: "100.00", "full_payment", [Payload.line("1", "100.00")]),
                faults: ["vat_payer_mismatch items[0].vat_rate"], vat: "{ payer: false }"),
            Refusal(
                name: "everything together",
                payload: Payload.paid(
                    sum: "1.00", "full_payment",
                    [
                        Payload.line("1", "100.12345"), Payload.line("1", "-5", "0.5"),
                        Payload.line("2", "1", "1.2345"),
                        Payload.line("delivery", "1", vat: "\"7\""),
                    ], customer: #"{ "email": "not an address", "inn": "7712345678" }"#,
                    #""delivery": { "price": "1.12345", "vat_rate": "0.5" }"#),
                faults: [
                    "line_duplicate items[3].id", "vat_unknown delivery.vat_rate", "contact_invalid customer",
                    "price_invalid items[0].price", "line_duplicate items[1].id", "price_negative items[1].price",
                    "measure_required items[1].measure_code", "quantity_precision items[2].quantity",
                    "vat_sno_mismatch items[3].vat_rate", "price_invalid delivery.price", "inn_invalid customer.inn",
                    "value_missing customer.name",
                ]),
            Refusal(
                name: "prepaid more than the order",
                payload: Payload.paid(sum: "1280.01", "prepayment", two), faults: ["amount_mismatch payment.sum"]),
            Refusal(
                name: "a prepayment of all is a full one",
                payload: Payload.paid(sum: "1280.00", "prepayment", two), faults: ["amount_mismatch payment.sum"]),
            Refusal(
                name: "a payment of no credit",
                payload: Payload.paid(sum: "10.00", "credit_payment"), faults: ["amount_mismatch payment.sum"]),
            Refusal(
                name: "an offset is no prepayment",
                payload: Payload.paid(sum: "1280.00", "full_prepayment", two, means: "prepaid"),
                faults: ["value_unknown payment.means"]),
            Refusal(
                name: "a debt is no payment",
                payload: Payload.paid(sum: "1280.00", "full_payment", two, means: "credit"),
                faults: ["value_unknown payment.means"]),
            Refusal(
                name: "the discount is above the goods",
                payload: Payload.paid(sum: "0.00", "full_payment", two, #""order_discount": "1280.01""#),
                faults: ["discount_exceeds order_discount"]),
            Refusal(
                name: "codes that are not one for each piece",
                payload: Payload.paid(
                    sum: "200.00", "full_payment", [Payload.line("1", "100.00", "2", #""marks": ["\#(marks[0])"]"#)]),
                faults: ["marks_mismatch items[0].marks"], ffd: "1.2"),
            Refusal(
                name: "no lines", payload: Payload.paid(sum: "10.00", "full_payment", [], #""items": []"#),
                faults: ["items_empty items", "amount_mismatch payment.sum"]),
        ])
    func refusals(_ example: Refusal) throws {
        let books = Books(try TestShop.settings(ffd: example.ffd, vat: example.vat))
        #expect(Set(faults { _ = try books.plan(paid: example.payload) }) == Set(example.faults))
    }

    @Test("Goods that were handed over on credit are not prepaid") func paidAfterAHandOver() throws {
        var books = Books(try TestShop.settings())
        try books.shipped(
            Payload.shipped([Payload.line("1", "590.00", "2")], #""customer": { "email": "ivanov@example.ru" }"#))
        let whole = Payload.paid(sum: "1280.00", "full_prepayment", Self.two)
        #expect(faults { _ = try books.plan(paid: whole) } == ["credit_open 1180.00"])
        let part = Payload.paid(sum: "500.00", "prepayment", Self.two)
        #expect(faults { _ = try books.plan(paid: part) } == ["credit_open 1180.00"])
        #expect(
            StepFailure(language: .english).planning(.creditOpen(owed: Money(kopecks: 118_000))).code == "credit_open")
        // As it is to be told: the debt, and what is left.
        let rest = Payload.paid("6", sum: "100.00", "full_prepayment", [Payload.line("2", "100.00")])
        #expect(try books.plan(paid: rest).bodies.count == 1)
        try books.paid(Payload.paid(sum: "1180.00", "credit_payment"))
        #expect(try books.plan(paid: rest).bodies.count == 1)
        #expect(books.ledger.openCredits.isEmpty)
    }

    private static let marks = [
        "0104603988000001215abcdefgh12345", "0104603988000001215abcdefgh12346",
    ]

    @Test(
        "Marked goods: one item for each code, the object as the till's format has it (R55)",
        arguments: ["1.05", "1.2"])
    func marked(ffd: String) throws {
        let books = Books(try TestShop.settings(ffd: ffd))
        let marks = #""marks": ["\#(Self.marks[0])", "\#(Self.marks[1])"]"#
        let body = try #require(
            try books.plan(
                paid: Payload.paid(
                    sum: "199.99", "full_payment", [Payload.line("1", "100.00", "2", marks)], #""bonus": "0.01""#)
            )
            .bodies.first)
        #expect(body.items.map(\.price.description) == ["99.99", "100.00"])
        #expect(body.items.map(\.mark) == Self.marks)
        #expect(body.items.allSatisfy { $0.object == (ffd == "1.2" ? .mark : .commodity) })
        let prepaid = try #require(
            try books.plan(
                paid: Payload.paid(sum: "200.00", "full_prepayment", [Payload.line("1", "100.00", "2", marks)])
            )
            .bodies.first)
        #expect(prepaid.items.map(\.mark) == [nil])
        #expect(prepaid.items.map(\.object) == [.payment])
    }

    @Test(
        "The rate is that of midnight on the shop's own clock (R43)",
        arguments: [
            ("Europe/Moscow", "2025-12-31T20:59:59Z", "0.2", []),
            ("Europe/Moscow", "2025-12-31T21:00:00Z", "0.2", ["vat_not_in_force items[0].vat_rate"]),
            ("Europe/Moscow", "2025-12-31T21:00:00Z", "0.22", []),
            ("Europe/Moscow", "2025-12-31T20:59:59Z", "0.22", ["vat_not_in_force items[0].vat_rate"]),
            ("Asia/Kamchatka", "2025-12-31T12:00:00Z", "0.22", []),
            ("Europe/Kaliningrad", "2025-12-31T21:30:00Z", "0.2", []),
        ])
    func newYear(zone: String, at: String, rate: String, expected: [String]) throws {
        let books = Books(try TestShop.settings(timezone: zone))
        let line = Payload.line("1", "122.00", vat: "\"\(rate)\"")
        let found = faults { _ = try books.plan(paid: Payload.paid(sum: "122.00", "full_payment", [line], at: at)) }
        #expect(found == expected)
    }

    @Test("The document carries buyer, clock, zone, site and reference")
    func document() throws {
        let books = Books(try TestShop.settings(timezone: "Asia/Vladivostok"))
        let payload = Payload.paid(
            sum: "1280.00", "full_payment", Self.two, at: "2026-03-05T20:30:00Z",
            customer: #"{ "phone": "8 (916) 123-45-67", "name": "ООО Ромашка", "inn": "7712345671" }"#)
        guard case .receipts(let planned) = try books.plan(paid: payload), let receipt = planned.first else {
            Issue.record("nothing planned")
            return
        }
        #expect(receipt.settlementKey.description == "payment:5:in:1")
        #expect(receipt.orderID == "1001")
        #expect(receipt.paymentID == "5")
        #expect(receipt.originalExternalID == nil)
        #expect(receipt.destination == nil)
        let document = receipt.document
        #expect(document.buyer.contact.text == "+79161234567")
        #expect(document.buyer.company?.inn.digits == "7712345671")
        #expect(document.settledAt.description == "2026-03-06T06:30:00")
        #expect(document.timeZoneCode == 9)
        #expect(document.internet?.siteAddress == document.company.paymentAddress)
        #expect(document.reference?.orderNumber == "1001/A")
    }

    @Test("A name without a taxpayer number is a person, who is not named (R51)")
    func person() throws {
        let books = Books(try TestShop.settings(internet: false))
        let payload = Payload.paid(
            sum: "1280.00", "full_payment", Self.two, customer: #"{ "email": "a@example.ru", "name": "Иван Иванов" }"#)
        guard case .receipts(let planned) = try books.plan(paid: payload) else { return }
        #expect(planned.first?.document.buyer.company == nil)
        #expect(planned.first?.document.internet == nil)
    }
}
