internal import NIOCore
internal import NIOPosix

/// A POST that a stand-in makes of itself: plain HTTP, one try, no redirects, a connection of its own.
struct OutgoingPost {
    /// Why there is no answer. The request may have arrived.
    struct Unanswered: Error {}

    let url: String
    let contentType: String
    let body: [UInt8]
    /// `1.0` or `1.1`.
    var version = "1.1"
    /// How long to wait for the connection, and then for the whole answer.
    var patience = Duration.seconds(10)

    /// Sends it and reads the answer up to its end.
    ///
    /// - Throws: ``Unanswered``, or what kept the connection from being made.
    func send() async throws -> (status: Int, body: [UInt8]) {
        guard let address = Self.address(of: url) else { throw Unanswered() }
        let head = """
            POST \(address.target) HTTP/\(version)\r
            Host: \(address.host):\(address.port)\r
            Content-Type: \(contentType)\r
            Content-Length: \(body.count)\r
            Connection: close\r
            \r\n
            """
        let limit = TimeAmount(patience)
        let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(limit)
            .connect(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let channel = client.channel
        let end = channel.eventLoop.scheduleTask(in: limit) { channel.close(mode: .all, promise: nil) }
        defer { end.cancel() }
        return try await client.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: Array(head.utf8) + body))
            var received: [UInt8] = []
            for try await buffer in inbound {
                received.append(contentsOf: buffer.readableBytesView)
                if let answer = Self.answer(received, isWhole: false) { return answer }
            }
            guard let answer = Self.answer(received, isWhole: true) else { throw Unanswered() }
            return answer
        }
    }

    /// Reads an answer; nil while more is to come. Without a length it ends with the connection.
    private static func answer(_ received: [UInt8], isWhole: Bool) -> (status: Int, body: [UInt8])? {
        guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: received[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { return nil }
        let fields = lines.dropFirst().map { $0.lowercased() }
        let body = Array(received[end.upperBound...])
        if fields.contains(where: { $0.hasPrefix("transfer-encoding:") && $0.contains("chunked") }) {
            return chunks(body).map { (status, $0) }
        }
        let length = fields.first { $0.hasPrefix("content-length:") }?.split(separator: ":").last
            .flatMap { Int($0.filter { $0 != " " }) }
        if let length { return body.count >= length ? (status, Array(body.prefix(length))) : nil }
        return isWhole ? (status, body) : nil
    }

    private static func chunks(_ body: [UInt8]) -> [UInt8]? {
        var rest = body[...]
        var whole: [UInt8] = []
        while let end = rest.firstRange(of: Array("\r\n".utf8)) {
            let digits = String(decoding: rest[..<end.lowerBound].prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
            guard let length = Int(digits, radix: 16) else { return nil }
            guard length > 0 else { return whole }
            rest = rest[end.upperBound...]
            guard rest.count >= length + 2 else { return nil }
            whole += rest.prefix(length)
            rest = rest.dropFirst(length + 2)
        }
        return nil
    }

    private static func address(of url: String) -> (host: String, port: Int, target: String)? {
        guard url.hasPrefix("http://") else { return nil }
        let rest = url.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let tail = rest.dropFirst(authority.count)
        let parts = authority.split(separator: ":")
        guard let host = parts.first, parts.count <= 2 else { return nil }
        guard let port = parts.count == 2 ? Int(parts[1]) : 80 else { return nil }
        return (String(host), port, tail.hasPrefix("/") ? String(tail) : "/" + tail)
    }
}
