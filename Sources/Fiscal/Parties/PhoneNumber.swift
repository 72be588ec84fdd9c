/// A phone number in the form of tag 1008: `+` and digits (R47).
package struct PhoneNumber: Hashable, Sendable, CustomStringConvertible {
    /// `+` and 8 to 15 digits; a provider that wants no plus takes ``digits``.
    package let text: String

    /// Brings a number as people type it into the form of the receipt: `8 (916) 123-45-67` is `+79161234567`.
    ///
    /// Without a plus it is read as Russian. A number that may be read two ways is refused, never guessed.
    /// - Throws: ``FaultCode/phoneInvalid`` at `phone`.
    package init(_ raw: some StringProtocol) throws(FiscalFault) {
        guard let text = Self.normalised(Blanks.trimmed(raw)) else { throw FiscalFault(.phoneInvalid, at: "phone") }
        self.text = text
    }

    /// The number without its plus.
    package var digits: String { String(text.dropFirst()) }

    /// For a log: `+7916*****67`.
    package var masked: String { Mask.middle(of: text, keepingFirst: 5, last: 2) }

    package var description: String { masked }

    private static func normalised(_ text: String) -> String? {
        var digits: [UInt8] = []
        var hasPlus = false
        for (position, scalar) in text.unicodeScalars.enumerated() {
            switch scalar {
            case "0"..."9": digits.append(UInt8(ascii: scalar))
            case "+" where position == 0: hasPlus = true
            case " ", "\u{A0}", "(", ")", "-", ".": continue
            default: return nil
            }
        }
        guard let international = hasPlus ? checked(digits) : russian(digits) else { return nil }
        return "+" + String(decoding: international, as: UTF8.self)
    }

    /// A number given with its country's code.
    private static func checked(_ digits: [UInt8]) -> [UInt8]? {
        guard let first = digits.first, first != UInt8(ascii: "0") else { return nil }
        if first == UInt8(ascii: "7") {
            return digits.count == 11 && isAreaStart(digits[1]) ? digits : nil
        }
        // "+8 9…" is the Russian trunk prefix 8 with a plus in front; no country has the code 89.
        if first == UInt8(ascii: "8"), digits.count > 1, digits[1] == UInt8(ascii: "9") { return nil }
        return 8...15 ~= digits.count ? digits : nil
    }

    /// A number given the Russian way: ten digits, or eleven with 7 or 8 in front.
    private static func russian(_ digits: [UInt8]) -> [UInt8]? {
        let hasPrefix = digits.count == 11 && (digits[0] == UInt8(ascii: "7") || digits[0] == UInt8(ascii: "8"))
        let national = hasPrefix ? digits[1...] : digits[...]
        guard national.count == 10, let first = national.first, isAreaStart(first) else { return nil }
        return [UInt8(ascii: "7")] + national
    }

    private static func isAreaStart(_ digit: UInt8) -> Bool {
        UInt8(ascii: "3")...UInt8(ascii: "9") ~= digit
    }
}

extension PhoneNumber: Codable {
    /// - Throws: `DecodingError` if it is not a phone number.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let text = Self.normalised(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a phone number")
        }
        self.text = text
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
