import NIOCore
import NIOPosix
import Testing

/// A server on loopback that answers POSTs by a function, a connection for each.
enum TestServer {
    /// An answer: status and body.
    typealias Answer = (status: Int, body: String)

    /// Runs a server for the time of `body`, which gets its address without a slash at the end.
    static func run(
        _ answer: @escaping @Sendable (_ path: String, _ body: [UInt8]) -> Answer,
        _ body: @Sendable (_ url: String) async throws -> Void
    ) async throws {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let port = try #require(server.channel.localAddress?.port)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                try await server.executeThenClose { connections in
                    for try await connection in connections { try await serve(connection, answer) }
                }
            }
            do {
                try await body("http://127.0.0.1:\(port)")
            } catch {
                try await server.channel.close()
                throw error
            }
            try await server.channel.close()
        }
    }

    private static func serve(
        _ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>,
        _ answer: @Sendable (_ path: String, _ body: [UInt8]) -> Answer
    ) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var received: [UInt8] = []
            for try await buffer in inbound {
                received.append(contentsOf: buffer.readableBytesView)
                guard let (path, body) = request(received) else { continue }
                let (status, text) = answer(path, body)
                guard status > 0 else { return }
                let head = "HTTP/1.1 \(status) X\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
                try await outbound.write(ByteBuffer(string: head + text))
                return
            }
        }
    }

    /// A whole request; nil while more is to come.
    private static func request(_ bytes: [UInt8]) -> (path: String, body: [UInt8])? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let length = lines.compactMap { line in
            line.lowercased().hasPrefix("content-length:") ? Int(line.split(separator: " ").last ?? "") : nil
        }.first
        let body = Array(bytes[end.upperBound...])
        guard body.count >= length ?? 0 else { return nil }
        return (String(lines[0].split(separator: " ")[1]), body)
    }
}
