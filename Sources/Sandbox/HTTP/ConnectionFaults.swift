internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Ways to end a connection other than by an answer. Each returns when the connection is gone.
enum ConnectionFaults {
    /// Sends a TCP RST: whatever lies unread or unsent is thrown away at both ends.
    static func reset(_ channel: any Channel) async {
        // With SO_LINGER on and zero seconds close(2) resets the connection. A failure means that it is gone already.
        if let socket = channel as? any SocketOptionProvider {
            try? await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        await close(channel)
    }

    /// Closes in order, without an answer.
    static func close(_ channel: any Channel) async {
        try? await channel.close(mode: .all).get()
        try? await channel.closeFuture.get()
    }

    /// Keeps the connection open without an answer until the peer leaves, the time is over or `released` is completed.
    static func hold(_ channel: any Channel, for duration: Duration, released: EventLoopFuture<Void>) async {
        // Without half-closure the peer's FIN closes the whole channel, which is the event waited for.
        try? await channel.setOption(.allowRemoteHalfClosure, value: false).get()
        let end = channel.eventLoop.scheduleTask(in: TimeAmount(duration)) { channel.close(mode: .all, promise: nil) }
        released.whenComplete { _ in channel.close(mode: .all, promise: nil) }
        try? await channel.closeFuture.get()
        end.cancel()
    }

    /// Sends the head of an answer, the first half of its body, and closes.
    static func truncate(_ answer: SandboxAnswer, on channel: any Channel) async {
        var head = HTTPResponse(status: .init(code: answer.status))
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { head.headerFields[name] = value }
        }
        head.headerFields[.contentLength] = String(max(2, answer.body.count))
        let half = channel.allocator.buffer(bytes: answer.body.prefix(answer.body.count / 2))
        try? await channel.writeAndFlush(HTTPResponsePart.head(head)).get()
        try? await channel.writeAndFlush(HTTPResponsePart.body(half)).get()
        await close(channel)
    }
}
