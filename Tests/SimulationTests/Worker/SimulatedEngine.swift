import Postgres

@testable import JobQueue

/// One registration of a worker, from its first heartbeat until it stops or is called dead: what `Engine` carries out
/// in production, carried out in simulated time. All that is decided is decided by ``EngineState``.
final class SimulatedEngine {
    let id: Int64
    let process: SimulatedProcess
    let lease: LeaseWatch
    var state: EngineState
    private var sleepers: [Int] = []
    private var sleepCount = 0
    private var isRung = false
    private var claimersLeft = 0
    private(set) var isOver = false
    /// A comparison has ended since the answer to a claim was last lost.
    var hasCompared = false
    private var isWatching = false
    private var underWay: [SimulatedRun] = []
    private var stretches: [SimulatedStretch] = []
    private var whenOver: () -> Void = {}

    var world: SimulatedWorld { process.world }
    static var configuration: WorkerConfiguration { SimulatedWorker.configuration }

    init(_ id: Int64, _ process: SimulatedProcess, lease: LeaseWatch) {
        self.id = id
        self.process = process
        self.lease = lease
        state = EngineState(
            Self.configuration, at: process.world.instant,
            jitter: SeededGenerator(seed: process.world.random.next()))
    }

    /// Whether it holds nothing, and has nothing to say.
    var isIdle: Bool { state.phase == .working && state.runs.isEmpty }

    func run(_ whenOver: @escaping () -> Void) {
        self.whenOver = whenOver
        claimersLeft = Self.configuration.claimers
        beat()
        for _ in 0..<claimersLeft { claim() }
    }

    // MARK: Claimers

    /// One claimer goes on until it sleeps or visits the database; see `Engine.runClaimer`.
    func claim() {
        guard !isOver else { return }
        switch state.next(at: world.instant, leaseHolds: lease.holds(for: .zero, at: world.instant)) {
        case .end:
            claimersLeft -= 1
            for sleeper in sleepers { process.post(0) { [self] in wake(sleeper) } }
            if claimersLeft == 0 {
                isOver = true
                whenOver()
            }
        case .sleep(let instant): sleep(until: instant)
        case .turn(let turn): SimulatedVisit(turn, self).begin()
        }
    }

    private func sleep(until instant: ContinuousClock.Instant) {
        if isRung {
            isRung = false
            return process.post(0) { [self] in claim() }
        }
        sleepCount += 1
        let sleeper = sleepCount
        sleepers.append(sleeper)
        let moment = SimulatedWorld.base.duration(to: instant).wholeMicroseconds
        process.post(max(1, moment + 1 - world.now)) { [self] in wake(sleeper) }
    }

    private func wake(_ sleeper: Int) {
        guard !isOver, let index = sleepers.firstIndex(of: sleeper) else { return }
        sleepers.remove(at: index)
        claim()
    }

    /// Wakes the claimer that fell asleep last, or keeps the next from falling asleep.
    func ring() {
        guard let sleeper = sleepers.last else {
            isRung = true
            return
        }
        process.post(0) { [self] in wake(sleeper) }
    }

    /// Somebody said that there may be work.
    func hint() {
        guard !isOver else { return }
        state.hint(at: world.instant)
        ring()
    }

    // MARK: Ends

    func stop() {
        state.stop()
        ring()
        process.post(Self.configuration.grace.wholeMicroseconds) { [self] in
            guard !isOver else { return }
            cancelRuns()
            process.post(2_000_000) { [self] in
                guard !isOver else { return }
                world.tell("worker \(process.number) leaves its runs behind")
                lease.revoke()
                state.abandon()
                ring()
            }
        }
    }

    private func die() {
        world.tell("worker \(process.number) hears that it was called dead")
        lease.revoke()
        state.die()
        cancelRuns()
        ring()
    }

    /// Lets go of what holds it: nothing of its schedule is still to come.
    func forget() {
        for run in underWay { run.endRequest = {} }
        underWay = []
        stretches = []
        whenOver = {}
    }

    // MARK: Runs

    func definition(of run: JobRun) -> StepDefinition {
        world.book.definitions[StepKey(kind: run.kind, step: run.step)] ?? .unknown(kind: run.kind, step: run.step)
    }

