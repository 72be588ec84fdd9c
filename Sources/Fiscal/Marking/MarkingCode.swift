/// The code of one marked piece, byte for byte as its DataMatrix holds it (R53, R54).
///
/// Group separators (U+001D) stay where they are: without them nobody can tell the serial from the key. What a scanner
/// puts in front for the FNC1 of the symbol is cut. The full code is not for logs (R65): `description` is masked.
package struct MarkingCode: Hashable, Sendable, CustomStringConvertible {
    /// U+001D, the separator between the parts of a code.
    package static let groupSeparator: UInt8 = 0x1D
    /// The longest code that this module takes; the longest in use have about 150 characters.
    package static let maximumLength = 200

    /// Printable ASCII and group separators, 1 to ``maximumLength`` of them.
    package let text: String

    /// Takes a code as scanned.
    ///
    /// - Throws: ``FaultCode/markInvalid`` at `mark`; `found` says what is wrong without showing the code.
    package init(_ scanned: some StringProtocol) throws(FiscalFault) {
        try self.init(bytes: Array(scanned.utf8))
    }

    /// Takes the bytes of a code; they may come from a form field that is no UTF-8 (`%E8` for FNC1).
    ///
    /// - Throws: ``FaultCode/markInvalid`` at `mark`; `found` says what is wrong without showing the code.
    package init(bytes scanned: [UInt8]) throws(FiscalFault) {
        let bytes = Self.withoutFNC1(scanned)
        if let reason = Self.reasonToRefuse(bytes) { throw FiscalFault(.markInvalid, at: "mark", found: reason) }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes as the till wants them.
    package var bytes: [UInt8] { Array(text.utf8) }

    /// What the code consists of.
    package var content: MarkingCodeContent { MarkingCodeContent(bytes) }

    /// For a log: the article's number, which is no secret, and nothing of the serial or the key.
    package var masked: String {
        content.gtin.map { "GTIN \($0)…" } ?? "\(text.utf8.count) characters"
    }

    package var description: String { masked }

    /// The forms in which scanners show the FNC1 at the beginning of a GS1 symbol.
    private static let leadingForms: [[UInt8]] = [
        Array("]d2".utf8), Array("]C1".utf8), Array("]Q3".utf8), Array("è".utf8), [0xE8], [groupSeparator],
    ]

    private static func withoutFNC1(_ scanned: [UInt8]) -> [UInt8] {
        var bytes = scanned[...]
        // A scanner may both name the symbology and show its FNC1.
        while let form = leadingForms.first(where: { bytes.starts(with: $0) }) { bytes = bytes.dropFirst(form.count) }
        return Array(bytes)
    }

    private static func reasonToRefuse(_ bytes: [UInt8]) -> String? {
        guard !bytes.isEmpty else { return "пустой код / empty" }
        guard bytes.count <= maximumLength else { return "длиннее \(maximumLength) знаков / too long" }
        if bytes.contains(UInt8(ascii: " ")) { return "пробел вместо разделителя GS / a blank in place of GS" }
        guard bytes.allSatisfy({ 0x21...0x7E ~= $0 || $0 == groupSeparator }) else {
            return "недопустимые знаки, проверьте раскладку сканера / characters of another keyboard layout"
        }
        if bytes.starts(with: "(01)".utf8) { return "скобки вместо разделителей GS / brackets in place of GS" }
        if MarkingCodeContent(bytes).hasLostSeparator { return "потерян разделитель GS / GS was lost" }
        return nil
    }
}

extension MarkingCode: Codable {
    /// - Throws: ``FiscalFault``, or `DecodingError` if it is no string.
    package init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
