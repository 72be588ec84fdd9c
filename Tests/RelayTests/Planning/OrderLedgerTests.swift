import Fiscal
import Relay
import Testing

@Suite("What our own receipts say of an order")
struct OrderLedgerTests {
    private static let lines = [Payload.line("1", "100.00", "2"), Payload.line("2", "50.00")]

    @Test("Prepaid, offset, given back: what is open")
    func open() throws {
        var books = Books(try TestShop.settings())
        #expect(books.ledger.openPrepayment == .zero)
        try books.paid(Payload.paid("5", sum: "100.00", "prepayment", Self.lines))
        try books.paid(Payload.paid("6", sum: "50.00", "prepayment", Self.lines))
        #expect(books.ledger.openPrepayment.description == "150.00")
        #expect(books.ledger.prepaidByLine.mapValues(\.description) == ["1": "120.00", "2": "30.00"])
        try books.refunded(Payload.refunded("6", "1", sum: "10.00"))
        #expect(books.ledger.openPrepayment.description == "140.00")
        try books.shipped(Payload.shipped([Self.lines[1]]))
        #expect(books.ledger.openPrepayment.description == "90.00")
        #expect(books.ledger.handedOver(line: "2") == 1000)
        #expect(books.ledger.handedOver(line: "1") == 0)
        #expect(books.ledger.prepayments.count == 2)
        #expect(books.ledger.shipments.map(\.externalID) == ["r4"])
    }

    @Test("A sale by certificate offsets nothing of this order")
    func certificate() throws {
        var books = Books(try TestShop.settings())
        try books.paid(Payload.paid("5", sum: "50.00", "advance"))
        try books.paid(Payload.paid("6", sum: "50.00", "full_payment", [Self.lines[1]], means: "prepaid"))
        #expect(books.ledger.openPrepayment.description == "50.00")
        #expect(books.ledger.handOvers.map(\.externalID) == ["r2"])
        #expect(books.ledger.shipments.isEmpty)
    }

    @Test("By tax system, and never more than is open at all")
    func taxSystems() throws {
        var books = Books(try TestShop.settings())
        let lines = [Self.lines[1], Payload.line("3", "70.00", vat: "null", #""sno": "patent""#)]
        try books.paid(Payload.paid(sum: "120.00", "full_prepayment", lines))
        #expect(books.ledger.openPrepayment(under: .osn).description == "50.00")
        #expect(books.ledger.openPrepayment(under: .patent).description == "70.00")
        #expect(books.ledger.openPrepayment(under: .esn) == .zero)
    }

    @Test("Left of a payment: refunds count whatever receipt they were made against")
    func left() throws {
        var books = Books(try TestShop.settings())
        try books.paid(Payload.paid(sum: "250.00", "full_prepayment", Self.lines))
        try books.shipped(Payload.shipped([Self.lines[0]]))
        try books.refunded(Payload.refunded("5", "1", items: [("1", "1")]))
        try books.refunded(Payload.refunded("5", "2", items: [("2", "1")]))
        #expect(books.ledger.left(ofPayment: "5") == 10000)
        #expect(books.ledger.left(ofPayment: "6") == 0)
        #expect(books.receipts.prefix(2).map { books.ledger.remaining(of: $0) } == [20000, 10000])
    }

    @Test("A payment's key that another's is the beginning of is told apart")
    func prefixes() throws {
        var books = Books(try TestShop.settings())
        try books.paid(Payload.paid("5", sum: "50.00", "full_payment", [Self.lines[1]]))
        try books.paid(Payload.paid("5:in:1", sum: "50.00", "full_payment", [Self.lines[1]]))
        #expect(books.ledger.occurrence(ofPayment: "5") == 1)
        #expect(books.ledger.occurrence(ofPayment: "5:in:1") == 1)
    }

    @Test("No hand-over on credit, nothing owed")
    func credit() throws {
        var books = Books(try TestShop.settings())
        try books.paid(Payload.paid(sum: "250.00", "full_payment", Self.lines))
        #expect(books.ledger.openCredits.isEmpty)
        try books.shipped(Payload.shipped([Payload.line("9", "30.00"), Payload.line("8", "10.00")], paidNow: "10.00"))
        let credit = try #require(books.ledger.openCredits.first)
        #expect(credit.balances.map(\.line) == ["9", "8"])
        #expect(credit.balances.map(\.balance.description) == ["22.50", "7.50"])
        #expect(credit.balances.map(\.vat) == ["vat22", "vat22"])
    }
}
