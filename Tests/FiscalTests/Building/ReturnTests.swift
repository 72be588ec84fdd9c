import Testing

@testable import Fiscal

@Suite struct ReturnTests {
    private func sale(_ lines: [OrderLine], discount: String = "0", _ settlement: Settlement = .fullPayment) throws
        -> ReceiptBody
    {
        try #require(try ReceiptBuilder.build(Sample.order(settlement, lines, discount: discount)).first)
    }

    private func returned(
        _ original: ReceiptBody, _ returns: [(String, String)], already: [(String, String)] = [],
        payments: Payments? = nil
    ) throws(FiscalFault) -> [ReceiptBody] {
        try ReceiptBuilder.return(
            ReturnRequest(
                original: original,
                returns: returns.map { LineQuantity(line: $0.0, quantity: Sample.decimal($0.1)) },
                alreadyReturned: already.map { LineQuantity(line: $0.0, quantity: Sample.decimal($0.1)) },
                payments: payments))
    }

    @Test("C13: pieces come from the last item backwards and are listed in the order of the receipt")
    func lastInFirstOut() throws {
        let original = try sale([Sample.line("1", "100.00", "5"), Sample.line("2", "7.00")], discount: "10.00")
        #expect(original.brief == ["1: 98.02 × 1 = 98.02", "1: 98.03 × 4 = 392.12", "2: 6.86 × 1 = 6.86"])
        let one = try #require(try returned(original, [("1", "1")]).first)
        #expect(one.brief == ["1: 98.03 × 1 = 98.03"])
        let five = try #require(try returned(original, [("1", "2")], already: [("1", "3")]).first)
        #expect(five.brief == ["1: 98.02 × 1 = 98.02", "1: 98.03 × 1 = 98.03"])
        let all = try #require(try returned(original, [("2", "1"), ("1", "5")]).first)
        #expect(all.brief == original.brief)
        #expect(all.total == original.total)
    }

    @Test("R20, R36: a return copies method, object, measure, rate, agent and marking code, and keeps 20 % in 2026")
    func copies() throws {
        let agent = AgentData(kind: .commissionAgent, principalINN: try PrincipalINN("7707083893"))
        let lines = [
            Sample.line("1", "10.00", "2", object: .mark, marks: ["a", "b"], agent: agent),
            Sample.line("2", "5.00", "0.5"),
        ]
        var original = try sale(lines)
        original.items[0].vat = .vat20
        original.items[1].vat = .vat20
        let back = try #require(try returned(original, [("1", "1"), ("2", "0.5")]).first)
        #expect(back.type == .sellReturn)
        #expect(back.items.map(\.mark) == ["b", nil])
        #expect(back.items.map(\.agent) == [agent, nil])
        #expect(back.items.map(\.vat) == [.vat20, .vat22])
        #expect(back.items.map(\.measure) == [.piece, .kilogram])
        #expect(back.items.map(\.object) == [.mark, .commodity])
        let prepaid = try sale([Sample.line("1", "122.00")], .fullPrepayment)
        let cancelled = try #require(try returned(prepaid, [("1", "1")]).first)
        #expect(cancelled.items.first?.method == .fullPrepayment)
        #expect(cancelled.items.first?.vat == .vat122)
    }

    @Test("R20: a return after an offset pays out electronically, whatever the sale was paid with")
    func paysElectronically() throws {
        let original = try sale([Sample.line("1", "10.00", "2")], Sample.close("15", paidNow: "5"))
        let back = try #require(try returned(original, [("1", "1")]).first)
        #expect(back.paid == ["electronic 10.00"])
    }

