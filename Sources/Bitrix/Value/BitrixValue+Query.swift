extension BitrixValue {
    /// The members as a query in PHP's bracket form, `filter[@id][0]=5&start=-1`, as a command of `batch` wants them.
    ///
    /// Names and values are percent-encoded, the brackets that structure them are not. PHP has no null and no empty
    /// list in a query, so both are left out; true and false are `1` and `0`.
    package var query: String {
        var pairs: [String] = []
        for member in members ?? [] {
            Self.append(member.value, named: Self.encoded(member.key), to: &pairs)
        }
        return pairs.joined(separator: "&")
    }

    private static func append(_ value: BitrixValue, named name: String, to pairs: inout [String]) {
        switch value {
        case .null: break
        case .bool(let flag): pairs.append("\(name)=\(flag ? 1 : 0)")
        case .number(let text), .string(let text): pairs.append("\(name)=\(encoded(text))")
        case .list, .map:
            for member in value.members ?? [] {
                append(member.value, named: "\(name)[\(encoded(member.key))]", to: &pairs)
            }
        }
    }

    /// Everything but the unreserved characters of RFC 3986 as `%XX`.
    private static func encoded(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
