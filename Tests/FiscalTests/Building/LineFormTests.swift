import Testing

@testable import Fiscal

@Suite struct LineFormTests {
    private func form(_ price: Int64, _ quantity: Int64, _ net: Int64) throws(FiscalFault) -> [String] {
        var parts: [String] = []
        try LineForm.parts(
            price: Money(kopecks: price), quantity: Quantity(thousandths: quantity), net: Money(kopecks: net), at: "x"
        ) { parts.append("\($0.price) × \($0.quantity) = \($0.sum)") }
        return parts
    }

    @Test("C8.1: a price that gives the sum stays")
    func priceStays() throws {
        #expect(try form(10_000, 3000, 30_000) == ["100.00 × 3 = 300.00"])
        #expect(try form(45_990, 333, 15_315) == ["459.90 × 0.333 = 153.15"])
    }

    @Test("C8.2: one recomputed price; always for a quantity of at most 1")
    func priceRecomputed() throws {
        #expect(try form(45_990, 333, 14_315) == ["429.88 × 0.333 = 143.15"])
        #expect(try form(10_000, 3000, 29_700) == ["99.00 × 3 = 297.00"])
        for quantity in Int64(1)...1000 {
            #expect(try form(77, quantity, 1).count == 1)
            #expect(try form(77, quantity, 123_457).count == 1)
        }
    }

    @Test("C8.3: a whole quantity splits into (q−r) × lo and r × (lo + 0.01)")
    func wholeSplit() throws {
        #expect(try form(10_000, 3000, 29_000) == ["96.66 × 1 = 96.66", "96.67 × 2 = 193.34"])
        #expect(try form(10_000, 7000, 69_999) == ["99.99 × 1 = 99.99", "100.00 × 6 = 600.00"])
    }

    @Test("C8.3: a fractional quantity above 1 splits into q−1 and 1")
    func fractionalSplit() throws {
        #expect(try form(19_999, 2345, 44_898) == ["191.46 × 1.345 = 257.51", "191.47 × 1 = 191.47"])
        #expect(try form(3, 1300, 2) == ["0.01 × 0.3 = 0.00", "0.02 × 1 = 0.02"])
    }

    @Test("C8.3: a unit below one kopeck is price_below_minimum")
    func belowMinimum() {
        #expect(throws: FiscalFault.self) { try form(10, 3000, 2) }
        #expect(throws: FiscalFault.self) { try form(10, 2500, 1) }
    }

    @Test("C8, R31: every form multiplies back to its sums, and the sums to the net")
    func exact() throws {
        var random = SplitMix64(seed: 3)
        for _ in 0..<20_000 {
            let quantity =
                random.next() % 2 == 0
                ? Int64.random(in: 1...9, using: &random) * 1000
                : Int64.random(in: 1...99_999, using: &random)
            let net = Int64.random(in: 1...500_000, using: &random)
            let price = Int64.random(in: 0...100_000, using: &random)
            var parts: [LineForm.Part] = []
            do {
                try LineForm.parts(
                    price: Money(kopecks: price), quantity: Quantity(thousandths: quantity), net: Money(kopecks: net),
                    at: "x"
                ) { parts.append($0) }
            } catch {
                #expect(error.code == .priceBelowMinimum)
                #expect(net * 1000 / quantity == 0)
                continue
            }
            #expect(parts.reduce(0) { $0 + $1.sum.kopecks } == net)
            #expect(parts.reduce(0) { $0 + $1.quantity.thousandths } == quantity)
            for part in parts { #expect(try part.price.times(part.quantity) == part.sum) }
            #expect(
                Oracle.form(price: price, quantity: quantity, net: net)
                    == parts.map { [$0.price.kopecks, $0.quantity.thousandths, $0.sum.kopecks] })
        }
    }

    @Test("C8m, R55: one item for each code, the dearer units last")
    func marked() throws {
        let marks = ["a\u{1D}1", "b", "c", "d"]
        let receipt = try #require(
            try ReceiptBuilder.build(
                Sample.order(
                    [Sample.line("1", "10.00", "4", object: .mark, measure: .other, marks: marks)], discount: "0.02")
            ).first)
        #expect(receipt.items.map(\.price.kopecks) == [999, 999, 1000, 1000])
        #expect(receipt.items.map(\.mark) == marks)
        #expect(receipt.items.allSatisfy { $0.quantity == .one && $0.measure == .piece && $0.object == .mark })
        #expect(
            Sample.code(of: Sample.order([Sample.line("1", "0.01", "3", marks: ["a", "b", "c"])], discount: "0.01"))
                == .priceBelowMinimum)
        #expect(Sample.code(of: Sample.order([Sample.line("1", "1", "1.5", marks: ["a", "b"])])) == .marksMismatch)
    }

    @Test("C11: before hand-over a marked line is one item without code, object payment, and may cost nothing")
    func markedPrepayment() throws {
        let line = Sample.line("1", "10.00", "2", object: .mark, marks: ["a", "b"])
        let receipt = try #require(try ReceiptBuilder.build(Sample.order(.fullPrepayment, [line])).first)
        #expect(receipt.brief == ["1: 10.00 × 2 = 20.00"])
        #expect(receipt.items.first?.mark == nil)
        #expect(receipt.items.first?.object == .payment)
        #expect(Sample.code(of: Sample.order(.fullPrepayment, [line], discount: "20")) == nil)
        #expect(Sample.code(of: Sample.order([line], discount: "20")) == .zeroMarkedItem)
    }

    @Test("C7: a line that costs nothing is left out, or kept at 0.00 with its whole quantity")
    func zeroLines() throws {
        let lines = [Sample.line("1", "10.00", "2"), Sample.line("2", "0.00", "1.5"), Sample.line("3", "0.01", "0.3")]
        let omitted = try #require(try ReceiptBuilder.build(Sample.order(lines)).first)
        #expect(omitted.brief == ["1: 10.00 × 2 = 20.00"])
        let kept = try #require(try ReceiptBuilder.build(Sample.order(lines, zero: .keep)).first)
        #expect(kept.brief == ["1: 10.00 × 2 = 20.00", "2: 0.00 × 1.5 = 0.00", "3: 0.00 × 0.3 = 0.00"])
        #expect(try ReceiptBuilder.build(Sample.order(Array(lines.dropFirst()))).isEmpty)
        #expect(try ReceiptBuilder.build(Sample.order(Sample.close(), Array(lines.dropFirst()))).isEmpty)
    }

    @Test("C10s: a dropped line opens no receipt; receipts follow the first items of their tax systems")
    func taxSystems() throws {
        let lines = [
            Sample.line("0", "0.00", vat: "none", sno: .patent), Sample.line("1", "10.00", vat: "none"),
            Sample.line("2", "20.00", vat: "none", sno: .patent), Sample.line("3", "30.00", vat: "none"),
        ]
        for method in [Settlement.fullPayment, .fullPrepayment] {
            let receipts = try ReceiptBuilder.build(Sample.order(method, lines, sno: .usnIncome))
            #expect(receipts.map(\.sno) == [.usnIncome, .patent])
            #expect(receipts.map(\.total.kopecks) == [4000, 2000])
            #expect(receipts.map(\.paid) == [["electronic 40.00"], ["electronic 20.00"]])
        }
        let closed = try ReceiptBuilder.build(Sample.order(Sample.close("60"), lines, sno: .usnIncome))
        #expect(closed.map(\.sno) == [.usnIncome])
    }
}
