import FoundationEssentials

/// Writes rows in the text format of COPY, which the server casts to whatever types the columns have.
struct CopyTextEncoder {
    let buffer: ByteBuffer

    /// Appends one row. U+0000 in a text is written as it is; the server refuses it with SQLSTATE 22021.
    func append(_ row: [Parameter]) {
        for (column, parameter) in row.enumerated() {
            if column > 0 { buffer.append(UInt8(ascii: "\t")) }
            if let text = Self.text(of: parameter.content) {
                appendEscaped(text)
            } else {
                buffer.append("\\N")
            }
        }
        buffer.append(UInt8(ascii: "\n"))
    }

    private func appendEscaped(_ text: String) {
        buffer.reserve(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): buffer.append("\\\\")
            case UInt8(ascii: "\t"): buffer.append("\\t")
            case UInt8(ascii: "\n"): buffer.append("\\n")
            case UInt8(ascii: "\r"): buffer.append("\\r")
            default: buffer.append(byte)
            }
        }
    }

    /// The text form of a value as its type's input function reads it; `nil` for NULL.
    private static func text(of content: Parameter.Content) -> String? {
        switch content {
        case .null: nil
        case .int(let value): String(value)
        case .text(let value), .json(let value): value
        case .bool(let value): value ? "t" : "f"
        case .double(let value): text(of: value)
        case .numeric(let value): value.text
        case .timestamp(let value): value.description
        case .uuid(let value): value.uuidString
        case .bytes(let value): "\\x" + value.map { hexadecimal($0) }.joined()
        case .ints(let values): literal(values.map { $0.map { String($0) } })
        case .texts(let values): literal(values)
        case .array(_, let values): literal(values.map { text(of: $0.content) })
        }
    }

    private static func text(of value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        return "\(value)"
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    /// `{"a",NULL,"b"}`: every element quoted, so that none can be read as anything else.
    private static func literal(_ elements: [String?]) -> String {
        let written = elements.map { element in
            guard let element else { return "NULL" }
            var quoted = "\""
            for character in element.unicodeScalars {
                if character == "\"" || character == "\\" { quoted.append("\\") }
                quoted.unicodeScalars.append(character)
            }
            return quoted + "\""
        }
        return "{" + written.joined(separator: ",") + "}"
    }
}
