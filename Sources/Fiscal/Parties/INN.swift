/// A taxpayer number whose check digits are right (R50): 10 digits of a company or 12 of a person.
///
/// That of a person is personal data (R65): `description` shows it masked, and only ``digits`` holds it whole.
package struct INN: Hashable, Sendable, CustomStringConvertible {
    /// 10 or 12 ASCII digits.
    package let digits: String

    /// Takes exactly 10 or 12 digits; no blanks, so that what is stored is what was checked.
    ///
    /// - Throws: ``FaultCode/innInvalid`` at `inn`.
    package init(_ text: some StringProtocol) throws(FiscalFault) {
        guard Self.isValid(Array(text.utf8)) else { throw FiscalFault(.innInvalid, at: "inn") }
        digits = String(text)
    }

    /// Whether it belongs to a person, entrepreneurs included: 12 digits.
    package var isOfPerson: Bool { digits.utf8.count == 12 }

    /// For a log: the first four digits and the last two.
    package var masked: String { Mask.middle(of: digits, keepingFirst: 4, last: 2) }

    package var description: String { masked }

    private static func isValid(_ text: [UInt8]) -> Bool {
        guard text.count == 10 || text.count == 12, text.allSatisfy(\.isASCIIDigit) else { return false }
        let digits = text.map { Int($0 - UInt8(ascii: "0")) }
        guard digits.contains(where: { $0 != 0 }) else { return false }  // all zeros pass the sums
        if digits.count == 10 { return checkDigit(digits, weighing: weights.dropFirst(2)) == digits[9] }
        return checkDigit(digits, weighing: weights.dropFirst(1)) == digits[10]
            && checkDigit(digits, weighing: weights[...]) == digits[11]
    }

    /// The weights of the last check digit; the others use the same row with its beginning left out.
    private static let weights = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]

    private static func checkDigit(_ digits: [Int], weighing weights: ArraySlice<Int>) -> Int {
        zip(digits, weights).reduce(0) { $0 + $1.0 * $1.1 } % 11 % 10
    }
}

extension INN: Codable {
    /// - Throws: `DecodingError` if the check digits are wrong.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard Self.isValid(Array(text.utf8)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a taxpayer number")
        }
        digits = text
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(digits)
    }
}
