import EmbeddedPostgres
import FoundationEssentials

/// What an installation runs: two workers, a gateway and the database, each in processes of its own. What is killed is started
/// again, as a supervisor would.
struct DemoFleet: Sendable {
    /// What was killed so far.
    struct Kills: Encodable, Sendable {
        var workers = 0
        var gateways = 0
        var databases = 0

        var total: Int { workers + gateways + databases }
    }

    private let stage: DemoStage
    private var workers: [DemoProcess] = []
    private var gateway: DemoProcess
    private var started = 0
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

    /// Kills with SIGKILL what has its turn, and starts it again: every second time a worker, else the gateway or every
    /// process of the database by turns.
    ///
    /// - Throws: if the database does not come up again.
    mutating func killNext() async throws {
        switch kills.total % 4 {
        case 1:
            kills.gateways += 1
            await gateway.kill()
            gateway = DemoProcess(
                "gateway", configuration: stage.configurationPath, log: "\(stage.directory)/gateway.log")
        case 3:
            kills.databases += 1
            await stage.cluster.crash(.kill)
            try await stage.cluster.restart()
        default: await killWorker()
        }
    }

    /// Ends all in order, but for the database.
    func stop() async {
        for worker in workers { await worker.stop() }
        await gateway.stop()
    }
}
