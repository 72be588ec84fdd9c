import Fiscal
import Relay
import Testing

@Suite("Documents of receipt.correction")
struct CorrectionPlannerTests {
    private static let right = Payload.paid(sum: "100.00", "full_payment", [Payload.line("1", "100.00")])
    private static let wrong = Payload.paid(sum: "120.00", "full_payment", [Payload.line("1", "120.00")])

    private func books(_ ffd: String) throws -> Books { Books(try TestShop.settings(ffd: ffd)) }

    @Test("A missed receipt: a correction document, in FFD 1.05 without lines (R70, R75)", arguments: ["1.05", "1.2"])
    func missed(ffd: String) throws {
        var books = try books(ffd)
        let documents = try books.corrected(Payload.correction("missed", right: Self.right))
        let body = try #require(documents.first?.document.body)
        #expect(documents.count == 1)
        #expect(body.type == .sellCorrection)
        #expect(body.items.isEmpty == (ffd == "1.05"))
        #expect(body.total.description == "100.00")
        #expect(body.correction?.baseDate.description == "2026-03-05")
        #expect(body.additionalCheckProps == nil)
        #expect(documents.first?.settlementKey.description == "payment:5:in:1")
        #expect(documents.first?.document.settledAt.date.description == "2026-03-20")
        // The settlement is settled: the same key again, so the store refuses a second receipt.
        #expect(try books.paid(Self.right).map(\.settlementKey.description) == ["payment:5:in:1"])
    }

    @Test("A missed receipt that names one is still a settlement of its payment")
    func missedNamesReceipt() throws {
        var books = try books("1.2")
        try books.paid(Self.wrong)
        let right = Payload.paid("7", sum: "100.00", "full_payment", [Payload.line("1", "100.00")])
        let documents = try books.corrected(Payload.correction("missed", receipt: "r1", right: right))
        #expect(documents.map(\.settlementKey.description) == ["payment:7:in:1"])
        #expect(documents.map(\.originalExternalID) == [nil])
    }

