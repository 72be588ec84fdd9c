import CCurl
import Glibc

/// Which socket a connection of libcurl's cache has, found by its addresses.
///
/// libcurl tells the pre-request callback the addresses alone, and knows no way from there to the socket.
struct SocketRegistry {
    /// The two ends of a TCP connection as libcurl reports them.
    struct Connection: Hashable {
        var localAddress: String
        var localPort: Int32
        var remoteAddress: String
        var remotePort: Int32
    }

    /// What the server has done with an idle connection.
    enum State {
        case open
        /// Closed, reset, or holding bytes nobody asked for; a TLS close shows as such bytes.
        case stale
    }

    private var sockets: [Connection: curl_socket_t] = [:]
    private var connections: [curl_socket_t: Connection] = [:]

    /// Names the one of `candidates` that is the local end of `connection`.
    mutating func register(_ connection: Connection, among candidates: [curl_socket_t]) {
        guard let socket = candidates.last(where: { Self.localPort(of: $0) == connection.localPort }) else { return }
        forget(socket)
        sockets[connection] = socket
        connections[socket] = connection
    }

    /// The socket is being closed.
    mutating func forget(_ socket: curl_socket_t) {
        guard let connection = connections.removeValue(forKey: socket) else { return }
        if sockets[connection] == socket { sockets[connection] = nil }
    }

    /// Whether a kept-alive connection may take a request; `open` when it is not known here.
    func state(of connection: Connection) -> State {
        guard let socket = sockets[connection] else { return .open }
        var byte: UInt8 = 0
        let count = recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .open : .stale
    }

    private static func localPort(of socket: curl_socket_t) -> Int32? {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &size) }
        }
        guard code == 0 else { return nil }
        return withUnsafeBytes(of: address) { bytes in
            // The port has the same place in sockaddr_in and sockaddr_in6.
            Int32(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        }
    }
}
