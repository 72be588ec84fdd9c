/// The name of an item as a till can print it (tag 1030, R49).
///
/// Cleaned once, on the way in, so that the receipt, the log and the console show the same words: entities of HTML
/// decoded once, typographic signs replaced by those that tills have, invisible characters dropped, blanks joined, cut
/// to 128 characters.
package struct ItemName: Hashable, Sendable, CustomStringConvertible {
    /// The most characters (Unicode code points, not bytes) that tag 1030 holds.
    package static let maximumLength = 128

    /// 1 to 128 code points, no blank at either end.
    package let text: String

    /// Cleans a name as Bitrix gives it.
    ///
    /// - Throws: ``FaultCode/nameEmpty`` at `name` if nothing that can be printed is left.
    package init(_ raw: String) throws(FiscalFault) {
        if Self.isCleanAlready(raw) {
            text = raw
            return
        }
        var writer = Writer()
        for scalar in HTMLEntities.decoded(raw).unicodeScalars where !writer.isFull {
            writer.write(scalar)
        }
        guard !writer.text.isEmpty else { throw FiscalFault(.nameEmpty, at: "name") }
        text = String(writer.text)
    }

    package var description: String { text }

    /// Whether nothing would change: printable ASCII and Cyrillic with single blanks inside, short, without entities.
    ///
    /// Nearly every name is; the others take the long way.
    private static func isCleanAlready(_ raw: String) -> Bool {
        var count = 0
        var previousIsBlank = true
        for byte in raw.utf8 {
            switch byte {
            case UInt8(ascii: " "):
                guard !previousIsBlank else { return false }
                previousIsBlank = true
                count += 1
            case UInt8(ascii: "&"):
                return false
            case 0x21...0x7E, 0xD0, 0xD1:  // the lead bytes of U+0400…U+047F
                previousIsBlank = false
                count += 1
            case 0x80...0xBF:
                continue
            default:
                return false
            }
        }
        return !previousIsBlank && count <= maximumLength
    }
}

extension ItemName: Codable {
    /// Reads a name that was cleaned before it was stored; a second decoding of entities would change it.
    ///
    /// - Throws: `DecodingError` if it is empty or too long.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let stored = try container.decode(String.self)
        guard 1...Self.maximumLength ~= stored.unicodeScalars.count else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "A stored item name has 1 to \(Self.maximumLength) characters.")
        }
        text = stored
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

extension ItemName {
    /// Takes a name scalar by scalar and keeps what a till can print.
    private struct Writer {
        private(set) var text = String.UnicodeScalarView()
        private var count = 0
        private var blankIsDue = false

        /// No more scalar can change the text.
        var isFull: Bool { count + (blankIsDue ? 1 : 0) >= maximumLength }

        mutating func write(_ scalar: Unicode.Scalar) {
            switch scalar.value {
            case 0xAB, 0xBB, 0x201C...0x201E: append("\"")
            case 0x2018, 0x2019: append("'")
            case 0x2013, 0x2014: append("-")
            case 0xD7: append("x")
            case 0x2026: for _ in 0..<3 { append(".") }
            case 0x20BD: for scalar in "руб.".unicodeScalars { append(scalar) }
            case 0x200B...0x200D, 0x2060, 0xFEFF, 0xFE00...0xFE0F, 0x10000...: break
            default:
                if scalar.properties.isWhitespace || scalar.properties.generalCategory == .control {
                    blankIsDue = count > 0
                } else {
                    append(scalar)
                }
            }
        }

        /// A blank is written with what follows it, so none ever ends the text.
        private mutating func append(_ scalar: Unicode.Scalar) {
            guard !isFull else { return }
            if blankIsDue {
                text.append(" ")
                count += 1
                blankIsDue = false
            }
            text.append(scalar)
            count += 1
        }
    }
}