    func begin(_ runs: [ClaimedRun]) {
        for one in runs where one.head == nil {
            let followers = runs.filter { $0.head == one.run.job }.map(\.run).sorted { $0.job < $1.job }
            if followers.isEmpty {
                start(one.run)
            } else {
                let stretch = SimulatedStretch([one.run] + followers, self)
                stretches.append(stretch)
                stretch.begin()
            }
        }
        watch()
    }

    func start(_ run: JobRun, in stretch: SimulatedStretch? = nil, isFollower: Bool = false) {
        world.witness.begins(run, isFollower: isFollower)
        let run = SimulatedRun(run, self, in: stretch)
        underWay.append(run)
        run.begin()
    }

    /// A stretch is closed.
    func ended(_ stretch: SimulatedStretch) {
        stretches.removeAll { $0 === stretch }
    }

    /// A run has nothing more to say.
    func ended(_ run: SimulatedRun) {
        underWay.removeAll { $0 === run }
    }

    /// Tells all runs under way that their answer is wanted now.
    private func cancelRuns() {
        for stretch in stretches { stretch.cancel() }
        for run in underWay { run.cancel() }
    }

    /// Takes the answer of a run.
    func answer(_ run: JobRun, _ outcome: Outcome, head: JobID? = nil) {
        var outcome = outcome
        if world.mutation == .doubtTreatedAsLater, case .inDoubt(let failure, let wait) = outcome.verdict {
            outcome = Outcome(.later(failure, after: wait), exchange: outcome.exchange)
        }
        let disposition = Disposition(
            outcome, of: run, by: definition(of: run), Self.configuration, using: &world.random)
        let report = Report(run: run, outcome: outcome, disposition: disposition, head: head)
        if state.answered(report, at: world.instant) { ring() }
    }

    /// Ends runs that are over their hard limit, as long as there are any; see `Engine.watchDeadlines`.
    private func watch() {
        guard !isWatching, state.runs.unanswered > 0 else { return }
        isWatching = true
        process.post(1_500_000) { [self] in
            isWatching = false
            guard !isOver else { return }
            let overdue = state.runs.overdue(at: world.instant).map(\.claimed.run)
            for run in overdue.sorted(by: { $0.job < $1.job }) {
                world.tell("run \(run.runNumber) of job \(run.job) is over its limit")
                underWay.first { $0.run.job == run.job && $0.run.runNumber == run.runNumber }?.cancel()
                let outcome = definition(of: run).overdue
                if let stretch = stretches.first(where: { $0.contains(run) }) {
                    stretch.close(overdue: (run, outcome))
                } else {
                    answer(run, outcome)
                }
            }
            watch()
        }
    }

    // MARK: The lease

    /// Renews the lease and looks after the jobs of the dead; see `Engine.keepAlive`.
    private func beat() {
        guard !isOver, state.phase != .dead else { return }
        let sent = world.instant
        process.exchange(
            "a heartbeat", { [self] in world.database.heartbeat(id, at: world.timestamp) }
        ) { [self] isAlive, _ in
            guard !isOver else { return }
            guard let isAlive else { return process.post(world.draw(500_000...1_000_000)) { [self] in beat() } }
            guard isAlive else { return die() }
            let held = lease.holds(for: .zero, at: world.instant)
            lease.renew(until: sent.advanced(by: Self.configuration.lease))
            if !held { hint() }
            rescue(sent)
        }
    }

    private func rescue(_ sent: ContinuousClock.Instant) {
        func beatAgain() {
            let next = sent.advanced(by: Self.configuration.heartbeat)
            let moment = SimulatedWorld.base.duration(to: next).wholeMicroseconds
            process.post(max(0, moment - world.now)) { [self] in beat() }
        }
        // With nobody to bury, asking changes nothing.
        guard world.database.hasDead(at: world.timestamp) else { return beatAgain() }
        process.exchange(
            "looking for the dead", { [self] in takeFromTheDead() }
        ) { [self] count, _ in
            guard !isOver else { return }
            guard let count else { return process.post(world.draw(500_000...1_000_000)) { [self] in beat() } }
            if count > 0 { hint() }
            beatAgain()
        }
    }

    private func takeFromTheDead() -> Int {
        let buried = world.database.bury(by: id, at: world.timestamp)
        if buried > 0 { world.tell("\(buried) workers are called dead") }
        let rescued = world.database.rescue(at: world.timestamp)
        for job in rescued { world.tell("job \(job.job) is rescued and \(job.became)") }
        return rescued.count
    }
}

extension Duration {
    /// In whole microseconds, rounded down.
    var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
