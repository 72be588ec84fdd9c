import Crypto
import FoundationEssentials

/// The addresses at which providers call about the receipts of the shops, one per shop.
///
/// A callback carries no signature, so its path is what tells a caller that was given it from one that was not: 256 bits
/// that nobody can compute without the installation's secret. It tells nothing about the shop, and is the same in every
/// process that has the secret. Another secret makes other paths, so callbacks about receipts sent before go
/// unanswered: those are polled for.
package struct CallbackAddresses: Sendable {
    private let base: String
    private let secret: String

    /// nil when providers are to be given no address, or the secret cannot be read.
    init?(_ settings: GatewaySettings) {
        guard let base = settings.publicURL, let secret = try? settings.callbackSecret?.read() else { return nil }
        self.base = base
        self.secret = secret
    }

    /// The whole address for a shop.
    func url(of shop: String) -> String {
        "\(base)/\(CallbackToken.path)/\(CallbackToken(secret: secret, shop: shop).text)"
    }
}

/// The part of a callback's path that cannot be guessed.
package struct CallbackToken: Hashable, Sendable {
    /// What stands before it.
    package static let path = "callbacks"

    /// 64 hexadecimal digits.
    package let text: String

    package init(secret: String, shop: String) {
        let key = SymmetricKey(data: Data(secret.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Data("fiscal-relay callback 1\n\(shop)".utf8), using: key)
        text = code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
