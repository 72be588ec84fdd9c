import FoundationEssentials

/// Reads a JSON text (RFC 8259) whose numbers must not pass through binary floating point, nor lose a digit.
///
/// Of members with the same name the last one counts, as in PostgreSQL's jsonb.
struct JSONParser {
    /// How deep lists and objects may be nested. No payload comes near it, and no stack is in danger.
    static let deepest = 64
    /// The most significant digits of a number.
    static let mostDigits = 38

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The whole text as one value.
    mutating func document() throws(JSONValue.Malformed) -> JSONValue {
        let value = try value(depth: 0)
        skipBlanks()
        guard position == bytes.count else { throw JSONValue.Malformed() }
        return value
    }

    private mutating func value(depth: Int) throws(JSONValue.Malformed) -> JSONValue {
        skipBlanks()
        switch peek {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func object(depth: Int) throws(JSONValue.Malformed) -> JSONValue {
        guard depth <= Self.deepest else { throw JSONValue.Malformed() }
        position += 1
        var members: [String: JSONValue] = [:]
        skipBlanks()
        if take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipBlanks()
            guard peek == UInt8(ascii: "\"") else { throw JSONValue.Malformed() }
            let name = try string()
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw JSONValue.Malformed() }
            members[name] = try value(depth: depth)
            skipBlanks()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw JSONValue.Malformed() }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONValue.Malformed) -> JSONValue {
        guard depth <= Self.deepest else { throw JSONValue.Malformed() }
        position += 1
        var elements: [JSONValue] = []
        skipBlanks()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        repeat {
            elements.append(try value(depth: depth))
            skipBlanks()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw JSONValue.Malformed() }
        return .array(elements)
    }

    // MARK: Numbers

    private mutating func number() throws(JSONValue.Malformed) -> Decimal {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        let mantissa = bytes[start..<position].filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            .drop { $0 == UInt8(ascii: "0") }
        guard mantissa.count <= Self.mostDigits else { throw JSONValue.Malformed() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            let exponent = position
            try digits()
            // Beyond it a decimal is none, and no amount either.
            guard position - exponent <= 2 else { throw JSONValue.Malformed() }
        }
        guard let number = Decimal(string: String(decoding: bytes[start..<position], as: UTF8.self)), !number.isNaN
        else {
            throw JSONValue.Malformed()
        }
        return number
    }

    private mutating func digits() throws(JSONValue.Malformed) {
        let start = position
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw JSONValue.Malformed() }
    }

    // MARK: Strings

    private mutating func string() throws(JSONValue.Malformed) -> String {
        position += 1
        var text: [UInt8] = []
        var start = position
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                if text.isEmpty { return String(decoding: bytes[start..<position], as: UTF8.self) }
                text += bytes[start..<position]
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                text += bytes[start..<position]
                position += 1
                text += String(try escaped()).utf8
                start = position
            case 0..<0x20: throw JSONValue.Malformed()
            default: position += 1
            }
        }
        throw JSONValue.Malformed()
    }

    private mutating func escaped() throws(JSONValue.Malformed) -> Unicode.Scalar {
        guard let byte = peek else { throw JSONValue.Malformed() }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw JSONValue.Malformed()
        }
        var code = try fourHexadecimals()
        if (0xD800..<0xDC00).contains(code) {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw JSONValue.Malformed() }
            let low = try fourHexadecimals()
            guard (0xDC00..<0xE000).contains(low) else { throw JSONValue.Malformed() }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw JSONValue.Malformed() }
        return scalar
    }

    private mutating func fourHexadecimals() throws(JSONValue.Malformed) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw JSONValue.Malformed()
            }
            position += 1
            code = code << 4 + UInt32(digit)
        }
        return code
    }

    // MARK: Bytes

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONValue.Malformed) -> JSONValue {
        for byte in word.utf8 {
            guard take(byte) else { throw JSONValue.Malformed() }
        }
        return value
    }
}
