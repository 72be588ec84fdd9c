/// An e-mail address that a till takes and a receipt can be sent to (R46).
package struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
    /// At most 64 ASCII characters; the domain in small letters, the part before `@` as it was given.
    package let text: String

    /// Checks an address and brings its domain into small letters; blanks around it are dropped.
    ///
    /// A domain outside of ASCII is refused: the conversion to punycode needs tables that this module does not carry.
    /// - Throws: ``FaultCode/emailInvalid`` at `email`.
    package init(_ raw: some StringProtocol) throws(FiscalFault) {
        guard let text = Self.normalised(Blanks.trimmed(raw)) else { throw FiscalFault(.emailInvalid, at: "email") }
        self.text = text
    }

    /// For a log: `iv***@e***.ru`.
    package var masked: String {
        let parts = text.split(separator: "@", maxSplits: 1)
        guard parts.count == 2, let domain = parts[1].split(separator: ".").last else { return "***" }
        let shown = parts[0].count > 2 ? 2 : 1
        return "\(parts[0].prefix(shown))***@\(parts[1].prefix(1))***.\(domain)"
    }

    package var description: String { masked }

    private static func normalised(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.count <= 64, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        let parts = bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, isLocalPart(parts[0]) else { return nil }
        let domain = parts[1].map(\.asciiLowercased)
        guard isDomain(domain) else { return nil }
        return String(decoding: parts[0] + [UInt8(ascii: "@")] + domain, as: UTF8.self)
    }

    /// Words of letters, digits and signs, joined by single dots.
    private static func isLocalPart(_ part: ArraySlice<UInt8>) -> Bool {
        part.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { word in
            !word.isEmpty && word.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || localSigns.contains($0) }
        }
    }

    private static let localSigns = Set("!#$%&'*+/=?^_`{|}~-".utf8)

    private static func isDomain(_ domain: [UInt8]) -> Bool {
        let labels = domain.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count >= 2, let top = labels.last else { return false }
        let hyphen = UInt8(ascii: "-")
        let areLabels = labels.allSatisfy { label in
            1...63 ~= label.count && label.first != hyphen && label.last != hyphen
                && label.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == hyphen }
        }
        return areLabels && (top.starts(with: "xn--".utf8) || (top.count >= 2 && top.allSatisfy(\.isASCIILetter)))
    }
}

extension EmailAddress: Codable {
    /// - Throws: `DecodingError` if it is not an address.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let text = Self.normalised(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an e-mail address")
        }
        self.text = text
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
