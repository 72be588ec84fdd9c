import Testing

@testable import Fiscal

/// C4: which fault of an order is the first.
@Suite struct FaultOrderTests {
    /// One way to spoil a line, in the order of C4.
    private static let spoilers: [(code: FaultCode, spoil: @Sendable (inout OrderLine) -> Void)] = [
        (.quantityPrecision, { $0.quantity = Sample.decimal("0.0001") }),
        (.quantityNonpositive, { $0.quantity = Sample.decimal("-1.5") }),
        (.limitQuantity, { $0.quantity = Sample.decimal("100000.5") }),
        (.priceInvalid, { $0.price = Sample.decimal("1.00001") }),
        (.priceNegative, { $0.price = Sample.decimal("-0.01") }),
        (.measureRequired, { $0.measure = .piece }),
        (.vatUnknown, { $0.vat = "vat21" }),
        (.marksMismatch, { $0.marks = ["a"] }),
    ]

    @Test("C4: every check of a line comes before the later ones of that line", arguments: spoilers.indices)
    func orderWithinALine(first: Int) {
        for later in Self.spoilers.indices where later > first {
            var line = Sample.line("1", "10.00", "1.5")
            Self.spoilers[later].spoil(&line)
            Self.spoilers[first].spoil(&line)
            // Quantity and price cannot be wrong in two ways at once, nor can a whole quantity need a measure.
            if first <= 2, later <= 2 { continue }
            if first == 3, later == 4 { continue }
            #expect(Sample.code(of: Sample.order([line])) == Self.spoilers[first].code)
        }
    }

    @Test("C4: all checks of a line come before the next line's", arguments: spoilers.indices)
    func orderOfLines(of fault: Int) {
        for other in Self.spoilers.indices {
            var first = Sample.line("1", "10.00", "1.5")
            var second = first
            Self.spoilers[fault].spoil(&first)
            Self.spoilers[other].spoil(&second)
            #expect(Sample.code(of: Sample.order([first, second])) == Self.spoilers[fault].code)
            #expect(Sample.code(of: Sample.order([Sample.line("0", "1"), first])) == Self.spoilers[fault].code)
        }
    }

