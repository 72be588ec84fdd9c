import FoundationEssentials
import Gateway
import HTTPTransport
import Logging
import Postgres
import Relay
import Sandbox
import ServiceLifecycle
import Testing

/// A gateway of a test and who calls it.
struct Callbacks: Sendable {
    let address: GatewayAddress
    private let transport: HTTPTransport

    init(address: GatewayAddress, transport: HTTPTransport) {
        self.address = address
        self.transport = transport
    }

    /// The path of a shop, as only the holder of the secret can name it.
    static func path(of shop: String = "main") -> String {
        "/callbacks/\(CallbackToken(secret: Sample.callbackSecret, shop: shop).text)"
    }

    /// Calls as a provider would, or somebody who wants to pass for one; returns the status of the answer.
    func post(_ body: String, to path: String = Callbacks.path()) async throws -> Int {
        try await transport.perform(
            HTTPRequest(
                method: .post, url: address.url + path, headers: ["Content-Type": "application/json"],
                body: Array(body.utf8), timeout: .seconds(20))
        ).status
    }
}

extension Stage {
    /// The settings of an installation whose gateway is reached at this address.
    static func gatewaySettings(_ url: String) -> String {
        #"gateway: { port: 0, public_url: "\#(url)", callback_secret: "\#(Sample.callbackSecret)" }"#
    }

    /// Runs a gateway on the stage's database while `body` runs, with a stage whose providers are told of it.
    func listening(_ body: @Sendable (Stage, Callbacks) async throws -> Void) async throws {
        let configuration = try RelayConfiguration(yaml: Self.gatewaySettings("http://127.0.0.1"), environment: [:])
        var database = try PostgresConfiguration(url: url(.worker), applicationName: "test gateway")
        database.poolSize = configuration.gateway.poolSize
        let pool = PostgresPool(database)
        let transport = HTTPTransport()
        let inbox = CallbackInbox(pool: pool)
        let server = GatewayServer(
            configuration.gateway,
            callbacks: CallbackRoute(
                CallbackDirectory(secret: Sample.callbackSecret, shops: ["main", "second"]), logger: log.logger
            ) { shop, key in
                try await inbox.receive(shop: shop, externalID: key)
            }, logger: log.logger)
        let group = ServiceGroup(configuration: .init(services: [server], logger: log.logger))
        async let running: Void = group.run()
        let result: Result<Void, any Error>
        do {
            let address = try await server.address
            var stage = self
            stage.more = Self.gatewaySettings(address.url)
            try await body(stage, Callbacks(address: address, transport: transport))
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await group.triggerGracefulShutdown()
        try? await running
        await transport.shutdown()
        await pool.close()
        try result.get()
    }
}
