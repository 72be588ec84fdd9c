import ArgumentParser
import Logging
import Sandbox
import ServiceLifecycle
import UnixSignals

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Serve stand-ins for CloudKassir and Bitrix REST on this machine, with faults to order.")

    @Option(help: "Loopback address to listen on.") var host = "127.0.0.1"
    @Option(help: "Port; 0 takes any free one.") var port = 8090
    @Option(help: "File that remembers receipts and orders across restarts.") var ledger: String?
    @Flag(help: .hidden) var withParent = false

    func run() async throws {
        let guardian = withParent ? ParentGuard.start() : nil
        defer { guardian?.cancel() }
        let logger = Logger(label: "fiscal-relay.sandbox")
        let configuration = SandboxConfiguration(host: host, port: port, ledgerPath: ledger)
        let server = try SandboxServer(configuration, logger: logger)
        let announcement = Task {
            let address = try await server.address
            for account in configuration.accounts {
                print("CloudKassir \(account.name): \(address.url(of: account)) login \(account.login)")
            }
            for portal in configuration.portals {
                print("Bitrix \(portal.name): \(address.webhookURL(of: portal))")
            }
            print("Control: \(address.url)/_sandbox/ledger")
        }
        defer { announcement.cancel() }
        let group = ServiceGroup(
            configuration: .init(
                services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }
}
