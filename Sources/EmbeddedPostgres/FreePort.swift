import Glibc

/// A TCP port of 127.0.0.1 that nobody uses at this moment.
package enum FreePort {
    /// Below those that Linux gives to whoever asks for any (`net.ipv4.ip_local_port_range`, from 32768 unless it is set
    /// otherwise), so that the port of a server that is started again is not given away meanwhile.
    package static let range = 20_000...32_000
    private static let tries = 100

    /// Tries ports of ``range`` at random, then lets the kernel choose; `nil` if it has none. Another process may take
    /// it before it is used.
    package static func find() -> Int? {
        for _ in 0..<tries {
            if let port = bound(to: UInt16.random(in: UInt16(range.lowerBound)...UInt16(range.upperBound))) {
                return port
            }
        }
        return bound(to: 0)
    }

    /// The port to which a socket could be bound; zero: any.
    private static func bound(to port: UInt16) -> Int? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 ? getsockname(descriptor, generic, &length) : -1
            }
        }
        return status == 0 ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }
}
