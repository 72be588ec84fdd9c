import Gateway
import NIOCore
import NIOPosix

/// A connection that sends bytes as they are, and reads to the end of the connection.
struct RawClient {
    let address: GatewayAddress

    struct Answer: Hashable {
        let status: Int
        let head: String
        let body: String

        /// Without what differs from second to second.
        var shape: [String] {
            head.split(separator: "\r\n").map(String.init).filter { !$0.lowercased().hasPrefix("date:") } + [body]
        }
    }

    /// Sends a request on a connection of its own; nil: the connection ended without an answer.
    func send(_ method: String = "POST", _ path: String, body: String = "") async throws -> Answer? {
        try await raw(
            "\(method) \(path) HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                + body)
    }

    /// The status of the answer to a request on a connection of its own.
    func status(_ method: String = "POST", _ path: String, body: String = "") async throws -> Int? {
        try await send(method, path, body: body)?.status
    }

    /// Sends bytes and reads until the server closes. `more` is sent again and again until then, a thousand times at
    /// most.
    func raw(_ text: String, more: String? = nil) async throws -> Answer? {
        let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let received = Mutexed<[UInt8]>([])
        // The end of a connection that the server has closed already is an error, and none of ours.
        try? await client.executeThenClose { inbound, outbound in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await buffer in inbound {
                        received.change { $0.append(contentsOf: buffer.readableBytesView) }
                    }
                }
                group.addTask {
                    do {
                        if !text.isEmpty { try await outbound.write(ByteBuffer(string: text)) }
                        guard let more else { return }
                        for _ in 0..<1000 { try await outbound.write(ByteBuffer(string: more)) }
                    } catch {
                        // The server reads no more: what it said is being read.
                    }
                }
                try await group.waitForAll()
            }
        }
        let bytes = received.value
        let whole = String(decoding: bytes, as: UTF8.self)
        guard let end = whole.firstRange(of: "\r\n\r\n") else { return nil }
        let head = String(whole[..<end.lowerBound])
        let status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return Answer(status: status, head: head, body: String(whole[end.upperBound...]))
    }
}
