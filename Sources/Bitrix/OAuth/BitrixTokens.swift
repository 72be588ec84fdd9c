/// A pair of tokens as the authorization server gave it. Both are secrets: no description shows them.
package struct BitrixTokens: Hashable, Sendable {
    /// Base of the portal's calls, which ends in `/rest/`.
    package let clientEndpoint: String
    package let accessToken: String
    package let refreshToken: String

    /// How long the access token is good for, from the moment of the answer.
    package let lifetime: Duration

    package init(clientEndpoint: String, accessToken: String, refreshToken: String, lifetime: Duration) {
        self.clientEndpoint = clientEndpoint
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.lifetime = lifetime
    }

    /// Where the tokens are used: address of the portal with its access token.
    package var endpoint: BitrixEndpoint? { BitrixEndpoint(clientEndpoint: clientEndpoint, token: accessToken) }

    /// Reads an answer of the authorization server, or the `auth` part of an installation event.
    ///
    /// - Returns: nil if a token is missing, or the address is none that may be called.
    package init?(_ answer: BitrixValue) {
        guard let access = Self.token(answer["access_token"]), let refresh = Self.token(answer["refresh_token"]),
            let address = answer["client_endpoint"]?.text
        else { return nil }
        let seconds = answer["expires_in"]?.integer ?? 3600
        self.init(
            clientEndpoint: address, accessToken: access, refreshToken: refresh,
            lifetime: .seconds(min(max(0, seconds), 30 * 86_400)))
        guard endpoint != nil else { return nil }
    }

    /// A token goes into a header, so it is visible ASCII.
    private static func token(_ value: BitrixValue?) -> String? {
        guard case .string(let text)? = value, !text.isEmpty, text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            return nil
        }
        return text
    }
}

extension BitrixTokens: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(tokens)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
