/// What listens on HTTP, and how it is reached from outside.
package struct GatewaySettings: Sendable {
    /// The address to listen on. TLS is ended before it: by default only this machine reaches it.
    package let host: String
    /// 0: any free one.
    package let port: Int
    /// What stands before `/callbacks/…` in addresses that providers are given, without a slash at its end; nil: they
    /// are given none, and receipts are only polled for.
    package let publicURL: String?
    /// What the shops' callback paths are derived from; nil: no callback is taken.
    package let callbackSecret: Secret?
    /// Database connections, apart from the workers'.
    package let poolSize: Int
    /// How long a request may take to arrive in full, counted from the opening of the connection or the end of the answer
    /// before: then the connection is closed.
    package let requestTimeout: Duration
    /// Connections at once; more wait to be accepted.
    package let connections: Int

    /// The shortest secret, in bytes: a path derived from less could be guessed.
    package static let shortestSecret = 32

    init(from reader: inout ConfigurationReader) {
        host = reader.optionalText("gateway.host") ?? "127.0.0.1"
        port = reader.integer("gateway.port", in: 0...65535, default: 8080)
        var address = reader.address("gateway.public_url", required: false).map { Substring($0) }
        while address?.last == "/" { address?.removeLast() }
        publicURL = address.map(String.init)
        callbackSecret = reader.secret("gateway.callback_secret", required: publicURL != nil)
        poolSize = reader.integer("gateway.pool_size", in: 1...16, default: 2)
        requestTimeout = reader.duration(
            "gateway.request_timeout", in: .milliseconds(100)...(.seconds(60)), default: .seconds(10))
        connections = reader.integer("gateway.connections", in: 1...10_000, default: 256)
        if let text = try? callbackSecret?.read(), text.utf8.count < Self.shortestSecret {
            reader.report(
                "gateway.callback_secret", "is too short",
                allowed: "at least \(Self.shortestSecret) random characters, as of openssl rand -hex 32")
        }
    }
}
