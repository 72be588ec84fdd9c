import Testing

@testable import Fiscal

@Suite struct CloseTests {
    private let lines = [Sample.line("1", "4200.00"), Sample.line("2", "800.00", vat: "vat10")]

    @Test(
        "C12, R15: prepaid = min(P, T), electronic = paid now, the rest is credit; the method follows from the credit",
        arguments: [
            ("5000", "0", SettlementMethod.fullPayment, ["prepaid 5000.00"]),
            ("0", "5000", .fullPayment, ["electronic 5000.00"]),
            ("4999.99", "0.01", .fullPayment, ["electronic 0.01", "prepaid 4999.99"]),
            ("0", "0", .credit, ["credit 5000.00"]),
            ("0", "0.01", .partialPayment, ["electronic 0.01", "credit 4999.99"]),
            ("4999.99", "0", .partialPayment, ["prepaid 4999.99", "credit 0.01"]),
        ])
    func payments(prepaid: String, paidNow: String, method: SettlementMethod, paid: [String]) throws {
        let receipt = try #require(
            try ReceiptBuilder.build(Sample.order(Sample.close(prepaid, paidNow: paidNow), lines)).first)
        #expect(receipt.items.map(\.method) == [method, method])
        #expect(receipt.items.map(\.vat) == [.vat22, .vat10])
        #expect(receipt.paid == paid)
        #expect(
            try (receipt.creditBalances ?? [:]).values.reduce(Money.zero) { try $0.adding($1) }
                == receipt.payments.credit)
        #expect((receipt.creditBalances == nil) == receipt.payments.credit.isZero)
    }

    @Test("C12: more than is due is overpayment; negative amounts are amount_mismatch")
    func faults() {
        #expect(Sample.code(of: Sample.order(Sample.close("4000", paidNow: "1000.01"), lines)) == .overpayment)
        #expect(Sample.code(of: Sample.order(Sample.close("6000", paidNow: "0.01"), lines)) == .overpayment)
        #expect(Sample.code(of: Sample.order(Sample.close("-1"), lines)) == .amountMismatch)
        #expect(Sample.code(of: Sample.order(Sample.close("0", paidNow: "-1"), lines)) == .amountMismatch)
        #expect(Sample.code(of: Sample.order(Sample.close("0", burn: "-1"), lines)) == .amountMismatch)
        #expect(Sample.code(of: Sample.order(Sample.close("6000"), lines)) == .amountMismatch)
    }

    private func excess(_ prepaid: [PrepaidLine], method: SettlementMethod? = .prepayment) -> Settlement {
        let sum = prepaid.reduce(Int64(0)) { $0 + $1.sum.kopecks }
        return .close(
            HandOver(prepaid: Money(kopecks: sum), prepaidLines: prepaid, prepaidMethod: method))
    }

    @Test("C12: a prepayment above the order goes back first, to the lines prepaid above what is handed over")
    func excessReturn() throws {
        let prepaid = [
            PrepaidLine(line: "1", name: "Стол", sum: Sample.money("4300"), vat: .vat120),
            PrepaidLine(line: "9", name: "Сборка", sum: Sample.money("1500"), vat: .vat122),
        ]
        let receipts = try ReceiptBuilder.build(Sample.order(excess(prepaid), lines))
        #expect(receipts.map(\.type) == [.sellReturn, .sell])
        // 800 of 5800 goes back over the weights 100 and 1500.
        #expect(receipts[0].brief == ["1: 50.00 × 1 = 50.00", "9: 750.00 × 1 = 750.00"])
        #expect(receipts[0].items.map(\.vat) == [.vat120, .vat122])
        #expect(receipts[0].items.allSatisfy { $0.method == .prepayment && $0.object == .payment })
        #expect(receipts[0].paid == ["electronic 800.00"])
        #expect(receipts[1].paid == ["prepaid 5000.00"])
    }

    @Test("C12: when every line was dropped, the whole prepayment goes back and nothing is closed")
    func allDropped() throws {
        let prepaid = [PrepaidLine(line: "1", name: "Стол", sum: Sample.money("10"), vat: .vat122)]
        let receipts = try ReceiptBuilder.build(Sample.order(excess(prepaid), [Sample.line("1", "0")]))
        #expect(receipts.map(\.type) == [.sellReturn])
        #expect(receipts.first?.total == Sample.money("10"))
    }

    @Test("C12: prepaid lines that do not add up are amount_mismatch; their method must be one of a prepayment")
    func excessFaults() {
        let prepaid = [PrepaidLine(line: "1", name: "Стол", sum: Sample.money("6000"), vat: .vat122)]
        #expect(Sample.code(of: Sample.order(excess(prepaid), lines)) == nil)
        #expect(Sample.code(of: Sample.order(excess(prepaid, method: nil), lines)) == .valueMissing)
        #expect(Sample.code(of: Sample.order(excess(prepaid, method: .credit), lines)) == .valueMissing)
        let handOver = HandOver(prepaid: Sample.money("6000.01"), prepaidLines: prepaid, prepaidMethod: .prepayment)
        #expect(Sample.code(of: Sample.order(.close(handOver), lines)) == .amountMismatch)
    }

    @Test("C12: an excess over a line prepaid several times comes from its last prepayments, at their rates")
    func excessOfSeveralPrepayments() throws {
        let prepaid = [
            PrepaidLine(line: "1", name: "Стол", sum: Sample.money("600"), vat: .vat120),
            PrepaidLine(line: "1", name: "Стол", sum: Sample.money("700"), vat: .vat122),
            PrepaidLine(line: "1", name: "Стол", sum: Sample.money("100"), vat: .vat122),
        ]
        let handOver = HandOver(prepaid: Sample.money("1400"), prepaidLines: prepaid, prepaidMethod: .prepayment)
        let receipts = try ReceiptBuilder.build(Sample.order(.close(handOver), [Sample.line("1", "1000.00")]))
        #expect(receipts.map(\.total) == [Sample.money("400"), Sample.money("1000")])
        #expect(receipts.first?.brief == ["1: 300.00 × 1 = 300.00", "1: 100.00 × 1 = 100.00"])
        #expect(receipts.first?.items.map(\.vat) == [.vat122, .vat122])
    }

    @Test("R25, C12: a burnt remainder is an extra item without VAT, offset beside P, and changes no method")
    func burn() throws {
        let receipt = try #require(
            try ReceiptBuilder.build(Sample.order(Sample.close("4000", paidNow: "500", burn: "60"), lines)).first)
        #expect(receipt.items.map(\.method) == [.partialPayment, .partialPayment, .fullPayment])
        let burnt = try #require(receipt.items.last)
        #expect(burnt.line == "burn")
        #expect(burnt.object == .another)
        #expect(burnt.vat == .none)
        #expect(burnt.sum == Sample.money("60"))
        #expect(receipt.paid == ["electronic 500.00", "prepaid 4060.00", "credit 500.00"])
        #expect(receipt.total == Sample.money("5060"))
        #expect(receipt.vats[.none] == Sample.money("60"))
    }

    @Test("R35: goods prepaid at 20/120 are handed over in 2026 at 22 %; those handed over in 2025 were at 20 %")
    func turnOfTheYear() throws {
        let line = Sample.line("1", "12000.00", vat: "vat22")
        let receipt = try #require(try ReceiptBuilder.build(Sample.order(Sample.close("12000"), [line])).first)
        #expect(receipt.vats[.vat22] == Sample.money("2163.93"))
        let before = Sample.order(Sample.close("12000"), [line], date: .known(2025, 12, 31))
        #expect(Sample.code(of: before) == .vatNotInForce)
    }

    @Test("R17, R19: three prepayments and two shipments offset every prepayment once")
    func severalShipments() throws {
        var open: Int64 = 0  // kopecks prepaid and not offset
        let all = [Sample.line("1", "1000.00", "3"), Sample.line("2", "99.99", "2")]
        var prepaid: [String: Money] = [:]
        for amount in ["100.01", "0.99", "1500.00"] {
            let receipt = try #require(
                try ReceiptBuilder.build(
                    Sample.order(.prepayment(amount: Sample.money(amount), alreadyPrepaid: prepaid), all)
                ).first)
            for item in receipt.items { prepaid[item.line] = try (prepaid[item.line] ?? .zero).adding(item.sum) }
            open += receipt.payments.electronic.kopecks
        }
        var revenue: Int64 = 0
        for shipment in [[Sample.line("1", "1000.00", "2")], [Sample.line("1", "1000.00"), all[1]]] {
            let total = try #require(try ReceiptBuilder.build(Sample.order(shipment)).first).total.kopecks
            let offset = min(open, total)
            let close = HandOver(
                prepaid: Money(kopecks: offset), paidNow: Money(kopecks: total - offset))
            let receipt = try #require(try ReceiptBuilder.build(Sample.order(.close(close), shipment)).first)
            open -= receipt.payments.prepaid.kopecks
            revenue += receipt.total.kopecks
        }
        #expect(open == 0)
        #expect(revenue == 319_998)
    }
}
