import Glibc

/// Carries bytes between an accepted connection and another server, both ways, on threads of its own.
struct Relay: Sendable {
    private let client: Int32
    private let upstream: Int32
    private let ended = Signal()
    private let endedBack = Signal()

    init(_ client: Int32, to port: Int) {
        self.client = client
        upstream = LoopbackSocket.connect(port: port, waiting: true)
        let (upstream, ended, endedBack) = (upstream, ended, endedBack)
        TestThread.start {
            Self.carry(from: client, to: upstream)
            ended.fire()
        }
        TestThread.start {
            Self.carry(from: upstream, to: client)
            endedBack.fire()
        }
    }

    /// Blocks until the client has closed.
    func waitForEnd() {
        ended.block()
        end()
    }

    /// Closes both connections for their other ends; what was sent before still arrives.
    ///
    /// Returns when nothing uses the descriptors any more: whoever closed them under a thread that still reads would let
    /// it read from the next connection that gets the number.
    func end() {
        shutdown(client, Int32(SHUT_RDWR))
        shutdown(upstream, Int32(SHUT_RDWR))
        ended.block()
        endedBack.block()
    }

    private static func carry(from source: Int32, to target: Int32) {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0, send(target, buffer, count, Int32(MSG_NOSIGNAL)) == count else { return }
        }
    }
}