    @Test(
        "The rates are those of the corrected day (R76)",
        arguments: [
            ("2025-12-30", "0.2", []), ("2025-12-30", "0.22", ["vat_not_in_force right.items[0].vat_rate"]),
            ("2026-01-01", "0.22", []), ("2026-01-01", "0.2", ["vat_not_in_force right.items[0].vat_rate"]),
        ])
    func oldRate(date: String, rate: String, expected: [String]) throws {
        let books = try books("1.2")
        let right = Payload.paid(sum: "120.00", "full_payment", [Payload.line("1", "120.00", vat: "\"\(rate)\"")])
        #expect(
            faults { _ = try books.plan(correction: Payload.correction("missed", date: date, right: right)) }
                == expected)
    }

    @Test("A missed cash sale is corrected as cash")
    func cash() throws {
        let books = try books("1.2")
        let right = Payload.paid(sum: "100.00", "full_payment", [Payload.line("1", "100.00")], means: "cash")
        #expect(
            try books.plan(correction: Payload.correction("missed", right: right)).bodies.map(\.payments)
                == [Payments(.cash, Money(kopecks: 10000))])
    }

    @Test(
        "A wrong receipt: reversed, then issued right; ordinary receipts in FFD 1.05 (R71, R72)",
        arguments: [
            ("1.05", ["sell_return", "sell"]), ("1.2", ["sell_return_correction", "sell_correction"]),
        ])
    func wrong(ffd: String, types: [String]) throws {
        var books = try books(ffd)
        try books.keep(books.plan(paid: Self.wrong), destination: "old")
        let documents = try books.corrected(Payload.correction("wrong", receipt: "r1", right: Self.right))
        #expect(documents.map(\.document.body.type.rawValue) == types)
        #expect(documents.map(\.document.body.total.description) == ["120.00", "100.00"])
        #expect(documents.map(\.document.body.additionalCheckProps) == ["3522207001", "3522207001"])
        #expect(documents.map(\.settlementKey.description) == ["correction:r1", "correction:r1"])
        #expect(documents.map(\.originalExternalID) == ["r1", "r1"])
        #expect(documents.map(\.destination) == ["old", "old"])
        #expect(documents.map(\.paymentID) == ["5", "5"])
        // The right one stands in the wrong one's place.
        #expect(books.ledger.receipts.map(\.externalID) == ["r3"])
        #expect(books.ledger.left(ofPayment: "5") == 10000)
        #expect(books.ledger.occurrence(ofPayment: "5") == 1)
        let back = try books.refunded(Payload.refunded())
        #expect(back.map(\.originalExternalID) == ["r3"])
        #expect(back.map(\.document.body.total.description) == ["100.00"])
    }

    @Test("What went back of a wrong receipt before its repair went back of the right one")
    func returnedBefore() throws {
        var books = try books("1.2")
        try books.paid(Payload.paid(sum: "240.00", "full_payment", [Payload.line("1", "120.00", "2")]))
        try books.refunded(Payload.refunded("5", "1", items: [("1", "1")]))
        let right = Payload.paid(
            sum: "240.00", "full_payment", [Payload.line("1", "120.00", "2")],
            customer: #"{ "phone": "+79161234567" }"#)
        try books.corrected(Payload.correction("wrong", receipt: "r1", right: right))
        #expect(books.ledger.left(ofPayment: "5") == 12000)
        #expect(
            faults { _ = try books.plan(refunded: Payload.refunded("5", "2", items: [("1", "2")])) }
                == ["return_exceeds items[0].quantity"])
        #expect(try books.refunded(Payload.refunded("5", "3")).map(\.document.body.total.description) == ["120.00"])
    }

    @Test("A doubled receipt is reversed, and was never there (R73)", arguments: ["1.05", "1.2"])
    func duplicate(ffd: String) throws {
        var books = try books(ffd)
        try books.paid(Self.right)
        try books.paid(Payload.paid("6", sum: "100.00", "full_payment", [Payload.line("1", "100.00")], means: "cash"))
        let documents = try books.corrected(Payload.correction("duplicate", receipt: "r2"))
        #expect(documents.map(\.document.body.type.ordinary) == [.sellReturn])
        #expect(documents.first?.document.body.payments == Payments(.cash, Money(kopecks: 10000)))
        #expect(documents.first?.document.buyer.contact.text == "ivanov@example.ru")
        #expect(documents.first?.orderID == "1001")
        #expect(books.ledger.receipts.map(\.externalID) == ["r1"])
        // The payment's number stays taken: it was not given back.
        #expect(books.ledger.occurrence(ofPayment: "6") == 1)
    }

    @Test("A doubled refund is undone: its money can go back again")
    func duplicateRefund() throws {
        var books = try books("1.2")
        try books.paid(Self.right)
        try books.refunded(Payload.refunded())
        let documents = try books.corrected(Payload.correction("duplicate", receipt: "r2"))
        #expect(documents.map(\.document.body.type) == [.sellCorrection])
        #expect(books.ledger.receipts.map(\.externalID) == ["r1"])
        #expect(try books.refunded(Payload.refunded("5", "2")).count == 1)
    }

    @Test("A wrong closing receipt is closed again by the same prepayment (R17)")
    func closing() throws {
        var books = try books("1.2")
        let lines = [Payload.line("1", "100.00", "2")]
        try books.paid(Payload.paid(sum: "200.00", "full_prepayment", lines))
        try books.shipped(Payload.shipped([Payload.line("1", "150.00")], paidNow: "0"))
        let right = Payload.paid("9", sum: "200.00", "full_payment", lines)
        let documents = try books.corrected(Payload.correction("wrong", receipt: "r2", right: right))
        #expect(
            documents.map(\.document.body.payments) == [
                Payments(.prepaid, Money(kopecks: 15000)), Payments(.prepaid, Money(kopecks: 20000)),
            ])
        #expect(documents.map(\.paymentID) == [nil, nil])
        #expect(books.ledger.openPrepayment == .zero)
        #expect(books.receipts.reduce(0) { $0 + $1.cashFlow } == 20000)
    }

    @Test("A wrong prepayment does not count against its right one")
    func prepayment() throws {
        var books = try books("1.2")
        let lines = [Payload.line("1", "100.00", "2")]
        try books.paid(Payload.paid(sum: "150.00", "prepayment", lines))
        try books.corrected(
            Payload.correction("wrong", receipt: "r1", right: Payload.paid(sum: "120.00", "prepayment", lines)))
        #expect(books.ledger.openPrepayment.description == "120.00")
    }

    @Test("A missed payment of a credit, at the rate of the hand-over")
    func creditPayment() throws {
        var books = try books("1.2")
        try books.paid(
            Payload.paid(
                "1", sum: "120.00", "credit", [Payload.line("1", "120.00", vat: "\"0.2\"")], at: "2025-12-30T12:00:00Z")
        )
        let right = Payload.paid("2", sum: "60.00", "credit_payment")
        let body = try books.corrected(Payload.correction("missed", right: right)).first?.document.body
        #expect(body?.items.map(\.vat) == [.vat20])
        #expect(books.ledger.openCredits.map(\.total) == [6000])
    }

    @Test("Nothing to pay, nothing to correct")
    func nothing() throws {
        let right = Payload.paid(sum: "0.00", "full_payment", [Payload.line("1", "0.00")])
        #expect(
            try books("1.2").plan(correction: Payload.correction("missed", right: right)) == .nothingDue("nothing_due"))
    }

    @Test("By order of the tax office: its number goes with it")
    func instruction() throws {
        let base = #""base_type": "instruction", "base_number": "17-04/123""#
        let body = try books("1.2").plan(correction: Payload.correction("missed", right: Self.right, base: base)).bodies
            .first
        #expect(body?.correction?.baseNumber == "17-04/123")
        #expect(body?.correction?.type == .instruction)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let payload: String
        let faults: [String]
    }

    @Test(
        "Refused in words",
        arguments: [
            Refusal(
                testDescription: "no number of the instruction",
                payload: Payload.correction("missed", right: right, base: #""base_type": "instruction""#),
                faults: ["correction_number_required correction.base_number"]),
            Refusal(
                testDescription: "a day to come",
                payload: Payload.correction("missed", date: "2026-03-21", right: right),
                faults: ["correction_date_future correction.base_date"]),
            Refusal(
                testDescription: "an unknown receipt",
                payload: Payload.correction("duplicate", receipt: "r9"), faults: ["original_missing"]),
            Refusal(
                testDescription: "a receipt without fiscal sign",
                payload: Payload.correction("duplicate", receipt: "r2"), faults: ["original_missing"]),
            Refusal(
                testDescription: "faults of the right data, at their places",
                payload: Payload.correction(
                    "wrong", receipt: "r1",
                    right: Payload.paid(
                        sum: "1.00", "full_payment", [Payload.line("1", "1.00", vat: "1")], customer: "{}")),
                faults: ["vat_unknown right.items[0].vat_rate", "contact_invalid right.customer"]),
            Refusal(
                testDescription: "sums that disagree",
                payload: Payload.correction(
                    "missed", right: Payload.paid(sum: "99.00", "full_payment", [Payload.line("1", "100.00")])),
                faults: ["amount_mismatch right.payment.sum"]),
            Refusal(
                testDescription: "a wrong refund is undone, and refunded anew",
                payload: Payload.correction("wrong", receipt: "r3", right: right),
                faults: ["value_unknown correction.kind"]),
            Refusal(
                testDescription: "what would need two documents",
                payload: Payload.correction(
                    "missed",
                    right: Payload.paid(
                        "8", sum: "50.00", "prepayment",
                        [Payload.line("1", "100.00"), Payload.line("2", "100.00", vat: "null", #""sno": "patent""#)])),
                faults: ["sno_invalid right.items[1].sno"]),
        ])
    func refusals(_ example: Refusal) throws {
        var books = try books("1.2")
        try books.paid(Self.wrong)
        try books.keep(
            books.plan(paid: Payload.paid("6", sum: "100.00", "full_payment", [Payload.line("1", "100.00")])),
            isFiscalised: false)
        try books.refunded(Payload.refunded("5", "1"))
        #expect(Set(faults { _ = try books.plan(correction: example.payload) }) == Set(example.faults))
    }
}
