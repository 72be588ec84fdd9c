import Glibc

/// A request as it came over the wire.
struct RawRequest: Sendable {
    /// Number of the connection it came on, from 1.
    let connection: Int
    /// Request line and header lines.
    let lines: [String]
    let body: [UInt8]

    var requestLine: String { lines.first ?? "" }

    func header(_ name: String) -> String? {
        let prefix = name.lowercased() + ":"
        return lines.dropFirst().first { $0.lowercased().hasPrefix(prefix) }
            .map { String($0.dropFirst(prefix.count).drop { $0 == " " }) }
    }
}

/// One accepted connection, in the hands of the thread that serves it.
struct RawConnection: Sendable {
    let number: Int
    let descriptor: Int32
    let server: RawServer

    /// Reads one request with its body, notes it at the server; nil when the client closed.
    func readRequest() -> RawRequest? {
        guard let lines = readHead() else { return nil }
        var request = RawRequest(connection: number, lines: lines, body: [])
        if let length = request.header("content-length").flatMap({ Int($0) }) {
            guard let body = read(exactly: length) else { return nil }
            request = RawRequest(connection: number, lines: lines, body: body)
        }
        server.note(request)
        return request
    }

    /// Reads up to the empty line.
    func readHead() -> [String]? {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard let byte = read(exactly: 1) else { return nil }
            head += byte
        }
        return String(decoding: head, as: UTF8.self).split(separator: "\r\n").map(String.init)
    }

    func read(exactly count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress?.advanced(by: filled), count - filled, 0)
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { return nil }
            filled += got
        }
        return bytes
    }

    /// Reads and drops everything until the client closes.
    func drain() {
        while read(exactly: 1) != nil {}
    }

    @discardableResult func send(_ text: String) -> Bool {
        send(Array(text.utf8))
    }

    /// False when the client has closed.
    @discardableResult func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult func answer(_ status: String = "200 OK", _ body: String = "ok", fields: String = "") -> Bool {
        send("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
    }

    /// Sends FIN; more may still be read.
    func finish() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Makes the close that follows send RST.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Closes now instead of after serving; nothing may be read or sent after it.
    func closeNow() {
        server.close(self)
    }
}
