/// To which hosts a portal's secret may follow a redirection.
///
/// A cloud portal that was renamed answers 302 under its former name. Whoever controls that answer gets the secret in
/// the path, or the token, so the new host must be one that Bitrix gives out, or one that an administrator named.
package struct BitrixMovePolicy: Hashable, Sendable {
    /// Hosts, with their port unless it is the scheme's own, that an administrator named.
    private let named: Set<String>

    /// - Parameter hosts: `portal.example.ru` or `portal.example.ru:8443`, in any letter case.
    package init(hosts: some Sequence<String> = []) {
        named = Set(hosts.map { $0.lowercased() })
    }

    /// Whether a portal at `host` may have moved to `target`; both in lower case, with their ports.
    ///
    /// Between names of one cloud (`a.bitrix24.ru`, `b.bitrix24.ru`) it may, because only Bitrix gives them out.
    package func allows(from host: String, to target: String) -> Bool {
        if named.contains(target) { return true }
        guard let cloud = Self.cloud(of: host) else { return false }
        return Self.cloud(of: target) == cloud
    }

    /// The part of a cloud portal's host behind its own name, `bitrix24.ru` for instance; nil for every other host.
    package static func cloud(of host: String) -> String? {
        let labels = host.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        guard (3...4).contains(labels.count), labels[1] == "bitrix24", labels.allSatisfy(isLabel) else { return nil }
        return labels.dropFirst().joined(separator: ".")
    }

    /// Letters, digits and inner hyphens; a port makes the last label none.
    private static func isLabel(_ label: Substring) -> Bool {
        guard let first = label.utf8.first, let last = label.utf8.last else { return false }
        let hyphen = UInt8(ascii: "-")
        return first != hyphen && last != hyphen
            && label.utf8.allSatisfy {
                $0 == hyphen || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0
                    || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
            }
    }
}
