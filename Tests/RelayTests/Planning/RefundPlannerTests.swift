import Fiscal
import Relay
import Testing

@Suite("Receipts of payment.refunded")
struct RefundPlannerTests {
    private static let lines = [
        Payload.line("1", "100.00", "3"), Payload.line("2", "50.00"),
        Payload.line("3", "200.00", "0.500", #""measure_code": 166"#),
    ]
    private static let total = "450.00"

    private func sold(_ settlement: String, means: String = "electronic", shipped: Bool = false) throws -> Books {
        var books = Books(try TestShop.settings())
        try books.paid(Payload.paid(sum: Self.total, settlement, Self.lines, means: means))
        if shipped { try books.shipped(Payload.shipped(Self.lines)) }
        return books
    }

    @Test(
        "All of a payment, before and after hand-over (R20)",
        arguments: [
            ("full_payment", false, "full_payment", "vat22", "r1"),
            ("full_prepayment", false, "full_prepayment", "vat122", "r1"),
            ("full_prepayment", true, "full_payment", "vat22", "r2"),
        ])
    func whole(settlement: String, shipped: Bool, method: String, vat: String, original: String) throws {
        var books = try sold(settlement, shipped: shipped)
        let back = try books.refunded(Payload.refunded(sum: Self.total))
        #expect(
            back.map(\.document.body.summary) == [
                """
                sell_return osn 450.00 [electronic 450.00]
                1: 100.00 × 3 = 300.00 \(vat) \(method)
                2: 50.00 × 1 = 50.00 \(vat) \(method)
                3: 200.00 × 0.5 = 100.00 \(vat) \(method)
                """
            ])
        #expect(back.map(\.originalExternalID) == [original])
        #expect(back.map(\.settlementKey.description) == ["payment:5:out:1"])
        #expect(back.map(\.paymentID) == ["5"])
        // What went back whole is no more.
        #expect(faults { _ = try books.plan(refunded: Payload.refunded("5", "2")) } == ["amount_mismatch refund.sum"])
        #expect(
            faults { _ = try books.plan(refunded: Payload.refunded("5", "2", items: [("2", "1")])) }
                == ["amount_mismatch refund.sum"])
    }

    @Test(
        "Parts until nothing is left, and never more than was sold",
        arguments: [("full_payment", false), ("full_prepayment", false), ("full_prepayment", true)])
    func parts(settlement: String, shipped: Bool) throws {
        var books = try sold(settlement, shipped: shipped)
        try books.refunded(Payload.refunded("5", "1", items: [("1", "1"), ("3", "0.2")]))
        #expect(
            faults { _ = try books.plan(refunded: Payload.refunded("5", "2", items: [("2", "1"), ("1", "2.001")])) }
                == ["return_exceeds items[1].quantity"])
        try books.refunded(Payload.refunded("5", "2", sum: "200.00", items: [("1", "2")]))
        let rest = try books.refunded(Payload.refunded("5", "3"))
        #expect(rest.map(\.document.body.total.description) == ["110.00"])
        #expect(books.ledger.left(ofPayment: "5") == 0)
        #expect(books.receipts.reduce(0) { $0 + $1.cashFlow } == 0)
    }

    @Test("A line asked for twice is taken twice, and no more than is there")
    func sameLineTwice() throws {
        let books = try sold("full_prepayment")
        let body = try #require(
            try books.plan(refunded: Payload.refunded(items: [("1", "1"), ("1", "2")])).bodies.first)
        #expect(body.total.description == "300.00")
        #expect(
            faults { _ = try books.plan(refunded: Payload.refunded(items: [("1", "2"), ("1", "2")])) }
                == ["return_exceeds items[1].quantity"])
    }

    @Test(
        "Refused in words",
        arguments: [
            (Payload.refunded(items: [("9", "1")]), "return_exceeds items[0].quantity"),
            (Payload.refunded(items: [("1", "0")]), "quantity_nonpositive items[0].quantity"),
            (Payload.refunded(items: [("1", "0.0001")]), "quantity_invalid items[0].quantity"),
            (Payload.refunded(sum: "99.99", items: [("1", "1")]), "amount_mismatch refund.sum"),
            (Payload.refunded(sum: "100.01", items: [("1", "1")]), "amount_mismatch refund.sum"),
            (Payload.refunded(sum: "449.99"), "amount_mismatch refund.sum"),
            (Payload.refunded(sum: "450.01"), "amount_mismatch refund.sum"),
            (Payload.refunded("404"), "original_missing"),
        ])
    func refusals(payload: String, fault: String) throws {
        let books = try sold("full_payment")
        #expect(faults { _ = try books.plan(refunded: payload) } == [fault])
    }

    @Test("A sale that is not fiscalised yet cannot be returned")
    func unfinished() throws {
        var books = Books(try TestShop.settings())
        try books.keep(books.plan(paid: Payload.paid(sum: Self.total, "full_payment", Self.lines)), isFiscalised: false)
        #expect(faults { _ = try books.plan(refunded: Payload.refunded()) } == ["original_missing"])
    }

    @Test("A closing receipt that is not fiscalised yet cannot be returned")
    func unfinishedClosing() throws {
        var books = try sold("full_prepayment")
        try books.keep(books.plan(shipped: Payload.shipped(Self.lines)), isFiscalised: false)
        #expect(faults { _ = try books.plan(refunded: Payload.refunded()) } == ["original_missing"])
    }

    @Test("A correction without lines cannot be returned by lines")
    func bareCorrection() throws {
        var books = Books(try TestShop.settings())
        try books.corrected(
            Payload.correction("missed", right: Payload.paid(sum: Self.total, "full_payment", Self.lines)))
        #expect(faults { _ = try books.plan(refunded: Payload.refunded()) } == ["original_missing"])
    }

    @Test("A sale of another payment of the order is not given back")
    func otherSale() throws {
        var books = Books(try TestShop.settings())
        try books.paid(Payload.paid("5", sum: "300.00", "full_prepayment", [Self.lines[0]]))
        try books.paid(Payload.paid("6", sum: "50.00", "full_payment", [Self.lines[1]]))
        #expect(
            faults { _ = try books.plan(refunded: Payload.refunded("5", items: [("2", "1")])) }
                == ["return_exceeds items[0].quantity"])
        let back = try books.refunded(Payload.refunded("5"))
        #expect(back.map(\.document.body.total.description) == ["300.00"])
    }

    @Test("Prices after the discount, dearest pieces first (R23, C13)")
    func discounted() throws {
        var books = Books(try TestShop.settings())
        try books.paid(
            Payload.paid(
                sum: "290.00", "full_payment", [Payload.line("1", "100.00", "3")], #""order_discount": "10.00""#))
        let totals = try (1...3).map { refund in
            try books.refunded(Payload.refunded("5", "\(refund)", items: [("1", "1")]))
                .map(\.document.body.total.description)
        }
        #expect(totals == [["96.67"], ["96.67"], ["96.66"]])
    }

    @Test(
        "A sale of 2025 goes back at 20 %, a prepayment at 20/120 (R34, R36)",
        arguments: [
            ("full_payment", "vat20"), ("full_prepayment", "vat120"),
        ])
    func oldRate(settlement: String, vat: String) throws {
        var books = Books(try TestShop.settings())
        try books.paid(
            Payload.paid(
                sum: "120.00", settlement, [Payload.line("1", "120.00", vat: "\"0.2\"")],
                at: "2025-12-30T12:00:00+03:00"))
        let body = try books.refunded(Payload.refunded()).first?.document.body
        #expect(body?.items.map(\.vat.rawValue) == [vat])
        #expect(body?.items.map(\.vatSum.description) == ["20.00"])
    }

    @Test("A refund goes to the register of its sale, in the money of its payment, to its buyer")
    func circumstances() throws {
        var books = Books(try TestShop.settings())
        try books.keep(
            books.plan(paid: Payload.paid(sum: Self.total, "full_prepayment", Self.lines, means: "cash")),
            destination: "old")
        try books.keep(books.plan(shipped: Payload.shipped(Self.lines)), destination: "new")
        guard case .receipts(let back) = try books.plan(refunded: Payload.refunded()), let receipt = back.first else {
            Issue.record("nothing planned")
            return
        }
        #expect(receipt.destination == "new")
        #expect(receipt.document.body.payments == Payments(.cash, Money(kopecks: 45000)))
        #expect(receipt.document.buyer.contact.text == "ivanov@example.ru")
        #expect(receipt.document.settledAt.date.description == "2026-03-15")
        let other = try books.plan(
            refunded: Payload.refunded(more: #""customer": { "phone": "+79161234567" }"#))
        guard case .receipts(let changed) = other else { return }
        #expect(changed.first?.document.buyer.contact.text == "+79161234567")
    }

    @Test("The means of the refund wins over that of the payment")
    func namedMeans() throws {
        var books = Books(try TestShop.settings())
        try books.paid(Payload.paid(sum: "50.00", "full_payment", [Self.lines[1]], means: "cash"))
        let payload = #"{ "v": 1, "payment": { "id": 5 }, "refund": { "id": 1, "means": "electronic" } }"#
        #expect(
            try books.plan(refunded: payload).bodies.map(\.payments) == [Payments(.electronic, Money(kopecks: 5000))])
    }

    @Test("Marked goods carry their codes again")
    func marked() throws {
        var books = Books(try TestShop.settings(ffd: "1.2"))
        let marks = ["0104603988000001215abcdefgh12345", "0104603988000001215abcdefgh12346"]
        try books.paid(
            Payload.paid(
                sum: "200.00", "full_payment",
                [Payload.line("1", "100.00", "2", #""marks": ["\#(marks[0])", "\#(marks[1])"]"#)]))
        #expect(try books.plan(refunded: Payload.refunded()).bodies.first?.items.map(\.mark) == marks)
        #expect(
            try books.refunded(Payload.refunded("5", "1", items: [("1", "1")])).first?.document.body.items.map(\.mark)
                == [marks[1]])
        #expect(try books.refunded(Payload.refunded("5", "2")).first?.document.body.items.map(\.mark) == [marks[0]])
    }

    @Test("Several tax systems: a refund for each receipt of the sale")
    func taxSystems() throws {
        var books = Books(try TestShop.settings())
        try books.paid(
            Payload.paid(
                sum: "200.00", "full_prepayment",
                [Payload.line("1", "100.00"), Payload.line("2", "100.00", vat: "null", #""sno": "patent""#)]))
        let back = try books.refunded(Payload.refunded())
        #expect(back.map(\.document.body.sno) == [.osn, .patent])
        #expect(back.map(\.originalExternalID) == ["r1", "r2"])
    }
}
