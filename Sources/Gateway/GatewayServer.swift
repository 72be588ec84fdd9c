internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import NIOPosix
package import Relay
internal import ServiceLifecycle

/// Where a gateway listens.
package struct GatewayAddress: Hashable, Sendable {
    package let host: String
    package let port: Int

    /// `http://host:port`, without a slash at the end.
    package var url: String { "http://\(host):\(port)" }
}

/// Everything of this installation that listens on HTTP. It can be run once.
///
/// Bounded in all that a stranger could make grow: connections, the time that each exchange on them takes, the size of a
/// request's head and of its body.
package struct GatewayServer: Service {
    /// Of a request's head, all fields together, in bytes.
    static let largestHead = 16 * 1024
    /// For an answer to be made and taken. What makes it has limits of its own, which are shorter.
    static let answerTime = TimeAmount.seconds(60)

    private let settings: GatewaySettings
    private let callbacks: CallbackRoute?
    private let logger: Logger
    private let bound: EventLoopPromise<GatewayAddress>

    /// Prepares a server; ``run()`` makes it listen.
    ///
    /// - Parameters:
    ///   - settings: Where to listen, and the limits.
    ///   - callbacks: Takes the calls of providers; nil: there are no such paths.
    ///   - logger: Gets shops and outcomes, never paths or bodies.
    package init(_ settings: GatewaySettings, callbacks: CallbackRoute?, logger: Logger) {
        self.settings = settings
        self.callbacks = callbacks
        self.logger = logger
        bound = MultiThreadedEventLoopGroup.singleton.any().makePromise()
    }

    /// The address, as soon as the server listens.
    ///
    /// - Throws: what kept the server from listening.
    package var address: GatewayAddress {
        get async throws { try await bound.futureResult.get() }
    }

    /// Serves until graceful shutdown or cancellation: requests under way are answered first.
    ///
    /// - Throws: if the address cannot be bound.
    package func run() async throws {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let patience = TimeAmount(settings.requestTimeout)
        let application = Application(
            router: router,
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [
                        ConnectionDeadline(requestTime: patience, answerTime: Self.answerTime)
                    ],
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: Self.largestHead, maxHeaderListSize: Self.largestHead,
                        maxHeaderFieldCount: 100))),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port),
                availableConnectionsDelegate: MaximumAvailableConnections(settings.connections)),
            onServerRunning: { [bound, settings, logger] channel in
                let address = GatewayAddress(
                    host: settings.host, port: channel.localAddress?.port ?? settings.port)
                logger.info("gateway: listening", metadata: ["address": "\(address.url)"])
                bound.succeed(address)
            },
            logger: quiet)
        do {
            try await application.run()
            bound.fail(CancellationError())
        } catch {
            bound.fail(error)
            throw error
        }
    }

    private var router: Router<BasicRequestContext> {
        let router = Router()
        callbacks?.add(to: router)
        return router
    }
}
