import Foundation
import Testing

@testable import Fiscal

@Suite struct ExactDecimalTests {
    @Test(
        "C1: decimal text is read exactly, and trailing zeros do not count",
        arguments: [
            ("0", "0"), ("-0.0", "0"), ("007", "7"), ("1.50", "1.5"), ("-3.1400", "-3.14"), ("0.0001", "0.0001"),
            ("100.00", "100"), ("1000000000000.0000001", "1000000000000.0000001"),
            ("99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
        ])
    func parsing(text: String, canonical: String) throws {
        let value = try ExactDecimal(text)
        #expect(value.description == canonical)
        #expect(try ExactDecimal(canonical) == value)
    }

    @Test(
        "Anything that is not plainly a decimal number is malformed",
        arguments: [
            "", "-", ".", "1.", ".5", "+1", "1,5", "1e2", " 1", "1 ", "1 000", "--1", "1.2.3", "NaN", "inf", "０", "1-",
            "0x10", "1\u{0}",
        ])
    func malformed(text: String) {
        #expect(throws: DecimalError.malformed) { try ExactDecimal(text) }
    }

    @Test("More than 38 significant digits are refused, not rounded")
    func tooLong() {
        #expect(throws: DecimalError.outOfRange) { try ExactDecimal("1234567890123456789012345678901234567890") }
        #expect(throws: DecimalError.outOfRange) { try ExactDecimal("0.\(String(repeating: "0", count: 38))1") }
    }

    @Test(
        "Half a unit is rounded away from zero, less is not",
        arguments: [("1.005", 2, 101), ("1.0049999", 2, 100), ("-1.005", 2, -101), ("7", 3, 7000), ("0.5", 0, 1)])
    func rounding(text: String, decimals: Int, expected: Int64) throws {
        #expect(try ExactDecimal(text).rounded(to: decimals) == expected)
    }

    @Test("Order is that of the values, whatever the scales")
    func order() throws {
        let ordered = ["-10", "-1.5", "-1.49", "0", "0.333", "0.34", "2", "10.0001", "99999999999999999999"]
        let values = try ordered.map { try ExactDecimal($0) }
        #expect(values.shuffled().sorted() == values)
    }

    @Test(
        "A JSON number is read in its own digits, never through a binary float",
        arguments: [
            ("0.1", "0.1"), ("1e2", "100"), ("1234.5", "1234.5"), ("9007199254740993", "9007199254740993"),
            ("0.07", "0.07"), ("\"12.30\"", "12.3"), ("1.1e-3", "0.0011"),
        ])
    func json(json: String, canonical: String) throws {
        #expect(try JSONDecoder().decode(ExactDecimal.self, from: Data(json.utf8)).description == canonical)
    }

    @Test("JSON that is no number is refused", arguments: ["null", "true", "\"1e2\"", "\"NaN\"", "[]", "\"\"", "{}"])
    func badJSON(json: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(ExactDecimal.self, from: Data(json.utf8)) }
    }
}
