/// Whether requests go through an HTTP proxy. Loopback hosts are always reached directly.
package enum HTTPProxy: Hashable, Sendable {
    /// Straight to the server, whatever the environment says.
    case none
    /// As `https_proxy` and `no_proxy` say at the time of each request.
    case environment
    /// This one: `http://[user:password@]host:port`; TLS goes through it by CONNECT, end to end.
    case url(String)
}

extension HTTPProxy: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The case alone: the address may hold a password.
    package var description: String {
        switch self {
        case .none: "no proxy"
        case .environment: "proxy of the environment"
        case .url: "configured proxy"
        }
    }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(reflecting: description) }
}
