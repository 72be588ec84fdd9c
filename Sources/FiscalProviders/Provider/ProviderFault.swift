/// Why a provider's call did not do what it was asked, in a form that may be stored, logged and shown.
package struct ProviderFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// Who has to change something before it can work.
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// The receipt: it is refused as it stands, however often it is sent.
        case data
        /// Nobody: it passes by itself.
        case passing
        /// The account: its credentials were refused.
        case credentials
        /// Nobody: the account's limit of requests is used up for now.
        case limit
        /// The provider: it is away for a while, by its own word.
        case outage
        /// The network between here and the provider.
        case network
        /// The provider: its answer could not be understood.
        case answer
    }

    /// Short and stable, made of `a…z`, `0…9` and `_`: for look-ups and counting. Codes of the provider itself come
    /// through with the prefix `provider_`.
    package let code: String

    /// Plain words for a person: no secret, no buyer's data, at most 300 characters.
    package let message: String

    package let kind: Kind

    /// A fault whose message is written here, so known to be harmless.
    package init(_ kind: Kind, code: String, message: String) {
        self.kind = kind
        self.code = code
        self.message = message
    }

    /// A fault in the provider's words, which may repeat what it was sent, `secrets` included: they go through
    /// ``SafeText``. `fallback` stands in for words that are missing.
    package init(
        _ kind: Kind, providerCode: String?, words: String?, fallback: String, secrets: [String] = []
    ) {
        self.kind = kind
        code = providerCode.map { "provider_\(SafeText.code($0))" } ?? "provider_\(kind.rawValue)"
        let safe = words.map { SafeText.redacting($0, secrets: secrets) } ?? ""
        message = safe.isEmpty ? fallback : safe
    }

    package var description: String { "\(code): \(message)" }
}
