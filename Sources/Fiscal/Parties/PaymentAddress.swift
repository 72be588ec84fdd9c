/// The address of the site where the settlement took place (tag 1187), as registered for the till (R48, R52).
///
/// A text for people, so a Cyrillic domain may stand in it; it is never opened by this project.
package struct PaymentAddress: Hashable, Sendable, CustomStringConvertible {
    /// The most characters that tag 1187 holds; a provider may take fewer.
    package static let maximumLength = 256

    /// With or without `https://`, at least a host with a dot in it.
    package let text: String

    /// Checks an address; blanks around it are dropped.
    ///
    /// - Throws: ``FaultCode/addressInvalid`` or ``FaultCode/valueTooLong`` at `payment_address`.
    package init(_ raw: some StringProtocol) throws(FiscalFault) {
        let text = Blanks.trimmed(raw)
        guard text.unicodeScalars.count <= Self.maximumLength else {
            throw FiscalFault(.valueTooLong, at: "payment_address", limit: String(Self.maximumLength))
        }
        guard Self.isAddress(text) else {
            throw FiscalFault(.addressInvalid, at: "payment_address", found: String(text.prefix(80)))
        }
        self.text = text
    }

    package var description: String { text }

    private static func isAddress(_ text: String) -> Bool {
        let isPrintable = text.unicodeScalars.allSatisfy {
            !$0.properties.isWhitespace && $0.properties.generalCategory != .control
        }
        guard isPrintable, let host = host(of: text) else { return false }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2
            && labels.allSatisfy { label in
                !label.isEmpty && label.first != "-" && label.last != "-"
                    && label.unicodeScalars.allSatisfy {
                        $0.properties.isAlphabetic || $0.properties.numericType == .decimal || $0 == "-"
                    }
            }
    }

    /// What stands before the path; nil for a scheme that no shop has, or a user's name.
    private static func host(of text: String) -> Substring? {
        var rest = text[...]
        if let separator = firstRange(of: "://", in: text) {
            guard ["http", "https"].contains(text[..<separator.lowerBound].lowercased()) else { return nil }
            rest = text[separator.upperBound...]
        }
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = parts.first else { return nil }
        if parts.count == 2 {
            guard 1...5 ~= parts[1].utf8.count, parts[1].utf8.allSatisfy(\.isASCIIDigit) else { return nil }
        }
        return host
    }

    private static func firstRange(of separator: String, in text: String) -> Range<String.Index>? {
        var position = text.startIndex
        while position < text.endIndex {
            if text[position...].hasPrefix(separator) {
                return position..<text.index(position, offsetBy: separator.count)
            }
            position = text.index(after: position)
        }
        return nil
    }
}

extension PaymentAddress: Codable {
    /// - Throws: ``FiscalFault``, or `DecodingError` if it is no string.
    package init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
