/// A strict reader of RFC 8259 texts that keeps number digits.
package struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    private static let deepest = 128

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads one JSON text.
    ///
    /// - Throws: ``JSONSyntaxError`` with the byte offset of the first thing that is not JSON: also for bytes that are
    ///   not UTF-8, for more than one value, and for nesting deeper than 128.
    package static func parse(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
        var parser = JSONParser(bytes)
        parser.skipBlanks()
        let value = try parser.value()
        parser.skipBlanks()
        guard parser.position == bytes.count else { throw parser.fault("text after the value") }
        return value
    }

    /// Reads one JSON text.
    package static func parse(_ text: String) throws(JSONSyntaxError) -> JSONValue { try parse(Array(text.utf8)) }

    private func fault(_ what: String) -> JSONSyntaxError { JSONSyntaxError(offset: position, what: what) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func value() throws(JSONSyntaxError) -> JSONValue {
        switch next {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return .number(try number())
        case nil: throw fault("the text ends early")
        default: throw fault("unexpected character")
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else { throw fault("unexpected word") }
        position += word.utf8.count
        return value
    }

    private mutating func enter() throws(JSONSyntaxError) {
        position += 1
        depth += 1
        guard depth <= Self.deepest else { throw fault("nested too deeply") }
    }

    private mutating func object() throws(JSONSyntaxError) -> JSONValue {
        try enter()
        var members: [JSONMember] = []
        skipBlanks()
        if next == UInt8(ascii: "}") {
            position += 1
            depth -= 1
            return .object(members)
        }
        while true {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw fault("a member name was expected") }
            let name = try string()
            skipBlanks()
            guard next == UInt8(ascii: ":") else { throw fault("a colon was expected") }
            position += 1
            skipBlanks()
            members.append(JSONMember(name, try value()))
            skipBlanks()
            if try !another(closing: UInt8(ascii: "}")) { return .object(members) }
        }
    }

    private mutating func array() throws(JSONSyntaxError) -> JSONValue {
        try enter()
        var elements: [JSONValue] = []
        skipBlanks()
        if next == UInt8(ascii: "]") {
            position += 1
            depth -= 1
            return .array(elements)
        }
        while true {
            skipBlanks()
            elements.append(try value())
            skipBlanks()
            if try !another(closing: UInt8(ascii: "]")) { return .array(elements) }
        }
    }

    private mutating func another(closing: UInt8) throws(JSONSyntaxError) -> Bool {
        defer { position += 1 }
        if next == UInt8(ascii: ",") { return true }
        guard next == closing else { throw fault("a comma or the end was expected") }
        depth -= 1
        return false
    }

    private mutating func digits() -> Bool {
        let start = position
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        return position > start
    }

    private mutating func number() throws(JSONSyntaxError) -> String {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        if next == UInt8(ascii: "0") {
            position += 1
        } else if !digits() {
            throw fault("a digit was expected")
        }
        if next == UInt8(ascii: ".") {
            position += 1
            guard digits() else { throw fault("a digit was expected") }
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            guard digits() else { throw fault("a digit was expected") }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let string = String(validating: text, as: UTF8.self) else { throw fault("text is not UTF-8") }
                return string
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &text)
            case 0..<0x20:
                throw fault("a control character stands in a string")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw fault("a string has no end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONSyntaxError) {
        guard let byte = next else { throw fault("a string has no end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: try scalar().utf8)
        default: throw fault("unknown escape")
        }
    }

    private mutating func scalar() throws(JSONSyntaxError) -> String {
        let unit = try codeUnit()
        var value = UInt32(unit)
        if UTF16.isLeadSurrogate(unit) {
            guard bytes[position...].starts(with: "\\u".utf8) else { throw fault("half a surrogate pair") }
            position += 2
            let trail = try codeUnit()
            guard UTF16.isTrailSurrogate(trail) else { throw fault("half a surrogate pair") }
            value = 0x10000 + (UInt32(unit - 0xD800) << 10) + UInt32(trail - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw fault("half a surrogate pair") }
        return String(scalar)
    }

    private mutating func codeUnit() throws(JSONSyntaxError) -> UInt16 {
        guard position + 4 <= bytes.count,
            let unit = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw fault("four hexadecimal digits were expected") }
        position += 4
        return unit
    }
}

/// Why a text is not JSON.
package struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Bytes from the start of the text.
    package let offset: Int
    /// What was found or missed there.
    package let what: String
    /// Both in one line.
    package var description: String { "\(what) at byte \(offset)" }
}