    @Test("C13: given payments must add up to the total, without negative entries")
    func payments() throws {
        let original = try sale([Sample.line("1", "10.00", "2")])
        var split = Payments(.cash, Sample.money("4"))
        split.electronic = Sample.money("6")
        #expect(try returned(original, [("1", "1")], payments: split).first?.paid == ["cash 4.00", "electronic 6.00"])
        split.credit = Sample.money("1")
        #expect(
            Sample.code { () throws(FiscalFault) in try returned(original, [("1", "1")], payments: split) }
                == .amountMismatch)
        split.cash = Sample.money("-7")
        split.electronic = Sample.money("16")
        #expect(
            Sample.code { () throws(FiscalFault) in try returned(original, [("1", "1")], payments: split) }
                == .amountMismatch)
    }

    @Test("C13: more than was sold, more than is left, or an unknown line is return_exceeds")
    func exceeds() throws {
        let original = try sale([Sample.line("1", "10.00", "2"), Sample.line("2", "1.00", "0.5")])
        let code = { (returns: [(String, String)], already: [(String, String)]) in
            Sample.code { () throws(FiscalFault) in try returned(original, returns, already: already) }
        }
        #expect(code([("1", "3")], []) == .returnExceeds)
        #expect(code([("1", "2")], [("1", "1")]) == .returnExceeds)
        #expect(code([("1", "1")], [("1", "1")]) == nil)
        #expect(code([("1", "1"), ("1", "1"), ("1", "1")], []) == .returnExceeds)
        #expect(code([("9", "1")], []) == .returnExceeds)
        #expect(code([("1", "1")], [("9", "1")]) == .returnExceeds)
        #expect(code([("2", "0.501")], []) == .returnExceeds)
        #expect(code([("2", "0.0005")], []) == .quantityPrecision)
        #expect(code([("2", "0")], []) == .quantityNonpositive)
        #expect(code([("2", "100000")], []) == .limitQuantity)
    }

    @Test("C13: a line named twice is pulled twice, and its pieces are not merged")
    func namedTwice() throws {
        let original = try sale([Sample.line("1", "10.00", "3")])
        let back = try #require(try returned(original, [("1", "1"), ("1", "2")]).first)
        #expect(back.brief == ["1: 10.00 × 1 = 10.00", "1: 10.00 × 2 = 20.00"])
    }

    @Test("C13: the last part of an item takes the kopecks that are left, so parts never lose one")
    func partsOfAnItem() throws {
        let original = try sale([Sample.line("1", "0.33", "1.5")])
        #expect(original.brief == ["1: 0.33 × 1.5 = 0.50"])
        let first = try #require(try returned(original, [("1", "0.5")]).first)
        #expect(first.total.kopecks == 17)
        let second = try #require(try returned(original, [("1", "0.5")], already: [("1", "0.5")]).first)
        #expect(second.total.kopecks == 17)
        let third = try #require(
            try returned(original, [("1", "0.5")], already: [("1", "0.5"), ("1", "0.5")]).first)
        #expect(third.total.kopecks == 16)
        #expect(third.brief == ["1: 0.32 × 0.5 = 0.16"])
    }

    @Test("C13, C4: a piece of 0.00 from an item that cost something is price_below_minimum, after the amounts")
    func worthlessPiece() throws {
        let original = try sale([Sample.line("1", "0.33", "1.5")])
        let code = { (quantity: String, payments: Payments?) in
            Sample.code { () throws(FiscalFault) in try returned(original, [("1", quantity)], payments: payments) }
        }
        #expect(code("0.001", nil) == .priceBelowMinimum)
        #expect(code("0.001", Payments(.cash, Sample.money("1"))) == .amountMismatch)
        #expect(code("0.016", nil) == nil)
    }

    @Test("C7, C13: an item that was sold at 0.00 goes back at 0.00; returning nothing needs no receipt")
    func nothing() throws {
        let original = try #require(
            try ReceiptBuilder.build(
                Sample.order([Sample.line("1", "10.00"), Sample.line("2", "0", "2")], zero: .keep)
            ).first)
        #expect(try returned(original, [("2", "1")]).first?.brief == ["2: 0.00 × 1 = 0.00"])
        #expect(try returned(original, []).isEmpty)
    }

    @Test("C13: the receipts of earlier returns are replayed with the sums that they gave back")
    func replayedReceipts() throws {
        let original = try sale([Sample.line("1", "0.33", "1.5"), Sample.line("2", "1.00", "3")])
        var earlier: [ReceiptBody] = []
        for _ in 0..<3 {
            let back = try ReceiptBuilder.return(
                ReturnRequest(
                    original: original, returns: [LineQuantity(line: "1", quantity: Sample.decimal("0.5"))],
                    earlierReturns: earlier))
            earlier += back
        }
        #expect(earlier.map(\.total.kopecks) == [17, 17, 16])
        var generous = try #require(earlier.first)
        generous.items[0].sum = Sample.money("0.20")
        let rest = try ReceiptBuilder.return(
            ReturnRequest(
                original: original, returns: [LineQuantity(line: "1", quantity: Sample.decimal("1"))],
                earlierReturns: [generous]))
        #expect(rest.first?.total.kopecks == 30)
        generous.items[0].sum = Sample.money("0.51")
        #expect(
            Sample.code { () throws(FiscalFault) in
                try ReceiptBuilder.return(ReturnRequest(original: original, returns: [], earlierReturns: [generous]))
            } == .returnExceeds)
    }

    @Test("C13: a receipt that no till can have printed is refused, and more returned before than any line holds")
    func impossibleOriginals() throws {
        let sound = try sale([Sample.line("1", "10.00", "2"), Sample.line("1", "10.00", "2")])
        let spoilers: [(inout ReceiptItem) -> Void] = [
            { $0.quantity = Quantity(thousandths: .max) }, { $0.quantity = .zero },
            { $0.quantity = Quantity(thousandths: -1) }, { $0.price = Money(kopecks: -1) },
            { $0.price = Money(kopecks: .max) }, { $0.sum = Money(kopecks: .min) }, { $0.sum = Money(kopecks: .max) },
        ]
        for spoil in spoilers {
            var original = sound
            for index in original.items.indices { spoil(&original.items[index]) }
            #expect(
                Sample.code { () throws(FiscalFault) in try returned(original, [("1", "1")]) } == .receiptInconsistent)
            let request = ReturnRequest(
                original: original, returns: [LineQuantity(line: "1", quantity: Sample.decimal("1"))])
            #expect(Validation.faults(in: request)?.all.map(\.code) == [.receiptInconsistent])
        }
        for before in ["4.001", "100000", "99999999999999999999"] {
            #expect(
                Sample.code { () throws(FiscalFault) in try returned(sound, [("1", "1")], already: [("1", before)]) }
                    == .returnExceeds)
        }
    }

    @Test("R24, C15: the value carried over goes through 1217 on both sides, money only for the difference")
    func exchange() throws {
        let original = try sale([Sample.line("1", "100.00", "2")])
        let exchange = { (lines: [OrderLine], quantity: String) in
            ExchangeRequest(
                returned: ReturnRequest(
                    original: original, returns: [LineQuantity(line: "1", quantity: Sample.decimal(quantity))]),
                replacement: Sample.order(lines))
        }
        let even = try ReceiptBuilder.exchange(exchange([Sample.line("n", "100.00")], "1"))
        #expect(even.map(\.paid) == [["other 100.00"], ["other 100.00"]])
        let dearer = try ReceiptBuilder.exchange(exchange([Sample.line("n", "150.00", sno: .esn)], "1"))
        #expect(dearer.map(\.paid) == [["other 100.00"], ["electronic 50.00", "other 100.00"]])
        #expect(dearer.map(\.sno) == [.osn, .osn])
        let nothingNew = try ReceiptBuilder.exchange(exchange([Sample.line("n", "0")], "2"))
        #expect(nothingNew.map(\.paid) == [["electronic 200.00"]])
        #expect(
            Sample.code { () throws(FiscalFault) in
                try ReceiptBuilder.exchange(exchange([Sample.line("n", "1", vat: "vat20")], "3"))
            } == .returnExceeds)
    }
}
