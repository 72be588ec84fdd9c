import Crypto
import FoundationEssentials

/// Finds the shop of a callback's path in a time that tells nothing about the paths.
package struct CallbackDirectory: Sendable {
    private let entries: [(shop: String, digest: [UInt8])]

    /// - Parameters:
    ///   - secret: The installation's.
    ///   - shops: Names of all shops.
    package init(secret: String, shops: some Sequence<String>) {
        entries = shops.sorted().map { ($0, Self.digest(CallbackToken(secret: secret, shop: $0).text)) }
    }

    /// The shop that this token belongs to, or nil.
    ///
    /// Digests are compared, so that how much of a guess was right cannot show in the time; every shop is compared with
    /// in full, whether it matches or not.
    package func shop(of token: some StringProtocol) -> String? {
        let given = Self.digest(String(token))
        var found = -1
        for (index, entry) in entries.enumerated() {
            found = ConstantTime.areEqual(entry.digest, given) ? index : found
        }
        return found < 0 ? nil : entries[found].shop
    }

    private static func digest(_ text: String) -> [UInt8] {
        Array(SHA256.hash(data: Data(text.utf8)))
    }
}
