/// The parts of a marking code (R53).
package enum MarkingCodeContent: Hashable, Sendable {
    /// With application identifiers: 01, 21, and whatever follows the separator (91 and 92, or 93).
    case identified(gtin: String, serial: String, hasKey: Bool)
    /// A tobacco pack: article 14, serial 7, price 4, check 4, without identifiers.
    case tobaccoPack(gtin: String, serial: String)
    /// The bar code of an article (EAN-8, EAN-13, ITF-14): the same on every piece.
    case articleNumber(String)
    /// Anything else, passed on as it is: old furs, alcohol and what is yet to come.
    case unknown

    /// Reads the parts; never fails, since a code of a group not known here has to pass untouched.
    package init(_ bytes: [UInt8]) {
        if let identified = Self.identified(bytes) {
            self = identified
        } else if bytes.allSatisfy(\.isASCIIDigit), [8, 13, 14].contains(bytes.count) {
            self = .articleNumber(String(decoding: bytes, as: UTF8.self))
        } else if bytes.count == 29, bytes[..<14].allSatisfy(\.isASCIIDigit),
            !bytes.contains(MarkingCode.groupSeparator)
        {
            self = .tobaccoPack(
                gtin: String(decoding: bytes[..<14], as: UTF8.self),
                serial: String(decoding: bytes[14..<21], as: UTF8.self))
        } else {
            self = .unknown
        }
    }

    /// The article's number of 14 digits, if the code has one.
    package var gtin: String? {
        switch self {
        case .identified(let gtin, _, _), .tobaccoPack(let gtin, _): gtin
        case .articleNumber, .unknown: nil
        }
    }

    /// The serial, if the code has one.
    package var serial: String? {
        switch self {
        case .identified(_, let serial, _), .tobaccoPack(_, let serial): serial
        case .articleNumber, .unknown: nil
        }
    }

    /// Whether it stands for one piece only, so that it may not occur twice.
    package var isOfOnePiece: Bool {
        if case .articleNumber = self { false } else { true }
    }

    /// A serial longer than any group has: the separator behind it was dropped on the way.
    var hasLostSeparator: Bool {
        guard case .identified(_, let serial, _) = self else { return false }
        return serial.utf8.count > 20
    }

    private static func identified(_ bytes: [UInt8]) -> MarkingCodeContent? {
        guard bytes.count > 18, bytes.starts(with: "01".utf8), bytes[2..<16].allSatisfy(\.isASCIIDigit),
            bytes[16..<18].elementsEqual("21".utf8)
        else { return nil }
        let rest = bytes[18...]
        let serial = rest.prefix { $0 != MarkingCode.groupSeparator }
        guard !serial.isEmpty else { return nil }
        return .identified(
            gtin: String(decoding: bytes[2..<16], as: UTF8.self), serial: String(decoding: serial, as: UTF8.self),
            hasKey: serial.endIndex < rest.endIndex)
    }
}
