import Glibc

/// Sockets on 127.0.0.1.
enum LoopbackSocket {
    /// A listening socket on a free port.
    static func listen(backlog: Int32) -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        precondition(descriptor >= 0, "no socket")
        var address = address(port: 0)
        withSockaddr(&address) { pointer, size in
            precondition(bind(descriptor, pointer, size) == 0, "no free port")
        }
        precondition(Glibc.listen(descriptor, backlog) == 0, "cannot listen")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withSockaddr(&address) { pointer, _ in _ = getsockname(descriptor, pointer, &size) }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// Makes a connection, or begins one without waiting for it.
    static func connect(port: Int, waiting: Bool) -> Int32 {
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | (waiting ? 0 : SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_INET, Int32(kind), 0)
        var address = address(port: port)
        withSockaddr(&address) { pointer, size in _ = Glibc.connect(descriptor, pointer, size) }
        return descriptor
    }

    /// A port on which nobody listens.
    static func closedPort() -> Int {
        let (descriptor, port) = listen(backlog: 1)
        close(descriptor)
        return port
    }

    private static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func withSockaddr(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Void
    ) {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
