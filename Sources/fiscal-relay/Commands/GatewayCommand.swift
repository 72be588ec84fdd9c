import ArgumentParser
import Gateway
import Logging
import Postgres
import Relay
import ServiceLifecycle
import UnixSignals

struct GatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Listen on HTTP for what providers call about, until SIGTERM.",
        discussion: "Ends no TLS: put it behind a proxy that does. Nothing is lost while it is down.")

    @OptionGroup var options: ConfigurationOptions
    @Flag(help: .hidden) var withParent = false

    func run() async throws {
        let configuration = try options.load()
        let settings = configuration.gateway
        let logger = LogSetup.logger("fiscal-relay.gateway", configuration.log)
        guard let secret = settings.callbackSecret else {
            throw CommandFailure(
                "gateway.callback_secret is missing, so there is nothing to listen for; allowed: a value of at least "
                    + "\(GatewaySettings.shortestSecret) random characters, or gateway.callback_secret_file")
        }
        let directory = CallbackDirectory(secret: try secret.read(), shops: configuration.shops.keys)
        try await SchemaGuard.check(configuration, logger)
        let pool = try configuration.makePool("fiscal-relay gateway", size: settings.poolSize) {
            // Whoever calls waits for the answer, and repeats the call rather than wait for long.
            $0.acquireTimeout = .seconds(5)
            $0.answerTimeout = .seconds(10)
        }
        let inbox = CallbackInbox(pool: pool)
        let server = GatewayServer(
            settings,
            callbacks: CallbackRoute(directory, logger: logger) { shop, key in
                try await inbox.receive(shop: shop, externalID: key)
            }, logger: logger)
        let guardian = withParent ? ParentGuard.start() : nil
        defer { guardian?.cancel() }
        let group = ServiceGroup(
            configuration: .init(
                services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch {
            await pool.close()
            throw error
        }
        await pool.close()
    }
}
