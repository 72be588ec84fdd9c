import Testing

@testable import Fiscal

/// The ways of an order from its first payment to its end (R10 to R23), receipt by receipt.
@Suite struct LifeCycleTests {
    private static func order(_ settlement: Settlement, _ lines: [OrderLine]) -> Order {
        Order(date: ReceiptSample.day, settlement: settlement, lines: lines)
    }

    private static func one(_ order: Order) throws -> ReceiptBody {
        let receipts = try ReceiptBuilder.build(order)
        try #require(receipts.count == 1)
        return receipts[0]
    }

    private static func goods() throws -> [OrderLine] {
        [
            try ReceiptSample.line("1", "Чайник", "2999.00", "2"),
            try ReceiptSample.line("2", "Чай", "10.00", "3", vat: "vat10"),
        ]
    }

    @Test("R1, R11: handing over what was prepaid has a receipt of its own, although no money moves")
    func handOverOfPrepaid() throws {
        let prepaid = try Self.one(Self.order(.fullPrepayment, Self.goods()))
        let closing = try Self.one(Self.order(.close(HandOver(prepaid: prepaid.total)), Self.goods()))
        #expect(closing.payments == Payments(.prepaid, prepaid.total))
        #expect(closing.items.allSatisfy { $0.method == .fullPayment && !$0.vat.isCalculated })
    }

    @Test("R10: what is paid and received at once is one receipt, full payment, electronic")
    func paidAndReceived() throws {
        let receipt = try Self.one(Self.order(.fullPayment, Self.goods()))
        #expect(receipt.type == .sell)
        #expect(receipt.payments == Payments(.electronic, receipt.total))
        #expect(receipt.items.allSatisfy { $0.method == .fullPayment })
    }

    @Test("R14: goods handed over unpaid are a credit, and every instalment is receipted until nothing is owed")
    func credit() throws {
        let handOver = try Self.one(Self.order(.close(HandOver()), Self.goods()))
        #expect(handOver.payments == Payments(.credit, handOver.total))
        #expect(handOver.items.allSatisfy { $0.method == .credit })
        var balances = try #require(handOver.creditBalances)
        var paid: Int64 = 0
        for amount in [1_000_00, 2_000_00, handOver.total.kopecks - 3_000_00] {
            let open = handOver.items.map { item in
                CreditBalance(
                    line: item.line, name: item.name, vat: item.vat.rawValue, balance: balances[item.line] ?? .zero)
            }
            let payment = CreditPayment(amount: Money(kopecks: amount), shipDate: ReceiptSample.day, balances: open)
            let receipt = try Self.one(Self.order(.creditPayment(payment), []))
            #expect(receipt.payments == Payments(.electronic, Money(kopecks: amount)))
            for item in receipt.items {
                #expect(item.method == .creditPayment && item.object == .payment && !item.vat.isCalculated)
                balances[item.line] = try (balances[item.line] ?? .zero).subtracting(item.sum)
            }
            paid += receipt.total.kopecks
        }
        #expect(balances.values.allSatisfy { $0.isZero })
        #expect(paid == handOver.total.kopecks)
    }

    @Test("R18: what is handed over may differ from what was prepaid; only its total limits the offset")
    func otherGoods() throws {
        let other = [try ReceiptSample.line("9", "Кофе", "1500.00", "4", vat: "vat10")]
        let closing = try Self.one(Self.order(.close(HandOver(prepaid: Money(kopecks: 6_000_00))), other))
        #expect(closing.items.map(\.line) == ["9"])
        #expect(closing.payments == Payments(.prepaid, Money(kopecks: 6_000_00)))
    }

    @Test("R22: a cancelled order gives back what was receipted, and nothing is left of it in any rate")
    func cancellation() throws {
        for settlement in [Settlement.fullPrepayment, .fullPayment] {
            let receipt = try Self.one(Self.order(settlement, Self.goods()))
            let everything = try ["1": "2", "2": "3"].sorted { $0.key < $1.key }
                .map { LineQuantity(line: $0.key, quantity: try ExactDecimal($0.value)) }
            let returned = try ReceiptBuilder.return(ReturnRequest(original: receipt, returns: everything))
            #expect(returned.count == 1)
            #expect(returned.first?.type == .sellReturn)
            #expect(returned.first?.total == receipt.total)
            #expect(returned.first?.vats == receipt.vats)
            #expect(returned.first?.items.map(\.method) == receipt.items.map(\.method))
        }
    }

    @Test("R23: a part return has the price of the receipt, discount inside, and no piece goes back twice")
    func partReturn() throws {
        var order = Self.order(.fullPayment, try Self.goods())
        order.orderDiscount = Money(kopecks: 600_00)
        let sale = try Self.one(order)
        let price = try #require(sale.items.last { $0.line == "1" }).price  // the dearest piece
        #expect(price < Money(kopecks: 2999_00))
        let one = LineQuantity(line: "1", quantity: try ExactDecimal("1"))
        let first = try #require(ReceiptBuilder.return(ReturnRequest(original: sale, returns: [one])).first)
        #expect(first.total == price)
        #expect(throws: FiscalFault.self) {
            try ReceiptBuilder.return(ReturnRequest(original: sale, returns: [one], alreadyReturned: [one, one]))
        }
    }

    @Test("C3, C6: gross is price times quantity, half a kopeck up; net is gross less its share")
    func grossAndNet() throws {
        var order = Self.order(
            .fullPayment,
            [
                try ReceiptSample.line("1", "Сыр", "459.90", "0.333", measure: .kilogram),
                try ReceiptSample.line("2", "Чай", "0.01", "0.5", measure: .kilogram),
            ])
        order.orderDiscount = Money(kopecks: 10_00)
        let priced = try PricedOrder(order)
        #expect(priced.lines.map(\.gross.kopecks) == [153_15, 1])
        #expect(priced.lines.map(\.net.kopecks).reduce(0, +) == 153_16 - 10_00)
        #expect(priced.total.kopecks == 153_16 - 10_00)
    }

    @Test("R41: the tax on top of a price is exact where a binary fraction is not")
    func taxOnTop() throws {
        var line = try ReceiptSample.line("1", "Чай", "83.33", "3")
        line.isVATIncluded = false
        let item = try #require(Self.one(Self.order(.fullPayment, [line])).items.first)
        #expect(item.price == Money(kopecks: 101_66))
        #expect(item.sum == Money(kopecks: 304_98))
        // 0.29 in binary is a little less, and a cut gives 28.
        #expect(try ExactDecimal("0.29").scaled(to: 2) == 29)
    }

    @Test(
        "R42: every item names its rate; 0 % and “without VAT” have a turnover and no tax", arguments: ["vat0", "none"])
    func untaxed(vat: String) throws {
        let receipt = try Self.one(
            Self.order(.fullPayment, [ReceiptSample.line("1", "Книга", "100.00", "1", vat: vat)]))
        #expect(receipt.items.map(\.vatSum) == [.zero])
        #expect(receipt.vats.entries.map(\.rate.rawValue) == [vat])
        #expect(receipt.vats.entries.map(\.amount) == [receipt.total])
    }

    @Test("R77: a correction plans no new fate for a marked piece")
    func correctionOfMarks() {
        for type in ReceiptType.allCases where type.isCorrection {
            #expect(PlannedMarkStatus(for: type, isPart: false) == .unchanged)
            #expect(PlannedMarkStatus(for: type, isPart: true) == .unchanged)
        }
    }
}
