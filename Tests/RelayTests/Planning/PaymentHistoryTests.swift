import Fiscal
import Relay
import Testing

@Suite("Payments that build on earlier ones")
struct PaymentHistoryTests {
    private static let two = [Payload.line("1", "590.00", "2"), Payload.line("2", "100.00")]

    @Test("A second partial prepayment goes to what is unpaid (E11), and no more than that")
    func secondPrepayment() throws {
        var books = Books(try TestShop.settings())
        let lines = [
            Payload.line("1", "12345.67"), Payload.line("2", "3333.33", "4"), Payload.line("3", "1500.00"),
        ]
        try books.paid(Payload.paid("5", sum: "10000.00", "prepayment", lines))
        let second = try #require(try books.paid(Payload.paid("6", sum: "5000.00", "prepayment", lines)).first)
        #expect(second.document.body.items.map(\.sum.description) == ["2271.18", "2452.87", "275.95"])
        #expect(
            faults { _ = try books.plan(paid: Payload.paid("7", sum: "12179.00", "prepayment", lines)) }
                == ["amount_mismatch payment.sum"])
    }

    @Test("Payments of a credit: oldest hand-over first, each at the rates of its day (R34)")
    func creditPayments() throws {
        var books = Books(try TestShop.settings())
        try books.paid(
            Payload.paid(
                "1", sum: "120.00", "credit", [Payload.line("1", "120.00", vat: "\"0.2\"")],
                at: "2025-12-30T12:00:00+03:00"))
        try books.paid(Payload.paid("2", sum: "122.00", "credit", [Payload.line("2", "122.00")]))
        let first = try books.paid(Payload.paid("3", sum: "50.00", "credit_payment"))
        #expect(
            first.map(\.document.body.summary) == [
                "sell osn 50.00 [electronic 50.00]\n1: 50.00 × 1 = 50.00 vat20 credit_payment"
            ])
        let second = try books.paid(Payload.paid("4", sum: "100.00", "credit_payment", means: "cash"))
        #expect(
            second.map(\.document.body.summary) == [
                "sell osn 70.00 [cash 70.00]\n1: 70.00 × 1 = 70.00 vat20 credit_payment",
                "sell osn 30.00 [cash 30.00]\n2: 30.00 × 1 = 30.00 vat22 credit_payment",
            ])
        #expect(
            faults { _ = try books.plan(paid: Payload.paid("5", sum: "92.01", "credit_payment")) }
                == ["amount_mismatch payment.sum"])
        try books.paid(Payload.paid("5", sum: "92.00", "credit_payment"))
        #expect(books.ledger.openCredits.isEmpty)
    }

    @Test("A payment that was given back whole may come in again, and only then")
    func occurrence() throws {
        var books = Books(try TestShop.settings())
        let payload = Payload.paid(sum: "1280.00", "full_payment", Self.two)
        try books.paid(payload)
        #expect(books.ledger.occurrence(ofPayment: "5") == 1)
        try books.refunded(Payload.refunded("5", "1", items: [("2", "1")]))
        #expect(books.ledger.occurrence(ofPayment: "5") == 1)
        try books.refunded(Payload.refunded("5", "2"))
        #expect(books.ledger.occurrence(ofPayment: "5") == 2)
        let again = try books.paid(payload)
        #expect(again.map(\.settlementKey.description) == ["payment:5:in:2"])
        #expect(books.ledger.occurrence(ofPayment: "5") == 2)
        #expect(books.ledger.occurrence(ofPayment: "6") == 1)
    }

    @Test("Given back through its goods, a prepayment may come in again")
    func occurrenceAfterHandOver() throws {
        var books = Books(try TestShop.settings())
        try books.paid(Payload.paid(sum: "1280.00", "full_prepayment", Self.two))
        try books.shipped(Payload.shipped(Self.two))
        try books.refunded(Payload.refunded())
        #expect(books.ledger.occurrence(ofPayment: "5") == 2)
    }
}
