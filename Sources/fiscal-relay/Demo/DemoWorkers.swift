/// The workers of a demonstration, each a process of its own; killed ones are replaced.
struct DemoWorkers: Sendable {
    private let stage: DemoStage
    private var running: [WorkerProcess] = []
    private var started = 0
    private(set) var killed = 0

    /// Starts two.
    init(_ stage: DemoStage) {
        self.stage = stage
        for _ in 1...2 { start() }
    }

    private mutating func start() {
        started += 1
        running.append(
            WorkerProcess(configuration: stage.configurationPath, log: "\(stage.directory)/worker-\(started).log"))
    }

    /// Kills the one that has run longest, with SIGKILL, and starts another.
    mutating func kill() async {
        killed += 1
        await running.removeFirst().kill()
        start()
    }

    /// Ends all in order.
    func stop() async {
        for worker in running { await worker.stop() }
    }
}
