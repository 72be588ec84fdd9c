import Postgres

@testable import JobQueue

/// A worker process through all its lives and registrations; see `Worker`.
final class SimulatedWorker {
    let process: SimulatedProcess
    private unowned let world: SimulatedWorld
    private var engine: SimulatedEngine?
    /// Those of all its registrations.
    private var engines: [SimulatedEngine] = []
    private var isStopping = false

    static let configuration: WorkerConfiguration = {
        var configuration = WorkerConfiguration(name: "simulated", version: "1")
        configuration.concurrency = 8
        configuration.claimers = 2
        configuration.lease = .seconds(6)
        configuration.heartbeat = .seconds(2)
        configuration.poll = .seconds(10)
        configuration.grace = .seconds(3)
        configuration.backoff = RetryBackoff(base: .seconds(2), cap: .seconds(8))
        configuration.defaultThrottle = .seconds(3)
        return configuration
    }()

    init(_ number: Int, _ world: SimulatedWorld) {
        self.world = world
        process = SimulatedProcess(number, world)
        process.start = { [unowned self] in
            isStopping = false
            register()
        }
        process.ending = { [unowned self] in engine = nil }
    }

    /// Whether nothing that it holds can change anything any more.
    var isQuiet: Bool { !process.isSuspended && (engine?.isIdle ?? true) }

    func start(after delay: Int64) {
        process.post(delay) { [self] in register() }
    }

    /// The schedule is over; without this its runs, requests and registrations would hold each other for ever.
    func forget() {
        for engine in engines { engine.forget() }
        engines = []
        engine = nil
    }

    /// It is asked to end, and will be started again.
    func terminate() {
        guard let engine else { return }
        world.tell("worker \(process.number) is asked to end")
        isStopping = true
        engine.stop()
    }

    /// A NOTIFY on its way.
    func notify() {
        guard let engine else { return }
        guard !world.strikes(world.troubles.databaseLoss) else { return }
        process.post(world.draw(100...2_000)) { engine.hint() }
    }

    private func register() {
        let sent = world.instant
        process.exchange(
            "registering",
            { [self] in
                world.database.register(
                    world.book.registration, lease: Self.configuration.lease, at: world.timestamp)
            }
        ) { [self] id, _ in
            guard let id else { return process.post(world.draw(10_000...500_000)) { [self] in register() } }
            world.tell("worker \(process.number) is registered as \(id)")
            let engine = SimulatedEngine(
                id, process, lease: LeaseWatch(until: sent.advanced(by: Self.configuration.lease)))
            self.engine = engine
            engines.append(engine)
            engine.run { [self] in
                self.engine = nil
                guard isStopping else { return register() }
                process.exchange("leaving", { [self] in world.database.stop(id) }) { [self] _, _ in
                    process.post(world.draw(100_000...3_000_000)) { [self] in
                        isStopping = false
                        register()
                    }
                }
            }
        }
    }
}
