import Fiscal
import Relay
import Testing

@Suite("Refunds of prepayments and debts")
struct RefundOfPrepaymentTests {
    private static let lines = [
        Payload.line("1", "100.00", "3"), Payload.line("2", "50.00"),
        Payload.line("3", "200.00", "0.500", #""measure_code": 166"#),
    ]
    private static let total = "450.00"

    private func sold(_ settlement: String) throws -> Books {
        var books = Books(try TestShop.settings())
        try books.paid(Payload.paid(sum: Self.total, settlement, Self.lines))
        return books
    }

    @Test("A part of a prepayment goes back by its sum, spread over what is not handed over (R21)")
    func partOfPrepayment() throws {
        var books = try sold("full_prepayment")
        let first = try books.refunded(Payload.refunded("5", "1", sum: "45.00"))
        #expect(
            first.map(\.document.body.summary) == [
                """
                sell_return osn 45.00 [electronic 45.00]
                1: 30.00 × 1 = 30.00 vat122 full_prepayment
                2: 5.00 × 1 = 5.00 vat122 full_prepayment
                3: 10.00 × 1 = 10.00 vat122 full_prepayment
                """
            ])
        #expect(first.first?.document.body.items.allSatisfy { $0.object == .payment } == true)
        // Quantities tell nothing any more, so lines need a sum.
        #expect(
            faults { _ = try books.plan(refunded: Payload.refunded("5", "2", items: [("2", "1")])) }
                == ["value_missing refund.sum"])
        let second = try books.refunded(Payload.refunded("5", "2", sum: "40.00", items: [("2", "1")]))
        #expect(second.first?.document.body.items.map(\.line) == ["2"])
        let rest = try books.refunded(Payload.refunded("5", "3"))
        #expect(rest.map(\.document.body.total.description) == ["365.00"])
        #expect(books.ledger.openPrepayment == .zero)
    }

    @Test("A partial prepayment goes back whole, or by its sum")
    func partialPrepayment() throws {
        var books = Books(try TestShop.settings())
        try books.paid(Payload.paid(sum: "45.00", "prepayment", Self.lines))
        #expect(
            faults { _ = try books.plan(refunded: Payload.refunded(items: [("1", "1")])) }
                == ["value_missing refund.sum"])
        #expect(
            faults { _ = try books.plan(refunded: Payload.refunded(sum: "30.01", items: [("1", "1")])) }
                == ["amount_mismatch refund.sum"])
        try books.refunded(Payload.refunded("5", "1", sum: "10.00", items: [("1", "1")]))
        let rest = try books.refunded(Payload.refunded("5", "2"))
        #expect(
            rest.map(\.document.body.summary) == [
                """
                sell_return osn 35.00 [electronic 35.00]
                1: 20.00 × 1 = 20.00 vat122 prepayment
                2: 5.00 × 1 = 5.00 vat122 prepayment
                3: 10.00 × 1 = 10.00 vat122 prepayment
                """
            ])
    }

    @Test("Some lines shipped, others not: a line goes back against the receipt that holds it")
    func partlyShipped() throws {
        var books = try sold("full_prepayment")
        try books.shipped(Payload.shipped([Payload.line("1", "100.00", "2")]))
        // One of line 1 is still prepaid, so it is cancelled before goods are taken back.
        let first = try books.refunded(Payload.refunded("5", "1", items: [("1", "2"), ("2", "1")]))
        #expect(first.map(\.originalExternalID) == ["r2", "r1"])
        #expect(
            first.map(\.document.body.summary) == [
                "sell_return osn 100.00 [electronic 100.00]\n1: 100.00 × 1 = 100.00 vat22 full_payment",
                """
                sell_return osn 150.00 [electronic 150.00]
                1: 100.00 × 1 = 100.00 vat122 full_prepayment
                2: 50.00 × 1 = 50.00 vat122 full_prepayment
                """,
            ])
        let rest = try books.refunded(Payload.refunded("5", "2"))
        #expect(rest.map(\.originalExternalID) == ["r2", "r1"])
        #expect(rest.map(\.document.body.total.description) == ["100.00", "100.00"])
        #expect(books.receipts.reduce(0) { $0 + $1.cashFlow } == 0)
    }

    @Test("A sum that fits what was not shipped is that (R21); one that does not needs lines")
    func sumAfterShipment() throws {
        var books = try sold("full_prepayment")
        try books.shipped(Payload.shipped([Payload.line("1", "100.00", "3")]))
        #expect(
            faults { _ = try books.plan(refunded: Payload.refunded(sum: "150.01")) } == ["amount_mismatch refund.sum"])
        let back = try books.refunded(Payload.refunded(sum: "150.00"))
        #expect(back.map(\.originalExternalID) == ["r1"])
        #expect(back.first?.document.body.items.map(\.line) == ["2", "3"])
    }

    @Test("One of two payments goes back: never the money of the other")
    func twoPayments() throws {
        var books = Books(try TestShop.settings())
        try books.paid(Payload.paid("5", sum: "100.00", "prepayment", Self.lines))
        try books.paid(Payload.paid("6", sum: "350.00", "prepayment", Self.lines))
        try books.shipped(Payload.shipped(Self.lines))
        #expect(faults { _ = try books.plan(refunded: Payload.refunded("5")) } == ["amount_mismatch refund.sum"])
        #expect(
            faults { _ = try books.plan(refunded: Payload.refunded("5", items: [("1", "2")])) }
                == ["amount_mismatch refund.sum"])
        try books.refunded(Payload.refunded("5", "1", items: [("1", "1")]))
        let rest = try books.refunded(Payload.refunded("6", "2"))
        #expect(rest.map(\.document.body.total.description) == ["350.00"])
        #expect(rest.map(\.originalExternalID) == ["r3"])
    }

    @Test("A payment whose lines were handed over is returned as goods, though another one's are still prepaid")
    func linesOfPayments() throws {
        var books = Books(try TestShop.settings())
        try books.paid(Payload.paid("5", sum: "300.00", "full_prepayment", [Self.lines[0]]))
        try books.paid(Payload.paid("6", sum: "50.00", "full_prepayment", [Self.lines[1]]))
        try books.shipped(Payload.shipped([Self.lines[0]]))
        let goods = try books.refunded(Payload.refunded("5", "1"))
        #expect(goods.map(\.originalExternalID) == ["r3"])
        let money = try books.refunded(Payload.refunded("6", "2"))
        #expect(money.map(\.originalExternalID) == ["r2"])
    }

    @Test("Goods handed over on credit: money goes back as money, the rest of the debt is written off (R20)")
    func credit() throws {
        var books = Books(try TestShop.settings())
        try books.paid(Payload.paid(sum: "100.00", "prepayment", Self.lines))
        try books.shipped(Payload.shipped(Self.lines))
        // All came back, but only the prepaid money can go back.
        let back = try books.refunded(
            Payload.refunded("5", "1", items: [("1", "3"), ("2", "1"), ("3", "0.5")]))
        #expect(back.first?.document.body.payments.electronic == Money(kopecks: 10000))
        #expect(back.first?.document.body.payments.credit == Money(kopecks: 35000))
        #expect(books.ledger.openCredits.isEmpty)
        #expect(books.ledger.left(ofPayment: "5") == 0)
    }

    @Test("A part of a debt is written off where the sum says so")
    func creditInPart() throws {
        var books = Books(try TestShop.settings())
        try books.paid(Payload.paid(sum: "100.00", "prepayment", Self.lines))
        try books.shipped(Payload.shipped(Self.lines))
        let back = try books.refunded(Payload.refunded("5", "1", sum: "20.00", items: [("1", "1")]))
        #expect(back.first?.document.body.payments.electronic == Money(kopecks: 2000))
        #expect(back.first?.document.body.payments.credit == Money(kopecks: 8000))
        #expect(books.ledger.openCredits.map(\.total) == [27000])
        #expect(books.ledger.left(ofPayment: "5") == 8000)
    }

    @Test("A debt is taken back as a debt, and a payment of it given back is owed again")
    func creditPayment() throws {
        var books = Books(try TestShop.settings())
        try books.paid(Payload.paid("5", sum: "50.00", "credit", [Self.lines[1]]))
        try books.paid(Payload.paid("6", sum: "30.00", "credit_payment"))
        #expect(books.ledger.openCredits.map(\.total) == [2000])
        let back = try books.refunded(Payload.refunded("6", "1"))
        #expect(
            back.map(\.document.body.summary) == [
                "sell_return osn 30.00 [electronic 30.00]\n2: 30.00 × 1 = 30.00 vat22 credit_payment"
            ])
        #expect(books.ledger.openCredits.map(\.total) == [5000])
        let goods = try books.refunded(Payload.refunded("5", "2"))
        #expect(goods.first?.document.body.payments == Payments(.credit, Money(kopecks: 5000)))
        #expect(books.ledger.openCredits.isEmpty)
    }

    @Test("A mixed receipt: what was delivered at payment goes back as goods, the rest as money (R28)")
    func mixed() throws {
        var books = Books(try TestShop.settings())
        let lines = [Payload.line("1", "100.00"), Payload.line("2", "300.00", "1", #""delivered_at_payment": true"#)]
        try books.paid(Payload.paid(sum: "400.00", "full_prepayment", lines))
        try books.shipped(Payload.shipped([lines[0]]))
        let back = try books.refunded(Payload.refunded())
        #expect(back.map(\.originalExternalID) == ["r2", "r1"])
        #expect(back.map(\.document.body.total.description) == ["100.00", "300.00"])
        #expect(books.ledger.left(ofPayment: "5") == 0)
        #expect(books.ledger.openPrepayment == .zero)
    }

    @Test("Kopecks that closing receipts priced otherwise are not lost and not given twice")
    func kopecks() throws {
        var books = Books(try TestShop.settings())
        let line = Payload.line("1", "100.00", "3")
        try books.paid(Payload.paid(sum: "290.00", "full_prepayment", [line], #""order_discount": "10.00""#))
        // 96.67 of the 96.66 + 96.67 + 96.67 that were prepaid.
        try books.shipped(Payload.shipped([Payload.line("1", "96.67")]))
        let back = try books.refunded(Payload.refunded("5", "1", items: [("1", "2")]))
        #expect(back.map(\.document.body.total.description) == ["193.33"])
        #expect(books.ledger.openPrepayment == .zero)
        try books.refunded(Payload.refunded("5", "2"))
        #expect(books.receipts.reduce(0) { $0 + $1.cashFlow } == 0)
    }
}
