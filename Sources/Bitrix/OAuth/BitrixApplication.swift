/// An application registered at Bitrix, through which portals are called on their own consent.
package struct BitrixApplication: Sendable {
    /// The authorization server, without a slash at its end. `https://oauth.bitrix24.tech` today; it has moved before.
    package let server: String
    package let clientID: String
    /// Read at every use, so that a secret which was replaced is picked up.
    package let secret: @Sendable () throws -> String

    package static let defaultServer = "https://oauth.bitrix24.tech"

    package init(
        server: String = BitrixApplication.defaultServer, clientID: String,
        secret: @escaping @Sendable () throws -> String
    ) {
        self.server = server.last == "/" ? String(server.dropLast()) : server
        self.clientID = clientID
        self.secret = secret
    }
}
