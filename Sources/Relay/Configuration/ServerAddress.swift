import FoundationEssentials

/// What may stand in the configuration as the address of a provider or portal.
enum ServerAddress {
    /// What is wrong with `text` as an address, or nil.
    static func problem(in text: String) -> String? {
        guard let url = URL(string: text), let scheme = url.scheme, let host = url.host(), !host.isEmpty else {
            return "is not an address"
        }
        switch scheme.lowercased() {
        case "https": return nil
        case "http":
            return isThisMachine(host) ? nil : "is not encrypted, so credentials would cross the network in clear"
        // The text is not quoted: of a webhook it would be a credential.
        default: return "is an address of another kind"
        }
    }

    /// Host of an address, with its port if it names one; nil if it is none.
    static func host(of address: String) -> String? {
        guard let url = URL(string: address), let host = url.host()?.lowercased(), !host.isEmpty else { return nil }
        return url.port.map { "\(host):\($0)" } ?? host
    }

    static func isThisMachine(_ host: String) -> Bool {
        let host = host.lowercased()
        if host == "localhost" || host == "::1" || host == "[::1]" { return true }
        // A name such as 127.example.ru belongs to somebody else.
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }
}
