internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Closes a connection on which no whole request arrives in time, or one that never ends, so that nobody holds one by
/// sending slowly, nothing, or too much.
///
/// The time runs from the opening of the connection, or from the end of the last answer, to the end of the request.
/// What the answer takes is not counted: it is bounded by what makes it.
final class RequestDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// A body that was refused is read on, so that its sender gets to hear it; a longer one is cut off.
    private static let longestBody = 1 << 20

    private let patience: TimeAmount
    /// Bytes of the request that is arriving.
    private var received = 0
    private var end: Scheduled<Void>?
    /// Requests that arrived in full and are not answered yet.
    private var unanswered = 0

    init(_ patience: TimeAmount) {
        self.patience = patience
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stop()
    }

    func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: received = 0
        case .body(let piece):
            received += piece.readableBytes
            if received > Self.longestBody { return context.close(mode: .all, promise: nil) }
        case .end:
            unanswered += 1
            stop()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            // A request that is answered before it has arrived leaves the clock running.
            unanswered = max(0, unanswered - 1)
            if unanswered == 0, end == nil { start(context) }
        }
        context.write(data, promise: promise)
    }

    private func start(_ context: ChannelHandlerContext) {
        stop()
        end = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { context.close(mode: .all, promise: nil) }
    }

    private func stop() {
        end?.cancel()
        end = nil
    }
}
