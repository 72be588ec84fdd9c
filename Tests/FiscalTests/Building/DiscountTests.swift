import Testing

@testable import Fiscal

@Suite struct DiscountTests {
    @Test(
        "C5: shares are floors, and the missing kopecks go to the largest remainders, ties to the earlier line",
        arguments: [
            (10, [1, 1, 1], [4, 3, 3]), (100, [100, 100, 100], [34, 33, 33]), (5, [3, 3, 1], [2, 2, 1]),
            (0, [5, 5], [0, 0]), (7, [0, 7, 0], [0, 7, 0]), (1, [1, 2, 2], [0, 1, 0]), (0, [0, 0], [0, 0]),
            (0, [], []), (9, [9], [9]), (2, [1, 1, 1], [1, 1, 0]),
        ] as [(Int64, [Int64], [Int64])])
    func shares(amount: Int64, weights: [Int64], expected: [Int64]) {
        #expect(LargestRemainder.shares(of: amount, over: weights) == expected)
    }

    @Test("C5: shares agree with handing out kopeck by kopeck")
    func kopeckByKopeck() {
        var random = SplitMix64(seed: 11)
        for _ in 0..<3000 {
            let weights = (0..<Int.random(in: 1...7, using: &random)).map { _ in
                Int64.random(in: 0...90, using: &random)
            }
            let total = weights.reduce(0, +)
            guard total > 0 else { continue }
            let amount = Int64.random(in: 0...total, using: &random)
            #expect(LargestRemainder.shares(of: amount, over: weights) == Oracle.shares(amount, weights))
        }
    }

    @Test("C5: weights that do not fit 63 bits together are refused, large ones are exact")
    func largeWeights() {
        #expect(LargestRemainder.shares(of: 1, over: [.max, 1]) == nil)
        let most = Int64.max / 2
        #expect(LargestRemainder.shares(of: most, over: [most, most]) == [most / 2 + 1, most / 2])
    }

    @Test("C5: lines that are not discountable, and lines that cost nothing, bear no discount")
    func eligibility() throws {
        let receipt = try #require(
            try ReceiptBuilder.build(
                Sample.order(
                    [
                        Sample.line("1", "100.00"), Sample.line("g", "0.00"),
                        Sample.line("d", "50.00", object: .service, discountable: false),
                    ], discount: "100.00", zero: .keep)
            ).first)
        #expect(receipt.brief == ["1: 0.00 × 1 = 0.00", "g: 0.00 × 1 = 0.00", "d: 50.00 × 1 = 50.00"])
        #expect(
            Sample.code(
                of: Sample.order(
                    [Sample.line("1", "100.00"), Sample.line("d", "50.00", discountable: false)], discount: "100.01"))
                == .discountExceeds)
        #expect(Sample.code(of: Sample.order([Sample.line("g", "0.00")], discount: "0.01")) == .discountExceeds)
    }

    @Test("R26: bonuses reduce prices like a discount; an order paid by them whole has no receipt")
    func bonuses() throws {
        let lines = [Sample.line("1", "70.00"), Sample.line("2", "30.00")]
        let receipt = try #require(try ReceiptBuilder.build(Sample.order(lines, discount: "6", bonus: "4")).first)
        #expect(receipt.brief == ["1: 63.00 × 1 = 63.00", "2: 27.00 × 1 = 27.00"])
        #expect(try ReceiptBuilder.build(Sample.order(lines, bonus: "100")).isEmpty)
    }

    @Test("R27: delivery is an item of its own with its own rate; free delivery is none")
    func delivery() throws {
        let receipt = try #require(
            try ReceiptBuilder.build(
                Sample.order([
                    Sample.line("1", "100.00", vat: "vat10"), Sample.line("d", "350.00", object: .service),
                ])
            ).first)
        #expect(receipt.items.last?.object == .service)
        #expect(receipt.vats.entries.map(\.rate) == [.vat10, .vat22])
        let free = try ReceiptBuilder.build(
            Sample.order([Sample.line("1", "100.00"), Sample.line("d", "0", object: .service)]))
        #expect(free.first?.items.count == 1)
    }
}
