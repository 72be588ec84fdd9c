/// Writes nested values as PHP's `http_build_query` does.
///
/// Null and empty arrays vanish, true and false become 1 and 0, lists count from 0, brackets are percent-encoded.
enum FormEncoder {
    /// A value of a form: text may be any bytes.
    indirect enum Value: Sendable {
        case text(String)
        case bytes([UInt8])
        case list([Value])
        case map([(name: String, value: Value)])
        case null

        /// A number as PHP prints a float.
        static func float(_ value: ExactDecimal) -> Value { .text(value.phpFloat) }

        /// The same value that came as JSON.
        init(_ json: JSONValue) {
            switch json {
            case .null: self = .null
            case .bool(let value): self = .text(value ? "1" : "0")
            case .number(let digits): self = .text(ExactDecimal(digits)?.phpFloat ?? digits)
            case .string(let text): self = .text(text)
            case .array(let elements): self = .list(elements.map(Value.init))
            case .object(let members): self = .map(members.map { ($0.name, Value($0.value)) })
            }
        }
    }

    /// The form of a map.
    static func body(_ fields: [(name: String, value: Value)]) -> [UInt8] {
        var pairs: [String] = []
        for (name, value) in fields { append(value, named: encoded(Array(name.utf8)), to: &pairs) }
        return Array(pairs.joined(separator: "&").utf8)
    }

    private static func append(_ value: Value, named name: String, to pairs: inout [String]) {
        switch value {
        case .null: break
        case .text(let text): pairs.append("\(name)=\(encoded(Array(text.utf8)))")
        case .bytes(let bytes): pairs.append("\(name)=\(encoded(bytes))")
        case .list(let elements):
            for (index, element) in elements.enumerated() {
                append(element, named: "\(name)%5B\(index)%5D", to: &pairs)
            }
        case .map(let members):
            for (key, member) in members {
                append(member, named: "\(name)%5B\(encoded(Array(key.utf8)))%5D", to: &pairs)
            }
        }
    }

    private static let hexadecimal = Array("0123456789ABCDEF".utf8)

    private static func encoded(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                text.append(byte)
            case 0x20: text.append(UInt8(ascii: "+"))
            default:
                text += [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 0xF)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
