import Foundation
import Testing

@testable import Fiscal

@Suite struct QuantityTests {
    @Test(
        "A quantity is written without trailing zeros",
        arguments: [
            ("3", "3"), ("0.333", "0.333"), ("2.500", "2.5"), ("1.010", "1.01"), ("0", "0"), ("99999.999", "99999.999"),
            ("-1.5", "-1.5"),
        ])
    func text(text: String, written: String) throws {
        #expect(try Quantity(decimalText: text).description == written)
    }

    @Test("C4: a fourth decimal that is not zero is refused")
    func precision() throws {
        #expect(try Quantity(decimalText: "0.3330").thousandths == 333)
        #expect(throws: DecimalError.tooManyDecimals(allowed: 3)) { try Quantity(decimalText: "0.3333") }
    }

    @Test("JSON: a string or a number is read, a string is written", arguments: ["\"2.5\"", "2.5", "2.500", "25e-1"])
    func json(json: String) throws {
        let quantity = try JSONDecoder().decode(Quantity.self, from: Data(json.utf8))
        #expect(quantity.thousandths == 2500)
        #expect(String(decoding: try JSONEncoder().encode(quantity), as: UTF8.self) == "\"2.5\"")
    }

    @Test("Tag 2108: each measure finds its OKEI code again, and an unknown code is `other`")
    func measures() {
        let codes = Measure.allCases.compactMap(\.okei)
        #expect(Set(codes).count == Measure.allCases.count - 1)
        for measure in Measure.allCases {
            if let code = measure.okei { #expect(Measure(okei: code) == measure) }
        }
        #expect(Measure(okei: 796) == .piece)
        #expect(Measure(okei: 166).tag2108 == 11)
        #expect(Measure(okei: 2554).tag2108 == 83)
        #expect(Measure(okei: 778) == .other)
    }
}
