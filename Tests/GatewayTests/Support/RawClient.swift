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

    /// What a client goes on sending after its first bytes, piece by piece.
    struct More {
        let piece: String
        /// Pieces at most; a server that takes them all has let itself be held.
        let count: Int
        /// Between two pieces.
        var pause: Duration = .zero
    }

    /// Sends bytes and reads until the server closes.
    func raw(_ text: String) async throws -> Answer? {
        try await converse(text, nil).answer
    }

    /// Sends bytes, then more of them until the server closes.
    ///
    /// - Returns: What the server said, and whether it closed before all was sent.
    func raw(_ text: String, more: More) async throws -> (answer: Answer?, isCutOff: Bool) {
        try await converse(text, more)
    }

    private func converse(_ text: String, _ more: More?) async throws -> (answer: Answer?, isCutOff: Bool) {
        let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let received = Mutexed<[UInt8]>([])
        let isCutOff = Mutexed(false)
        // The end of a connection that the server has closed already is an error, and none of ours.
        try? await client.executeThenClose { inbound, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await buffer in inbound {
                        received.change { $0.append(contentsOf: buffer.readableBytesView) }
                    }
                }
                group.addTask {
                    do {
                        // Each write is waited for until the kernel has it: an async writer takes more than that.
                        if !text.isEmpty { try await client.channel.writeAndFlush(ByteBuffer(string: text)) }
                        guard let more else { return }
                        for _ in 0..<more.count {
                            try await client.channel.writeAndFlush(ByteBuffer(string: more.piece))
                            if more.pause > .zero { try await Task.sleep(for: more.pause) }
                        }
                    } catch {
                        // The server reads no more: what it said is being read.
                        isCutOff.change { $0 = true }
                    }
                }
                try await group.waitForAll()
            }
        }
        return (Answer(received.value), isCutOff.value)
    }
}

extension RawClient.Answer {
    /// nil: these bytes are no whole head of an answer.
    init?(_ bytes: [UInt8]) {
        let whole = String(decoding: bytes, as: UTF8.self)
        guard let end = whole.firstRange(of: "\r\n\r\n") else { return nil }
        head = String(whole[..<end.lowerBound])
        status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        body = String(whole[end.upperBound...])
    }
}
