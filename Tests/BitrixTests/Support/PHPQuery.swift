import Bitrix

/// Reads a query in PHP's bracket form, as a portal reads the commands of a batch.
enum PHPQuery {
    static func value(_ query: String) -> BitrixValue {
        var root: BitrixValue = .map([])
        for pair in query.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let path = decoded(halves[0]).split(whereSeparator: { $0 == "[" || $0 == "]" }).map(String.init)
            root = setting(path[...], to: halves.count > 1 ? decoded(halves[1]) : "", in: root)
        }
        return root
    }

    private static func setting(_ path: ArraySlice<String>, to text: String, in value: BitrixValue) -> BitrixValue {
        guard let name = path.first else { return .string(text) }
        var members = value.members ?? []
        let old = members.first { $0.key == name }?.value ?? .map([])
        members.removeAll { $0.key == name }
        members.append(.init(name, setting(path.dropFirst(), to: text, in: old)))
        return .map(members)
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
