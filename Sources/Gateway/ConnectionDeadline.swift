internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Closes a connection whose ``ExchangeClock`` has run out.
///
/// It takes nothing from whoever stands behind it, so it closes also what is not read because of back-pressure.
final class ConnectionDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let requestTime: TimeAmount
    private let answerTime: TimeAmount
    private var clock = ExchangeClock()
    private var end: Scheduled<Void>?

    /// - Parameters:
    ///   - requestTime: For a request to arrive in full.
    ///   - answerTime: For its answer to be made and taken.
    init(requestTime: TimeAmount, answerTime: TimeAmount) {
        self.requestTime = requestTime
        self.answerTime = answerTime
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { follow(.start(.request), context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stop()
    }

    func channelActive(context: ChannelHandlerContext) {
        follow(.start(.request), context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let reaction =
            switch unwrapInboundIn(data) {
            case .head: clock.receivedHead()
            case .body(let piece): clock.receivedBody(piece.readableBytes)
            case .end: clock.receivedEnd()
            }
        follow(reaction, context)
        if reaction != .close { context.fireChannelRead(data) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        // What counts is that the bytes went out, not that they were handed over: a peer may not take them.
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        let place = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        written.futureResult.whenSuccess { place.value.handler.sent(place.value.context) }
        context.write(data, promise: written)
    }

    private func sent(_ context: ChannelHandlerContext) {
        if context.channel.isActive { follow(clock.sentEnd(), context) }
    }

    private func follow(_ reaction: ExchangeClock.Reaction, _ context: ChannelHandlerContext) {
        switch reaction {
        case .none: break
        case .close:
            stop()
            context.close(mode: .all, promise: nil)
        case .start(let limit):
            stop()
            let time = limit == .request ? requestTime : answerTime
            end = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
                context.close(mode: .all, promise: nil)
            }
        }
    }

    private func stop() {
        end?.cancel()
        end = nil
    }
}
