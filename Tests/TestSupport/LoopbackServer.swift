import Foundation
import Glibc
import Synchronization

/// An HTTP server on this machine that answers from a script, on a thread of its own so that no cooperative thread
/// ever waits for a socket.
package final class LoopbackServer: Sendable {
    /// What becomes of one request after it was read whole.
    package enum Step: Sendable {
        /// An answer in raw HTTP, then the end of the connection.
        case answer(String)
        /// The end of the connection without an answer.
        case close
        /// No answer until the server stops.
        case silence
        /// An answer whose body has so many bytes, or as many as the client takes, then the end of the connection.
        case body(Int)
    }

    private struct State {
        var script: [Step]
        var requests: [String] = []
        /// Bytes of bodies of which the client's system took part.
        var taken = 0
        /// Connections that are left without an answer.
        var open: [Int32] = []
        /// nil once it is stopped: its number may be another socket's by then.
        var listener: Int32?
    }

    package let port: UInt16
    private let state: Mutex<State>

    /// After its last step the script goes on with that step.
    package init(_ script: [Step]) throws {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        state = Mutex(State(script: script, listener: socket))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(socket, generic, length) == 0 && listen(socket, 64) == 0
                    && getsockname(socket, generic, &length) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        let thread = Thread { self.serve(socket) }
        thread.start()
    }

    package var url: String { "http://127.0.0.1:\(port)/v1" }

    /// The requests so far, each as it came over the wire.
    package var requests: [String] { state.withLock { $0.requests } }

    /// Bytes of ``Step/body(_:)`` that left, among them what the buffers of the connection held when it was cut.
    package var taken: Int { state.withLock { $0.taken } }

    /// Ends the server and what still waits at it; a second time does nothing.
    package func stop() {
        let open = state.withLock { state in
            // Within the lock and once: the serving thread closes it only after this.
            if let listener = state.listener { shutdown(listener, Int32(SHUT_RDWR)) }
            state.listener = nil
            defer { state.open = [] }
            return state.open
        }
        for descriptor in open { close(descriptor) }
    }

    private func serve(_ listener: Int32) {
        while true {
            let connection = accept(listener, nil, nil)
            if connection >= 0 {
                // A child with a copy would keep it open.
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                handle(connection)
            } else if state.withLock({ $0.listener == nil }) {
                break
            }
        }
        close(listener)
    }

    private func handle(_ connection: Int32) {
        guard let request = Self.read(connection) else {
            close(connection)
            return
        }
        let step = state.withLock { state in
            state.requests.append(request)
            return state.script.count > 1 ? state.script.removeFirst() : state.script[0]
        }
        switch step {
        case .answer(let text):
            _ = text.withCString { Glibc.send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
            close(connection)
        case .close: close(connection)
        case .body(let size):
            send(size, on: connection)
            close(connection)
        case .silence:
            let isStopped = state.withLock { state in
                if state.listener != nil { state.open.append(connection) }
                return state.listener == nil
            }
            if isStopped { close(connection) }
        }
    }

    /// A body of letters, until it is whole or the client cuts it off.
    private func send(_ size: Int, on connection: Int32) {
        let head = Array("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n".utf8)
        guard Glibc.send(connection, head, head.count, Int32(MSG_NOSIGNAL)) == head.count else { return }
        let piece = [UInt8](repeating: 0x78, count: 1 << 16)
        var left = size
        while left > 0 {
            let count = Glibc.send(connection, piece, min(left, piece.count), Int32(MSG_NOSIGNAL))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            left -= count
            state.withLock { $0.taken += count }
        }
    }

    /// A request with its body, or nil if the client went away before it was whole.
    private static func read(_ connection: Int32) -> String? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
            let text = String(decoding: bytes, as: UTF8.self)
            guard let head = text.range(of: "\r\n\r\n") else { continue }
            let field = text[..<head.lowerBound].split(separator: "\r\n")
                .first { $0.lowercased().hasPrefix("content-length:") }
            let length = field?.split(separator: ":").last.flatMap { Int($0.trimmingCharacters(in: .whitespaces)) } ?? 0
            if text[head.upperBound...].utf8.count >= length { return text }
        }
    }
}
