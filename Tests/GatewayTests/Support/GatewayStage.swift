import Gateway
import Logging
import NIOCore
import Relay
import ServiceLifecycle
import Synchronization

/// A gateway on a free port, with an inbox that a test looks into.
struct GatewayStage: Sendable {
    static let secret = "0123456789abcdef0123456789abcdef"

    /// What a call left behind.
    struct Call: Hashable, Sendable {
        let shop: String
        let key: String
    }

    let address: GatewayAddress
    let calls: @Sendable () -> [Call]
    /// Ends the server as SIGTERM does.
    let stop: @Sendable () async -> Void

    /// The path at which a provider calls about a shop's receipts.
    static func path(_ shop: String) -> String {
        "/callbacks/\(CallbackToken(secret: secret, shop: shop).text)"
    }

    /// Runs a gateway for the shops `main` and `second` while `body` runs.
    ///
    /// - Parameters:
    ///   - patience: How long a request may take to arrive. Where a test waits for one to arrive, it must be more than a
    ///     busy machine can take: one that is let go never arrives.
    ///   - connections: At once.
    ///   - outcome: What becomes of a call that was noted; by default it wakes the poll.
    ///   - body: Talks to the gateway.
    /// - Throws: What `body` throws.
    static func run(
        patience: String = "60s", connections: Int = 256,
        outcome: @escaping @Sendable (Call) async throws -> CallbackInbox.Outcome = { _ in .woken },
        _ body: @Sendable (GatewayStage) async throws -> Void
    ) async throws {
        let configuration = try RelayConfiguration(
            yaml: """
                gateway: { port: 0, callback_secret: \(secret), request_timeout: \(patience), connections: \(connections) }
                """, environment: [:])
        var logger = Logger(label: "gateway")
        logger.logLevel = .critical
        let calls = Mutexed<[Call]>([])
        let route = CallbackRoute(
            CallbackDirectory(secret: secret, shops: ["main", "second"]), logger: logger
        ) { shop, key in
            let call = Call(shop: shop, key: key)
            let result = try await outcome(call)
            calls.change { $0.append(call) }
            return result
        }
        let server = GatewayServer(configuration.gateway, callbacks: route, logger: logger)
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        async let running: Void = group.run()
        do {
            try await body(
                GatewayStage(
                    address: server.address, calls: { calls.value }, stop: { await group.triggerGracefulShutdown() }))
            await group.triggerGracefulShutdown()
            try await running
        } catch {
            await group.triggerGracefulShutdown()
            try? await running
            throw error
        }
    }
}

/// A value that several tasks change.
final class Mutexed<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    init(_ value: Value) { mutex = Mutex(value) }

    var value: Value { mutex.withLock { $0 } }

    func change(_ body: (inout Value) -> Void) { mutex.withLock { value in body(&value) } }
}
