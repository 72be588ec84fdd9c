/// Reads `application/x-www-form-urlencoded` text the way PHP does.
enum FormDecoder {
    /// Names and values in order, percent-decoded, `+` read as a blank.
    static func pairs(of text: String) -> [(name: String, value: String)] {
        text.split(separator: "&").map { pair in
            guard let equals = pair.firstIndex(of: "=") else { return (decoded(pair), "") }
            return (decoded(pair[..<equals]), decoded(pair[pair.index(after: equals)...]))
        }
    }

    /// Percent-decodes; bytes that are not UTF-8 become U+FFFD, a broken escape stays as it is.
    static func decoded(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(0x20)
            } else if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest.removeFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads names with PHP's brackets (`filter[@id][0]=5`, `cmd[]=x`) into nested maps and lists; every leaf is a string.
    static func parameters(of text: String) -> JSONValue {
        parameters(of: pairs(of: text).map { ($0.name, JSONValue.string($0.value)) })
    }

    /// The same from names already decoded and values of any kind.
    static func parameters(of pairs: [(name: String, value: JSONValue)]) -> JSONValue {
        let root = Node()
        for (name, value) in pairs {
            let keys = path(of: name)
            guard !keys.isEmpty else { continue }
            var node = root
            for key in keys { node = node.child(key) }
            node.value = value
        }
        guard case .array(let elements) = root.json else { return root.json }
        return .object(elements.enumerated().map { JSONMember(String($0.offset), $0.element) })
    }

    private static func path(of name: String) -> [String] {
        guard let bracket = name.firstIndex(of: "["), bracket != name.startIndex else {
            return name.isEmpty ? [] : [name]
        }
        var keys = [String(name[..<bracket])]
        var rest = name[bracket...]
        while rest.first == "[", let end = rest.firstIndex(of: "]") {
            keys.append(String(rest[rest.index(after: rest.startIndex)..<end]))
            rest = rest[rest.index(after: end)...]
        }
        return keys
    }

    /// One level of the tree while it grows.
    private final class Node {
        var value: JSONValue?
        private var order: [String] = []
        private var children: [String: Node] = [:]
        private var nextIndex = 0

        /// The child of that name; the empty name appends.
        func child(_ key: String) -> Node {
            let name = key.isEmpty ? String(nextIndex) : key
            if let index = Int(name), index >= nextIndex { nextIndex = index + 1 }
            if let known = children[name] { return known }
            let node = Node()
            children[name] = node
            order.append(name)
            return node
        }

        var json: JSONValue {
            if order.isEmpty { return value ?? .object([]) }
            return .phpArray(order.map { JSONMember($0, children[$0]?.json ?? .null) })
        }
    }
}

extension JSONValue {
    /// A PHP array as PHP writes it in JSON: a list if its keys are exactly 0…n-1 in order (so an empty one is `[]`),
    /// else an object.
    static func phpArray(_ members: [JSONMember]) -> JSONValue {
        for (index, member) in members.enumerated() where member.name != String(index) { return .object(members) }
        return .array(members.map(\.value))
    }

    /// The entries of a list or an object, a list's keyed by position; nil for scalars.
    var phpEntries: [JSONMember]? {
        switch self {
        case .object(let members): members
        case .array(let elements): elements.enumerated().map { JSONMember(String($0.offset), $0.element) }
        default: nil
        }
    }
}
