extension BitrixValue {
    /// The bytes are not one JSON text, or are nested deeper than ``BitrixValue/depthLimit``.
    package struct Malformed: Error, Hashable {}

    /// Deepest nesting that is read; answers of the methods used here have less than ten levels.
    package static let depthLimit = 64

    /// Reads one JSON text, numbers as they are written. Ill-formed UTF-8 inside a string is replaced, not refused: a
    /// comment that was cut between bytes must not cost the whole answer.
    ///
    /// - Throws: ``Malformed``.
    package init(parsing bytes: [UInt8]) throws(Malformed) {
        var parser = BitrixJSONParser(bytes)
        self = try parser.document()
    }
}

/// A strict reader of RFC 8259.
struct BitrixJSONParser {
    private typealias Malformed = BitrixValue.Malformed

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    mutating func document() throws(BitrixValue.Malformed) -> BitrixValue {
        let value = try value(depth: 0)
        skipBlanks()
        guard position == bytes.count else { throw Malformed() }
        return value
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(BitrixValue.Malformed) -> BitrixValue {
        guard depth < BitrixValue.depthLimit else { throw Malformed() }
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return try map(depth: depth)
        case UInt8(ascii: "["): return try list(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func word(_ word: StaticString, _ value: BitrixValue) throws(BitrixValue.Malformed) -> BitrixValue
    {
        for character in word.description.utf8 {
            guard next == character else { throw Malformed() }
            position += 1
        }
        return value
    }

    private mutating func map(depth: Int) throws(BitrixValue.Malformed) -> BitrixValue {
        position += 1
        var members: [BitrixValue.Member] = []
        skipBlanks()
        if take("}") { return .map(members) }
        while true {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw Malformed() }
            let key = try string()
            skipBlanks()
            guard take(":") else { throw Malformed() }
            members.append(BitrixValue.Member(key, try value(depth: depth + 1)))
            skipBlanks()
            if take("}") { return .map(members) }
            guard take(",") else { throw Malformed() }
        }
    }

    private mutating func list(depth: Int) throws(BitrixValue.Malformed) -> BitrixValue {
        position += 1
        var elements: [BitrixValue] = []
        skipBlanks()
        if take("]") { return .list(elements) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipBlanks()
            if take("]") { return .list(elements) }
            guard take(",") else { throw Malformed() }
        }
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { position += 1 }
        return position - start
    }

    private mutating func number() throws(BitrixValue.Malformed) -> String {
        let start = position
        _ = take("-")
        let leadingZero = next == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !leadingZero || whole == 1 else { throw Malformed() }
        if take(".") { guard digits() > 0 else { throw Malformed() } }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard digits() > 0 else { throw Malformed() }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func string() throws(BitrixValue.Malformed) -> String {
        position += 1
        let start = position
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
        if take("\"") { return String(decoding: bytes[start..<position - 1], as: UTF8.self) }
        var content = Array(bytes[start..<position])
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"): content.append(contentsOf: try escape())
            case 0..<0x20: throw Malformed()
            default: content.append(byte)
            }
        }
        throw Malformed()
    }

    private mutating func escape() throws(BitrixValue.Malformed) -> [UInt8] {
        guard let byte = next else { throw Malformed() }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(Character(try scalar())).utf8)
        default: throw Malformed()
        }
    }

    /// The scalar of `\uXXXX` or of a pair of them; half a pair is replaced by U+FFFD.
    private mutating func scalar() throws(BitrixValue.Malformed) -> Unicode.Scalar {
        let unit = try codeUnit()
        guard UTF16.isLeadSurrogate(unit) else { return Unicode.Scalar(unit) ?? "\u{FFFD}" }
        let afterFirst = position
        guard take("\\"), take("u") else {
            position = afterFirst
            return "\u{FFFD}"
        }
        let second = try codeUnit()
        guard UTF16.isTrailSurrogate(second) else {
            position = afterFirst
            return "\u{FFFD}"
        }
        let value = 0x10000 + (UInt32(unit & 0x3FF) << 10 | UInt32(second & 0x3FF))
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }

    private mutating func codeUnit() throws(BitrixValue.Malformed) -> UInt16 {
        guard position + 4 <= bytes.count else { throw Malformed() }
        var unit: UInt16 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw Malformed() }
            unit = unit << 4 | UInt16(digit)
        }
        position += 4
        return unit
    }
}
