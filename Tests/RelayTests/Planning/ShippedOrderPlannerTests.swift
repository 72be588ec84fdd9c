import Fiscal
import Relay
import Testing

@Suite("Closing receipts of order.shipped")
struct ShippedOrderPlannerTests {
    private static let three = [
        Payload.line("1", "100.00", "3"), Payload.line("2", "50.00"), Payload.line("3", "25.50", "2"),
    ]

    private func books(sno: String = "osn") throws -> Books { Books(try TestShop.settings(sno: sno)) }

    @Test("A full prepayment is offset, plain rate, no new money (R11)")
    func fullPrepayment() throws {
        var books = try books()
        try books.paid(Payload.paid(sum: "401.00", "full_prepayment", Self.three))
        let closing = try books.shipped(Payload.shipped(Self.three))
        #expect(
            closing.map(\.document.body.summary) == [
                """
                sell osn 401.00 [prepaid 401.00]
                1: 100.00 × 3 = 300.00 vat22 full_payment
                2: 50.00 × 1 = 50.00 vat22 full_payment
                3: 25.50 × 2 = 51.00 vat22 full_payment
                """
            ])
        #expect(closing.first?.settlementKey.description == "shipment:1")
        #expect(closing.first?.paymentID == nil)
        #expect(closing.first?.document.buyer.contact.text == "ivanov@example.ru")
        #expect(closing.first?.document.reference?.shipmentID == "1")
        #expect(books.ledger.openPrepayment == .zero)
    }

    @Test(
        "Two partial prepayments are offset together, the rest is paid now or owed (R12, R15)",
        arguments: [
            ("201.00", "electronic 201.00, prepaid 200.00", "full_payment"),
            ("0", "prepaid 200.00, credit 201.00", "partial_payment"),
            ("1.00", "electronic 1.00, prepaid 200.00, credit 200.00", "partial_payment"),
        ])
    func partialPrepayments(paidNow: String, payments: String, method: String) throws {
        var books = try books()
        try books.paid(Payload.paid("5", sum: "150.00", "prepayment", Self.three))
        try books.paid(Payload.paid("6", sum: "50.00", "prepayment", Self.three))
        let body = try #require(try books.shipped(Payload.shipped(Self.three, paidNow: paidNow)).first?.document.body)
        #expect(body.summary.hasPrefix("sell osn 401.00 [\(payments)]"))
        #expect(body.items.allSatisfy { $0.method.rawValue == method && !$0.vat.isCalculated })
        #expect((body.creditBalances == nil) == body.payments.credit.isZero)
    }

    @Test("Two shipments: an offset is never counted twice, first shipments first (R19)")
    func twoShipments() throws {
        var books = try books()
        try books.paid(Payload.paid(sum: "200.00", "prepayment", Self.three))
        let first = try books.shipped(Payload.shipped([Payload.line("1", "100.00")], id: "1"))
        let second = try books.shipped(
            Payload.shipped([Payload.line("1", "100.00", "2"), Self.three[1]], id: "2", paidNow: "150.00"))
        let third = try books.shipped(Payload.shipped([Self.three[2]], id: "3"))
        #expect(first.map(\.document.body.payments) == [Payments(.prepaid, Money(kopecks: 10000))])
        #expect(second.first?.document.body.payments.prepaid == Money(kopecks: 10000))
        #expect(second.first?.document.body.payments.electronic == Money(kopecks: 15000))
        #expect(third.map(\.document.body.payments) == [Payments(.credit, Money(kopecks: 5100))])
        #expect(third.first?.settlementKey.description == "shipment:3")
    }

    @Test("More than is owed cannot be paid now")
    func overpayment() throws {
        var books = try books()
        try books.paid(Payload.paid(sum: "401.00", "full_prepayment", Self.three))
        #expect(
            faults { _ = try books.plan(shipped: Payload.shipped(Self.three, paidNow: "0.01")) }
                == ["overpayment paid_now"])
    }

    @Test("What was settled at once is not settled again", arguments: ["full_payment", "credit"])
    func settled(settlement: String) throws {
        var books = try books()
        try books.paid(Payload.paid(sum: "401.00", settlement, Self.three))
        #expect(try books.plan(shipped: Payload.shipped(Self.three)) == .nothingDue("already_settled"))
        #expect(
            faults { _ = try books.plan(shipped: Payload.shipped(Self.three, paidNow: "5.00")) }
                == ["overpayment paid_now"])
    }

    @Test("A line that was settled at payment is left out, with its part of the discount (R28)")
    func deliveredAtPayment() throws {
        var books = try books()
        let lines = [Payload.line("1", "100.00"), Payload.line("2", "300.00", "1", #""delivered_at_payment": true"#)]
        try books.paid(Payload.paid(sum: "360.00", "full_prepayment", lines, #""order_discount": "40.00""#))
        let closing = try books.shipped(Payload.shipped(lines, #""order_discount": "40.00""#))
        #expect(
            closing.map(\.document.body.summary) == [
                "sell osn 90.00 [prepaid 90.00]\n1: 90.00 × 1 = 90.00 vat22 full_payment"
            ])
        #expect(books.ledger.openPrepayment == .zero)
    }

    @Test("A line that should have been delivered at payment, but was only prepaid in part, is closed with the others")
    func flaggedButOpen() throws {
        var books = try books()
        let lines = [Payload.line("1", "100.00"), Payload.line("2", "100.00", "1", #""delivered_at_payment": true"#)]
        try books.paid(Payload.paid(sum: "100.00", "prepayment", lines))
        let body = try #require(
            try books.shipped(Payload.shipped(lines, paidNow: "100.00")).first?.document.body)
        #expect(body.total == Money(kopecks: 20000))
        #expect(body.items.map(\.line) == ["1", "2"])
    }

    @Test("Money of the order without a receipt stops the closing one")
    func unreceipted() throws {
        let books = try books()
        #expect(
            faults { _ = try books.plan(shipped: Payload.shipped(Self.three), unreceipted: 17) }
                == ["prepayment_not_receipted 17"])
    }

    @Test("A correction without lines does not say what was settled, so nothing is closed on top of it")
    func bareCorrection() throws {
        var books = try books()
        let right = Payload.paid(sum: "401.00", "full_prepayment", Self.three)
        let missed = try books.corrected(Payload.correction("missed", right: right))
        #expect(missed.first?.document.body.items.isEmpty == true)
        #expect(faults { _ = try books.plan(shipped: Payload.shipped(Self.three)) } == ["original_missing"])
    }

    @Test(
        "Unpaid goods go on credit, and cash paid now is cash",
        arguments: [("0", "credit 401.00"), ("401.00", "cash 401.00")])
    func unpaid(paidNow: String, payments: String) throws {
        let books = try books()
        let body = try #require(
            try books.plan(
                shipped: Payload.shipped(
                    Self.three, paidNow: paidNow, #""means": "cash", "customer": { "phone": "+79161234567" }"#)
            ).bodies.first)
        #expect(body.summary.hasPrefix("sell osn 401.00 [\(payments)]"))
    }

    @Test("One closing receipt for each tax system, each offsetting what was prepaid under it")
    func taxSystems() throws {
        var books = try books()
        let lines = [
            Payload.line("2", "100.00", vat: "null", #""sno": "patent""#), Payload.line("1", "100.00"),
        ]
        try books.paid(Payload.paid("5", sum: "100.00", "full_prepayment", [lines[1]]))
        let closing = try books.shipped(Payload.shipped(lines, paidNow: "100.00"))
        #expect(
            closing.map(\.document.body.summary) == [
                "sell patent 100.00 [electronic 100.00]\n2: 100.00 × 1 = 100.00 none full_payment",
                "sell osn 100.00 [prepaid 100.00]\n1: 100.00 × 1 = 100.00 vat22 full_payment",
            ])
        #expect(Set(closing.map(\.settlementKey)).count == 1)
    }

    @Test("An advance covers whatever system the goods have, and discounts are spread over the whole shipment")
    func advanceOverTaxSystems() throws {
        var books = try books()
        try books.paid(Payload.paid(sum: "150.00", "advance"))
        let lines = [
            Payload.line("1", "100.00"), Payload.line("2", "200.00", vat: "null", #""sno": "patent""#),
        ]
        let closing = try books.shipped(Payload.shipped(lines, paidNow: "120.00", #""order_discount": "30.00""#))
        #expect(
            closing.map(\.document.body.summary) == [
                "sell osn 90.00 [prepaid 90.00]\n1: 90.00 × 1 = 90.00 vat22 full_payment",
                "sell patent 180.00 [electronic 120.00, prepaid 60.00]\n2: 180.00 × 1 = 180.00 none full_payment",
            ])
    }

    @Test("What was prepaid under another system goes to the receipts in turn, once (R19)")
    func advanceForOtherSystems() throws {
        var books = try books()
        try books.paid(Payload.paid(sum: "150.00", "advance"))
        let lines = ["patent", "esn"].map { Payload.line($0, "100.00", vat: "null", "\"sno\": \"\($0)\"") }
        let closing = try books.shipped(Payload.shipped(lines, paidNow: "50.00"))
        #expect(
            closing.map(\.document.body.summary) == [
                "sell patent 100.00 [prepaid 100.00]\npatent: 100.00 × 1 = 100.00 none full_payment",
                "sell esn 100.00 [electronic 50.00, prepaid 50.00]\nesn: 100.00 × 1 = 100.00 none full_payment",
            ])
    }

    @Test("Prepaid in 2025, handed over in 2026: the closing receipt carries 22 % (R35, E12)")
    func newYear() throws {
        var books = try books()
        try books.paid(
            Payload.paid(
                sum: "12000.00", "full_prepayment", [Payload.line("1", "12000.00", vat: "\"0.2\"")],
                at: "2025-12-30T12:00:00+03:00"))
        let body = try books.shipped(Payload.shipped([Payload.line("1", "12000.00")])).first?.document.body
        #expect(body?.items.map(\.vatSum.description) == ["2163.93"])
        #expect(
            faults {
                _ = try books.plan(shipped: Payload.shipped([Payload.line("1", "12000.00", vat: "\"0.2\"")], id: "2"))
            } == ["vat_not_in_force items[0].vat_rate"])
    }

    @Test("Faults are gathered: lines, means, buyer")
    func refusals() throws {
        let books = try books()
        let payload = Payload.shipped(
            [Payload.line("1", "1.23456"), Payload.line("2", "1", vat: "\"0.3\"")], paidNow: "5",
            #""means": "credit", "delivery": { "price": "-1", "vat_rate": null }"#)
        #expect(
            Set(faults { _ = try books.plan(shipped: payload) }) == [
                "price_invalid items[0].price", "vat_unknown items[1].vat_rate", "price_negative delivery.price",
                "value_unknown means", "contact_invalid customer",
            ])
    }

    @Test("The event's buyer wins over the one of the history")
    func buyer() throws {
        var books = try books()
        try books.paid(Payload.paid(sum: "401.00", "full_prepayment", Self.three))
        let closing = try books.shipped(
            Payload.shipped(Self.three, #""customer": { "phone": "89161234567", "name": "Пётр" }"#))
        #expect(closing.first?.document.buyer.contact.text == "+79161234567")
    }

    @Test("Gifts alone: nothing due")
    func gifts() throws {
        var books = try books()
        try books.paid(Payload.paid(sum: "1.00", "advance"))
        #expect(
            try books.plan(shipped: Payload.shipped([Payload.line("1", "0.00")])) == .nothingDue("nothing_due"))
    }
}
