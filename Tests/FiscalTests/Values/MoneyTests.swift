import Foundation
import Testing

@testable import Fiscal

@Suite struct MoneyTests {
    @Test(
        "Money is whole kopecks, written with two decimals",
        arguments: [
            ("0", 0, "0.00"), ("0.01", 1, "0.01"), ("-0.05", -5, "-0.05"), ("1234.5", 123_450, "1234.50"),
            ("42949672.95", 4_294_967_295, "42949672.95"), ("1.500", 150, "1.50"),
        ])
    func text(text: String, kopecks: Int64, written: String) throws {
        let money = try Money(decimalText: text)
        #expect(money.kopecks == kopecks)
        #expect(money.description == written)
    }

    @Test("A third decimal is refused, not rounded away")
    func thirdDecimal() {
        #expect(throws: DecimalError.tooManyDecimals(allowed: 2)) { try Money(decimalText: "0.005") }
    }

    @Test("Arithmetic that does not fit throws")
    func overflow() throws {
        let most = Money(kopecks: .max)
        #expect(throws: DecimalError.outOfRange) { try most.adding(Money(kopecks: 1)) }
        #expect(throws: DecimalError.outOfRange) { try Money(kopecks: .min).subtracting(Money(kopecks: 1)) }
        #expect(throws: DecimalError.outOfRange) { try most.times(Quantity(thousandths: 1001)) }
        #expect(throws: DecimalError.outOfRange) { try Money(decimalText: "92233720368547758.08") }
        #expect(try most.times(.one) == most)
        #expect(try Money(decimalText: "-92233720368547758.08").description == "-92233720368547758.08")
    }

    @Test(
        "JSON: a string or an exact number is read, a string is written",
        arguments: ["\"1234.50\"", "1234.5", "1234.50", "12345e-1"])
    func json(json: String) throws {
        let money = try JSONDecoder().decode(Money.self, from: Data(json.utf8))
        #expect(money.kopecks == 123_450)
        #expect(String(decoding: try JSONEncoder().encode(money), as: UTF8.self) == "\"1234.50\"")
    }

    @Test("JSON with more than kopecks is refused", arguments: ["1.005", "\"1.005\"", "1e-3", "null", "\"NaN\""])
    func badJSON(json: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Money.self, from: Data(json.utf8)) }
    }

    @Test(
        "C1, C2: a unit price is rounded half up to kopecks once, after the tax was put on top",
        arguments: [
            ("83.33", 22, "101.66"), ("0.005", 0, "0.01"), ("0.0049", 0, "0.00"), ("10.0049", 0, "10.00"),
            ("10.005", 0, "10.01"), ("0.0041", 22, "0.01"), ("100", 10, "110.00"), ("1.0455", 10, "1.15"),
        ])
    func unitPrice(text: String, percent: Int64, kopecks: String) throws {
        let price = try UnitPrice(exactly: ExactDecimal(text))
        #expect(try price.inKopecks(adding: percent).description == kopecks)
    }

    @Test("C1: a unit price has at most four decimals")
    func unitPricePrecision() throws {
        let price = try ExactDecimal("1.00001")
        #expect(throws: DecimalError.tooManyDecimals(allowed: 4)) { try UnitPrice(exactly: price) }
    }

    @Test("Exact a × b ÷ c agrees with 128-bit arithmetic, also where the product leaves 64 bits")
    func rounding() throws {
        var random = SplitMix64(seed: 7)
        for _ in 0..<20_000 {
            let a = Int64(random.next() >> UInt64.random(in: 1...63, using: &random))
            let b = Int64(random.next() >> UInt64.random(in: 1...63, using: &random))
            let c = Int64(random.next() >> UInt64.random(in: 1...62, using: &random)) + 1
            let product = Int128(a) * Int128(b)
            let floor = Int64(exactly: product / Int128(c))
            let halfUp = Int64(exactly: (2 * product + Int128(c)) / (2 * Int128(c)))
            #expect(Rounding.divide(a, times: b, by: c)?.quotient == floor)
            if floor != nil {
                #expect(Rounding.divide(a, times: b, by: c)?.remainder == Int64(product % Int128(c)))
            }
            #expect(Rounding.halfUp(a, times: b, by: c) == halfUp)
        }
    }
}
