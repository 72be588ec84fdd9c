/// Limits and defaults of one ``HTTPTransport``.
package struct HTTPTransportConfiguration: Hashable, Sendable {
    /// Connections at once, idle ones included; further requests wait within their time-out. At least 1.
    ///
    /// Each takes a descriptor: keep it well below `ulimit -n`.
    package var maximumConnections: Int
    /// Connections to one host and port at once. At least 1.
    package var maximumConnectionsPerHost: Int
    /// An idle connection older than this is not used again. Rounded up to whole seconds, at least one.
    ///
    /// Choose less than the servers' own keep-alive time: a server that closes first leaves doubt.
    package var idleConnectionLifetime: Duration
    /// Cap on status lines, header fields and trailers of one answer together.
    package var maximumHeaderBytes: Int
    /// Value of `User-Agent` where the request has none.
    package var userAgent: String
    /// PEM file of the authorities to trust, nil for the system's.
    package var certificateAuthority: String?
    package var proxy: HTTPProxy
    /// Name of the transport's thread in `top -H` and `gdb`; the kernel keeps 15 bytes.
    package var threadName: String

    package init(
        maximumConnections: Int = 1024,
        maximumConnectionsPerHost: Int = 256,
        idleConnectionLifetime: Duration = .seconds(30),
        maximumHeaderBytes: Int = 64 << 10,
        userAgent: String = "fiscal-relay",
        certificateAuthority: String? = nil,
        proxy: HTTPProxy = .none,
        threadName: String = "http-transport"
    ) {
        precondition(maximumConnections > 0 && maximumConnectionsPerHost > 0, "at least one connection is needed")
        precondition(maximumHeaderBytes > 0, "a response without header cannot be read")
        self.maximumConnections = maximumConnections
        self.maximumConnectionsPerHost = maximumConnectionsPerHost
        self.idleConnectionLifetime = idleConnectionLifetime
        self.maximumHeaderBytes = maximumHeaderBytes
        self.userAgent = userAgent
        self.certificateAuthority = certificateAuthority
        self.proxy = proxy
        self.threadName = threadName
    }
}