    @Test("C4: limit_quantity is above 99 999.999, a quantity of zero is nonpositive, trailing zeros are no decimals")
    func quantityBounds() {
        #expect(Sample.code(of: Sample.order([Sample.line("1", "0.01", "99999.999")])) == nil)
        #expect(Sample.code(of: Sample.order([Sample.line("1", "0.01", "100000")])) == .limitQuantity)
        #expect(Sample.code(of: Sample.order([Sample.line("1", "0.01", "0")])) == .quantityNonpositive)
        #expect(Sample.code(of: Sample.order([Sample.line("1", "0.01", "1.50000")])) == nil)
        #expect(Sample.code(of: Sample.order([Sample.line("1", "0.01", "99999999999999999999")])) == .limitQuantity)
        #expect(
            Sample.code(of: Sample.order([Sample.line("1", "0.01", "-99999999999999999999")])) == .quantityNonpositive)
    }

    @Test("C4: the order of the order's own faults: discount, amount, zero marked item, minimum price, items, sum")
    func orderLevel() {
        let marked = Sample.line("m", "0.00", "1", object: .mark, marks: ["x"])
        let cheap = Sample.line("c", "0.01", "3")
        let dear = Sample.line("d", "42949672.96")
        let many = (0..<101).map { Sample.line("\($0)", "1.00", discountable: false) }
        #expect(Sample.code(of: Sample.order([marked], discount: "1.00")) == .discountExceeds)
        #expect(
            Sample.code(of: Sample.order(.prepayment(amount: .zero, alreadyPrepaid: [:]), [dear])) == .amountMismatch)
        #expect(Sample.code(of: Sample.order(Sample.close(paidNow: "99999999"), [dear, marked])) == .overpayment)
        #expect(Sample.code(of: Sample.order([marked, cheap], discount: "0.01")) == .zeroMarkedItem)
        #expect(Sample.code(of: Sample.order([cheap, marked], discount: "0.01")) == .priceBelowMinimum)
        #expect(Sample.code(of: Sample.order([cheap] + many, discount: "0.01")) == .priceBelowMinimum)
        #expect(Sample.code(of: Sample.order([dear] + many)) == .limitItems)
        #expect(Sample.code(of: Sample.order([dear])) == .limitSum)
        #expect(Sample.code(of: Sample.order(Array(many.dropLast()))) == nil)
    }

    @Test("C4, C11: methods without lines check the rate before the amount")
    func withoutLines() {
        let advance = { (vat: String, amount: String) in
            Sample.order(.advance(Advance(name: "Сертификат", amount: Sample.money(amount), vat: vat)), [])
        }
        #expect(Sample.code(of: advance("vat20", "-1")) == .vatNotInForce)
        #expect(Sample.code(of: advance("vat22", "0")) == .amountMismatch)
        #expect(Sample.code(of: advance("vat22", "0.01")) == nil)
        let credit = { (vat: String, amount: String) in
            Sample.order(
                .creditPayment(
                    CreditPayment(
                        amount: Sample.money(amount), shipDate: Sample.day,
                        balances: [CreditBalance(line: "1", name: "А", vat: vat, balance: Sample.money("5"))])), [])
        }
        #expect(Sample.code(of: credit("vat122", "6")) == .vatUnknown)
        #expect(Sample.code(of: credit("vat22", "5.01")) == .amountMismatch)
        #expect(Sample.code(of: credit("vat22", "0")) == .amountMismatch)
        #expect(Sample.code(of: credit("vat22", "5")) == nil)
    }

    @Test("Limits: prices, sums and totals up to 42 949 672.95, and sums that 64 bits cannot hold, are limit_sum")
    func sums() {
        #expect(Sample.code(of: Sample.order([Sample.line("1", "42949672.95")])) == nil)
        #expect(
            Sample.code(of: Sample.order([Sample.line("1", "42949672.95"), Sample.line("2", "0.01")])) == .limitSum)
        #expect(Sample.code(of: Sample.order([Sample.line("1", "900000000000000", "99999")])) == .limitSum)
        #expect(Sample.code(of: Sample.order([Sample.line("1", "9000000000000000000", "1")])) == .limitSum)
        #expect(Sample.code(of: Sample.order([Sample.line("1", "-9000000000000000000", "1")])) == .priceNegative)
        #expect(
            Sample.code(
                of: Sample.order(
                    (1...3).map { Sample.line("\($0)", "800000000000000", "90", sno: $0 == 1 ? .osn : .esn) }))
                == .limitSum)
        // A price recomputed from a thousandth of a unit leaves the limit although the sum does not.
        #expect(
            Sample.code(of: Sample.order([Sample.line("1", "42949672.00", "0.001")], discount: "0.01")) == nil)
    }

    @Test("C4: a price that 64 bits cannot hold is limit_sum after the other checks of all lines", arguments: spoilers)
    func hugePrices(fault: (code: FaultCode, spoil: @Sendable (inout OrderLine) -> Void)) {
        for price in ["1" + String(repeating: "0", count: 30), "900000000000000"] {
            let huge = Sample.line("1", price, "99999.5")
            var spoilt = huge
            fault.spoil(&spoilt)
            #expect(Sample.code(of: Sample.order([spoilt])) == fault.code)
            var next = Sample.line("2", "10.00", "1.5")
            fault.spoil(&next)
            #expect(Sample.code(of: Sample.order([huge, next])) == fault.code)
            #expect(Sample.code(of: Sample.order([huge, Sample.line("2", "10.00")])) == .limitSum)
        }
    }

    @Test("A negative discount or bonus is refused")
    func negativePools() {
        #expect(Sample.code(of: Sample.order([Sample.line("1", "10")], discount: "-1")) == .amountInvalid)
        #expect(Sample.code(of: Sample.order([Sample.line("1", "10")], discount: "1", bonus: "-1")) == .amountInvalid)
    }
}
