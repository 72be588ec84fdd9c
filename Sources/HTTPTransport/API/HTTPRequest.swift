/// One request, complete in memory.
package struct HTTPRequest: Hashable, Sendable {
    package var method: HTTPMethod
    /// Absolute `https:` address; `http:` for loopback hosts only.
    ///
    /// ASCII alone: percent-encode the path and query, write an international host as `xn--…`. Credentials before
    /// the host are refused, a fragment is dropped.
    package var url: String
    /// Sent as given. `Host`, `Content-Length`, `Transfer-Encoding`, `Connection`, `Upgrade`, `TE`, `Trailer` and
    /// `Expect` are the transport's own and refused here. No `Content-Type` is added.
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// Bound on name resolution, TCP and TLS together. From a millisecond to a day.
    package var connectTimeout: Duration
    /// Bound on everything from the call of ``HTTPTransport/perform(_:)``, the wait for a free connection included.
    package var timeout: Duration
    /// Ends a transfer that moves less than a byte a second, in either direction, for about this long.
    ///
    /// Rounded up to whole seconds; nil for no such bound.
    package var idleTimeout: Duration?
    /// Cap on the body of the response; one byte more ends the transfer as `responseTooLarge`.
    package var maximumResponseBytes: Int
    /// Shown to the server if it asks for one.
    package var clientCertificate: ClientCertificate?
    /// PEM file of the authorities to trust for this request instead of the configuration's.
    package var certificateAuthority: String?
    /// Opens a connection instead of taking a kept-alive one.
    ///
    /// Spares the one unavoidable doubt of keep-alive, the server closing an idle connection while the request is on
    /// its way, at the price of a TCP and TLS handshake.
    package var usesNewConnection: Bool

    package init(
        method: HTTPMethod = .get,
        url: String,
        headers: HTTPHeaders = [:],
        body: [UInt8] = [],
        connectTimeout: Duration = .seconds(10),
        timeout: Duration = .seconds(30),
        idleTimeout: Duration? = nil,
        maximumResponseBytes: Int = 1 << 20,
        clientCertificate: ClientCertificate? = nil,
        certificateAuthority: String? = nil,
        usesNewConnection: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.idleTimeout = idleTimeout
        self.maximumResponseBytes = maximumResponseBytes
        self.clientCertificate = clientCertificate
        self.certificateAuthority = certificateAuthority
        self.usesNewConnection = usesNewConnection
    }
}

extension HTTPRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Method and body size; the address is left out, for many services carry a secret in it.
    package var description: String { "\(method.rawValue) request, body of \(body.count) bytes" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: ["method": method, "bodyBytes": body.count]) }
}
