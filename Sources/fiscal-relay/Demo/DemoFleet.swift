import EmbeddedPostgres
import FoundationEssentials
import Sandbox

/// What an installation runs: two workers, a gateway and the database, and the shop's side of it, relay and web server
/// of the module, each in processes of its own. What is killed is started again, as a supervisor would.
struct DemoFleet: Sendable {
    /// What was killed so far.
    struct Kills: Encodable, Sendable {
        var workers = 0
        var gateways = 0
        var databases = 0
        var relays = 0
        var webServers = 0

        var total: Int { workers + gateways + databases + relays + webServers }

        enum CodingKeys: String, CodingKey {
            case workers, gateways, databases, relays
            case webServers = "web_servers"
        }
    }

    /// Who is killed by turns.
    private enum Turn {
        case worker, gateway, database, relay, webServer
    }

    private let stage: DemoStage
    private var workers: [DemoProcess] = []
    private var gateway: DemoProcess
    private var started = 0
    /// How often ``killNext()`` has killed.
    private(set) var turns = 0
    private(set) var kills = Kills()

    /// Starts all but the database, which runs.
    init(_ stage: DemoStage) {
        self.stage = stage
        gateway = DemoProcess(
            "gateway", configuration: stage.configurationPath, log: "\(stage.directory)/gateway.log")
        for _ in 1...2 { startWorker() }
    }

    private mutating func startWorker() {
        started += 1
        workers.append(
            DemoProcess(
                "worker", configuration: stage.configurationPath, log: "\(stage.directory)/worker-\(started).log"))
    }

    /// Kills the worker that has run longest, with SIGKILL, and starts another.
    mutating func killWorker() async {
        kills.workers += 1
        await workers.removeFirst().kill()
        startWorker()
    }

    /// Kills the module's relay at its work, if the shop has the real module; cron comes round again.
    ///
    /// - Throws: ``ShopMachine/Fault``.
    mutating func killRelay() async throws {
        guard let machine = stage.machine else { return }
        kills.relays += 1
        try await machine.kill(.relay)
    }

    /// Kills the web server that answers for the portal, if the shop has the real module.
    ///
    /// - Throws: ``ShopMachine/Fault``.
    mutating func killWebServer() async throws {
        guard let machine = stage.machine else { return }
        kills.webServers += 1
        try await machine.kill(.web)
    }

    /// Kills with SIGKILL what has its turn, and starts it again: first a worker, then by turns the
    /// gateway, every process of the database, and the module's relay and web server. Workers early on: a document for
    /// the portal's stores that was under way is looked for only minutes later, and nobody watches that long.
    ///
    /// - Throws: if the database does not come up again, or the shop with the module is no more.
    mutating func killNext() async throws {
        let order: [Turn] =
            stage.machine == nil
            ? [.worker, .gateway, .worker, .database] : [.worker, .relay, .gateway, .database, .webServer, .relay]
        switch order[turns % order.count] {
        case .worker: await killWorker()
        case .gateway:
            kills.gateways += 1
            await gateway.kill()
            gateway = DemoProcess(
                "gateway", configuration: stage.configurationPath, log: "\(stage.directory)/gateway.log")
        case .database:
            kills.databases += 1
            await stage.cluster.crash(.kill)
            try await stage.cluster.restart()
        case .relay: try await killRelay()
        case .webServer: try await killWebServer()
        }
        turns += 1
    }

    /// Ends all in order, but for the database.
    func stop() async {
        for worker in workers { await worker.stop() }
        await gateway.stop()
    }
}
