import Glibc
import Synchronization

/// A TCP server on loopback that does exactly what a test tells it, one thread per connection.
final class RawServer: Sendable {
    private struct State {
        var requests: [RawRequest] = []
        var open: [Int: Int32] = [:]
        var accepted = 0
        var serving = 0
        var mostServing = 0
        var isStopped = false
        /// Nobody listens any more, and the number may be another socket's.
        var hasEnded = false
    }

    let port: Int
    private let listener: Int32
    private let state = Mutex(State())

    /// Listens at once and runs `serve` for every connection.
    init(_ serve: @escaping @Sendable (RawConnection) -> Void) {
        (listener, port) = LoopbackSocket.listen(backlog: 4096)
        TestThread.start { [self] in acceptAll(serve) }
    }

    func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    var requests: [RawRequest] { state.withLock { $0.requests } }
    var connectionsAccepted: Int { state.withLock { $0.accepted } }
    /// Most requests between ``note(_:)`` and ``answered()`` at a time.
    var mostServing: Int { state.withLock { $0.mostServing } }

    func note(_ request: RawRequest) {
        state.withLock { state in
            state.requests.append(request)
            state.serving += 1
            state.mostServing = max(state.mostServing, state.serving)
        }
    }

    func answered() {
        state.withLock { $0.serving -= 1 }
    }

    /// Ends every connection; their threads follow.
    func stop() {
        state.withLock { state in
            for descriptor in state.open.values { shutdown(descriptor, Int32(SHUT_RDWR)) }
            if !state.hasEnded { shutdown(listener, Int32(SHUT_RDWR)) }
            state.isStopped = true
        }
    }

    func close(_ connection: RawConnection) {
        let descriptor = state.withLock { $0.open.removeValue(forKey: connection.number) }
        if let descriptor { Glibc.close(descriptor) }
    }

    /// The listener is closed where nobody can shut it down meanwhile.
    private func end() {
        state.withLock { state in
            state.hasEnded = true
            Glibc.close(listener)
        }
    }

    private func acceptAll(_ serve: @escaping @Sendable (RawConnection) -> Void) {
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                return end()
            }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)  // a child with a copy would keep the connection open
            let number = state.withLock { state in
                state.accepted += 1
                state.open[state.accepted] = descriptor
                if state.isStopped { shutdown(descriptor, Int32(SHUT_RDWR)) }
                return state.accepted
            }
            let connection = RawConnection(number: number, descriptor: descriptor, server: self)
            TestThread.start {
                serve(connection)
                self.close(connection)
            }
        }
    }
}
