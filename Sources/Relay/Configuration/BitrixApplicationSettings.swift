package import Bitrix

/// An application of Bitrix24 through which a portal is called.
package struct BitrixApplicationSettings: Sendable {
    /// The portal's address, `https://shop.bitrix24.ru`.
    package let portal: String
    package let clientID: String
    package let clientSecret: Secret
    /// The authorization server.
    package let server: String

    /// Under which its tokens are on record: `CLIENT_ID@HOST`.
    package var tokenKey: String { "\(clientID)@\(ServerAddress.host(of: portal) ?? "unknown")" }

    /// The application as the authorization server knows it.
    package var application: BitrixApplication {
        let secret = clientSecret
        return BitrixApplication(server: server, clientID: clientID, secret: { try secret.read() })
    }

    /// - Returns: nil when none is configured, or after faults, which are with the reader.
    init?(key: String, from reader: inout ConfigurationReader) {
        let isGiven =
            !reader.children(of: key).isEmpty || reader.has("\(key).portal") || reader.has("\(key).client_id")
        guard isGiven else { return nil }
        let portal = reader.address("\(key).portal")
        clientID = reader.text("\(key).client_id", allowed: "the application's client_id, e.g. local.5f…")
        let secret = reader.secret("\(key).client_secret")
        server = reader.address("\(key).server", required: false) ?? BitrixApplication.defaultServer
        guard let portal, let secret, !clientID.isEmpty else { return nil }
        self.portal = portal
        clientSecret = secret
    }
}
