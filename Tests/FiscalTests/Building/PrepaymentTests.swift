import Testing

@testable import Fiscal

@Suite struct PrepaymentTests {
    private let lines = [Sample.line("1", "12345.67"), Sample.line("2", "3333.33", "4"), Sample.line("3", "1500.00")]

    @Test("R11, C9, C11: a full prepayment lists the goods at the calculated rate, paid electronically")
    func full() throws {
        let receipt = try #require(try ReceiptBuilder.build(Sample.order(.fullPrepayment, lines)).first)
        #expect(
            receipt.items.allSatisfy { $0.method == .fullPrepayment && $0.vat == .vat122 && $0.object == .commodity })
        #expect(receipt.paid == ["electronic 27178.99"])
        #expect(receipt.type == .sell)
    }

    @Test("R28: a line delivered at payment is settled in full in the receipt of the prepayment, codes included")
    func deliveredAtPayment() throws {
        let order = Sample.order(
            .fullPrepayment,
            [
                Sample.line("1", "100.00"), Sample.line("f", "61.00", object: .service, delivered: true),
                Sample.line("m", "10.00", "2", object: .mark, marks: ["a", "b"], delivered: true),
            ])
        let receipt = try #require(try ReceiptBuilder.build(order).first)
        #expect(receipt.items.map(\.method) == [.fullPrepayment, .fullPayment, .fullPayment, .fullPayment])
        #expect(receipt.items.map(\.vat) == [.vat122, .vat22, .vat22, .vat22])
        #expect(receipt.items.map(\.mark) == [nil, nil, "a", "b"])
        #expect(receipt.vats[.vat22] == Sample.money("14.60"))
    }

    @Test("C11: a partial prepayment must be above 0, below the order, and within what is unpaid")
    func bounds() {
        let prepaid = ["1": Sample.money("12345.67"), "2": Sample.money("13333.32")]
        let order = { (amount: String, already: [String: Money]) in
            Sample.order(.prepayment(amount: Sample.money(amount), alreadyPrepaid: already), lines)
        }
        #expect(Sample.code(of: order("27178.99", [:])) == .amountMismatch)
        #expect(Sample.code(of: order("27178.98", [:])) == nil)
        #expect(Sample.code(of: order("0", [:])) == .amountMismatch)
        #expect(Sample.code(of: order("-5", [:])) == .amountMismatch)
        #expect(Sample.code(of: order("1500.01", prepaid)) == .amountMismatch)
        #expect(Sample.code(of: order("1500.00", prepaid)) == nil)
    }

    @Test("C11: a line prepaid above its net lowers what is unpaid, and bears no share")
    func overPrepaidLine() throws {
        let order = Sample.order(
            .prepayment(amount: Sample.money("100"), alreadyPrepaid: ["1": Sample.money("12400.00")]), lines)
        let receipt = try #require(try ReceiptBuilder.build(order).first)
        #expect(receipt.items.map(\.line) == ["2", "3"])
        #expect(
            Sample.code(
                of: Sample.order(
                    .prepayment(amount: Sample.money("14833.32"), alreadyPrepaid: ["1": Sample.money("12400.00")]),
                    lines))
                == .amountMismatch)
    }

    @Test("R12, R19: prepayments in three parts put on each line exactly its net")
    func partsAddUp() throws {
        var prepaid: [String: Money] = [:]
        for amount in ["9999.99", "17178.99", "0.01"] {
            let receipt = try #require(
                try ReceiptBuilder.build(
                    Sample.order(.prepayment(amount: Sample.money(amount), alreadyPrepaid: prepaid), lines)
                ).first)
            #expect(receipt.total == Sample.money(amount))
            for item in receipt.items { prepaid[item.line] = try (prepaid[item.line] ?? .zero).adding(item.sum) }
        }
        #expect(prepaid == ["1": Sample.money("12345.67"), "2": Sample.money("13333.32"), "3": Sample.money("1500")])
    }

    @Test("R13, R25, R38: an advance is one item, object payment, calculated main rate")
    func advance() throws {
        let order = Sample.order(
            .advance(Advance(name: "Сертификат", amount: Sample.money("50"), vat: "vat7")), [], sno: .usnIncome)
        let item = try #require(try ReceiptBuilder.build(order).first?.items.first)
        #expect(item.line == "advance")
        #expect(item.vat == .vat107)
        #expect(item.object == .payment)
        #expect(item.method == .advance)
        #expect(item.vatSum == Sample.money("3.27"))
    }

    @Test("R34: a payment of a credit carries the rate of its hand-over: 20 % in 2026 for goods of 2025")
    func creditOfLastYear() throws {
        let payment = CreditPayment(
            amount: Sample.money("60"), shipDate: .known(2025, 12, 20),
            balances: [CreditBalance(line: "1", name: "А", vat: "vat20", balance: Sample.money("120"))])
        let order = Sample.order(.creditPayment(payment), [])
        let item = try #require(try ReceiptBuilder.build(order).first?.items.first)
        #expect(item.vat == .vat20)
        #expect(item.vatSum == Sample.money("10"))
        var shipped2026 = payment
        shipped2026.shipDate = Sample.day
        #expect(Sample.code(of: Sample.order(.creditPayment(shipped2026), [])) == .vatNotInForce)
        var forced = order
        forced.rateDate = Sample.day
        #expect(Sample.code(of: forced) == nil)
    }

    @Test("R21: a part of a prepayment goes back by amount over what is still prepaid of each line")
    func partialRefund() throws {
        let prepaid = try #require(try ReceiptBuilder.build(Sample.order(.fullPrepayment, lines)).first)
        let first = try ReceiptBuilder.returnPrepayment(Sample.money("179"), of: prepaid, alreadyReturned: [])
        #expect(first.type == .sellReturn)
        #expect(first.total == Sample.money("179"))
        #expect(first.items.allSatisfy { $0.method == .fullPrepayment && $0.vat == .vat122 && $0.object == .payment })
        let rest = try ReceiptBuilder.returnPrepayment(
            Sample.money("26999.99"), of: prepaid, alreadyReturned: [first])
        #expect(
            try first.items.map(\.sum).enumerated().map { try $1.adding(rest.items[$0].sum) }
                == prepaid.items.map(\.sum))
        #expect(throws: FiscalFault.self) {
            try ReceiptBuilder.returnPrepayment(Sample.money("27000"), of: prepaid, alreadyReturned: [first])
        }
    }
}
