internal import Hummingbird
package import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle

/// Where a sandbox listens.
package struct SandboxAddress: Hashable, Sendable {
    /// Loopback address.
    package let host: String
    /// Port.
    package let port: Int
    /// `http://host:port`, without a slash at the end.
    package var url: String { "http://\(host):\(port)" }

    /// Base URL of an account's API, e.g. for the setting `provider.base_url`.
    package func url(of account: CloudKassirAccount) -> String { url + account.basePath }

    /// Base URL of a portal's first webhook with a slash at the end, e.g. for the setting `bitrix.webhook_url`.
    package func webhookURL(of portal: BitrixPortal) -> String {
        let webhook = portal.webhooks.first ?? BitrixPortal.Webhook()
        return "\(url)\(portal.basePath)/rest/\(webhook.user)/\(webhook.code)/"
    }
}

/// The sandbox as an HTTP server on loopback: `/_sandbox/…` for control, the rest for the stand-ins.
///
/// It can be run once. Stopping closes connections that faults hold open.
package struct SandboxServer: Service {
    /// The server cannot listen on anything but this machine.
    package struct NotLoopback: Error, CustomStringConvertible {
        let host: String
        /// What to do instead.
        package var description: String { "the sandbox listens on 127.0.0.1 or ::1 only, not on \(host)" }
    }

    /// What the server serves.
    package let sandbox: Sandbox
    private let configuration: SandboxConfiguration
    private let logger: Logger
    private let bound: EventLoopPromise<SandboxAddress>

    /// Prepares a server; ``run()`` makes it listen.
    ///
    /// - Throws: ``NotLoopback``, or an error that names the ledger file if it cannot be used.
    package init(_ configuration: SandboxConfiguration = .init(), logger: Logger = Logger(label: "sandbox")) throws {
        guard ["127.0.0.1", "::1", "localhost"].contains(configuration.host) else {
            throw NotLoopback(host: configuration.host)
        }
        sandbox = try Sandbox(configuration)
        self.configuration = configuration
        self.logger = logger
        bound = MultiThreadedEventLoopGroup.singleton.any().makePromise()
    }

    /// The address, as soon as the server listens.
    ///
    /// - Throws: what kept the server from listening.
    package var address: SandboxAddress {
        get async throws { try await bound.futureResult.get() }
    }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// - Throws: if the address cannot be bound.
    package func run() async throws {
        let stopping = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Void.self)
        let courier = CallbackCourier(service: sandbox.cloudKassir, logger: logger)
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let application = Application(
            responder: SandboxResponder(sandbox: sandbox, courier: courier, stopping: stopping.futureResult),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), backlog: 4096),
            services: [courier],
            onServerRunning: { [bound, configuration] channel in
                bound.succeed(
                    SandboxAddress(host: configuration.host, port: channel.localAddress?.port ?? configuration.port))
            },
            logger: quiet)
        do {
            try await withTaskCancellationOrGracefulShutdownHandler {
                try await application.run()
            } onCancelOrGracefulShutdown: {
                stopping.succeed()
            }
            stopping.succeed()
            bound.fail(CancellationError())
        } catch {
            stopping.succeed()
            bound.fail(error)
            throw error
        }
    }
}

/// Runs a sandbox on a free port for the time of `body`, and stops it afterwards.
package func withSandbox<Value: Sendable>(
    _ configuration: SandboxConfiguration = .init(),
    _ body: @Sendable (Sandbox, SandboxAddress) async throws -> Value
) async throws -> Value {
    var logger = Logger(label: "sandbox")
    logger.logLevel = .critical
    let server = try SandboxServer(configuration, logger: logger)
    var settings = ServiceGroupConfiguration(services: [server], logger: logger)
    // Whoever keeps a connection open must not keep the sandbox from ending.
    settings.maximumGracefulShutdownDuration = .seconds(15)
    let group = ServiceGroup(configuration: settings)
    async let running: Void = group.run()
    do {
        let value = try await body(server.sandbox, server.address)
        await group.triggerGracefulShutdown()
        try await running
        return value
    } catch {
        await group.triggerGracefulShutdown()
        try? await running
        throw error
    }
}
