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
        default: return "has the scheme “\(scheme)”"
        }
    }

    static func isThisMachine(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host == "[::1]" || host.hasPrefix("127.")
    }
}
