import Logging
import Postgres
import Synchronization

/// One registration of a worker, from its first heartbeat until it stops or is called dead.
///
/// Carries out what ``EngineState`` decides.
final class Engine: Sendable {
    let store: QueueStore
    let configuration: WorkerConfiguration
    let steps: [StepKey: StepDefinition]
    let logger: Logger
    let doorbell = Doorbell()
    /// Rung for good when somebody asks this worker to stop.
    let stopBell = Doorbell()
    let state: Mutex<EngineState>
    let counters: Mutex<WorkerStatistics>

    init(
        store: QueueStore, _ configuration: WorkerConfiguration, _ steps: [StepKey: StepDefinition], logger: Logger,
        statistics: WorkerStatistics
    ) {
        self.store = store
        self.configuration = configuration
        self.steps = steps
        self.logger = logger
        state = Mutex(EngineState(configuration, at: ContinuousClock.now))
        counters = Mutex(statistics)
    }

    /// Somebody said that there may be work.
    func hint() {
        state.withLock { $0.hint(at: ContinuousClock.now) }
        doorbell.ring()
    }

    /// No more claims; ends when what is under way is recorded.
    func stop() {
        state.withLock { $0.stop() }
        stopBell.ringForGood()
        doorbell.ring()
    }

    /// This worker was called dead: what is under way counts no more.
    func die() {
        store.lease.revoke()
        state.withLock { $0.die() }
        cancelRuns()
        doorbell.ring()
    }

    /// Leaves what is under way to whoever rescues it.
    func abandon() {
        store.lease.revoke()
        state.withLock { $0.abandon() }
        doorbell.ring()
    }

    /// Tells all runs under way that their answer is wanted now.
    func cancelRuns() {
        for task in state.withLock({ $0.runs.tasks }) { task.cancel() }
    }

    /// Begins the runs that a claim brought.
    func begin(_ claimed: [ClaimedRun]) {
        guard !claimed.isEmpty else { return }
        counters.withLock { $0.claimed += claimed.count }
        guard claimed.contains(where: { $0.head != nil }) else {
            for (definition, runs) in batches(claimed) { start(runs, definition) }
            return
        }
        var followers: [JobID: [JobRun]] = [:]
        for one in claimed { if let head = one.head { followers[head, default: []].append(one.run) } }
        for (definition, runs) in batches(claimed.filter { $0.head == nil }) {
            if let head = runs.first, let others = followers[head.job] {
                start(Stretch([head] + others.sorted { $0.job < $1.job }))
            } else {
                start(runs, definition)
            }
        }
    }

    private func start(_ runs: [JobRun], _ definition: StepDefinition) {
        let task = Task { [self] in
            let outcomes = await definition.run(runs)
            if outcomes.count == runs.count {
                answer(zip(runs, outcomes).map { ($0, $1) }, definition)
            } else {
                let failure = JobFailure(
                    code: "wrong_answer", message: "The step answered for \(outcomes.count) of \(runs.count) jobs.")
                answer(runs.map { ($0, Outcome(.dead(failure))) }, definition)
            }
        }
        state.withLock { state in
            for run in runs { state.setTask(task, of: run) }
        }
    }

    private func start(_ stretch: Stretch) {
        let task = Task { [self] in await run(stretch) }
        state.withLock { state in
            for run in stretch.runs { state.setTask(task, of: run, in: stretch) }
        }
    }

    /// Runs the jobs of a stretch in turn, until one is not done by its run.
    private func run(_ stretch: Stretch) async {
        let end = ContinuousClock.now.advanced(by: Stretch.span)
        for (index, run) in stretch.runs.enumerated() {
            let definition = definition(of: run)
            if index > 0 {
                let now = ContinuousClock.now
                guard now < end, !Task.isCancelled, store.lease.holds(for: .zero),
                    state.withLock({
                        $0.goesOn(
                            to: run, after: stretch.runs[index - 1], deadline: now.advanced(by: definition.timeout))
                    })
                else { break }
            }
            let outcome = checked(await definition.run([run]).first ?? Self.unanswered)
            guard stretch.add(outcome) else {
                answer([(run, outcome)], definition)
                return
            }
            guard case .finish = outcome.verdict else { break }
        }
        close(stretch)
    }

    private static let unanswered = Outcome(
        .dead(JobFailure(code: "wrong_answer", message: "The step answered for 0 of 1 jobs.")))

    /// Takes the answers of a stretch, and what is to be said of its run under way if that is `overdue`; the others
    /// have not begun.
    func close(_ stretch: Stretch, overdue: (run: JobRun, outcome: Outcome)? = nil) {
        guard var outcomes = stretch.close(during: overdue?.run) else { return }
        if let overdue { outcomes.append(overdue.outcome) }
        let answered = zip(stretch.runs, outcomes).map { ($0, $1) }
        state.withLock { state in
            for run in stretch.runs.dropFirst(answered.count) { state.drop(run) }
        }
        answer(answered, headedBy: stretch.runs.first?.job)
    }

    /// Runs in the groups in which their steps take them: of one step and queue, up to the step's batch size.
    private func batches(_ claimed: [ClaimedRun]) -> [(StepDefinition, [JobRun])] {
        var result: [(StepDefinition, [JobRun])] = []
        result.reserveCapacity(claimed.count)
        var open: [StepKey: [String: Int]] = [:]
        for one in claimed {
            let definition = definition(of: one.run)
            guard definition.batchSize > 1 else {
                result.append((definition, [one.run]))
                continue
            }
            if let index = open[definition.key]?[one.run.queue], result[index].1.count < definition.batchSize {
                result[index].1.append(one.run)
            } else {
                open[definition.key, default: [:]][one.run.queue] = result.count
                result.append((definition, [one.run]))
            }
        }
        return result
    }

    func definition(of run: JobRun) -> StepDefinition {
        steps[StepKey(kind: run.kind, step: run.step)] ?? .unknown(kind: run.kind, step: run.step)
    }

    /// Takes the answers of runs.
    func answer(_ answers: [(run: JobRun, outcome: Outcome)], _ definition: StepDefinition) {
        var generator = SystemChance.generator
        take(
            answers.map { run, outcome in
                let outcome = checked(outcome)
                let disposition = Disposition(outcome, of: run, by: definition, configuration, using: &generator)
                return Report(run: run, outcome: outcome, disposition: disposition)
            })
    }

    /// Takes the answers of a stretch.
    private func answer(_ answers: [(run: JobRun, outcome: Outcome)], headedBy head: JobID?) {
        var generator = SystemChance.generator
        take(
            answers.map { run, outcome in
                let disposition = Disposition(
                    outcome, of: run, by: definition(of: run), configuration, using: &generator)
                return Report(
                    run: run, outcome: outcome, disposition: disposition, head: run.job == head ? nil : head)
            })
    }

    private func take(_ reports: [Report]) {
        let now = ContinuousClock.now
        let wakes = state.withLock { state in
            reports.reduce(false) { state.answered($1, at: now) || $0 }
        }
        if wakes { doorbell.ring() }
    }

    private func checked(_ outcome: Outcome) -> Outcome {
        guard let stranger = outcome.effects.first(where: { !store.effects.contains($0.kind) }) else { return outcome }
        let failure = JobFailure(
            code: "effect_unknown",
            message: "The step ordered an effect that this worker was not given: \(stranger.kind.name).")
        return Outcome(.dead(failure), exchange: outcome.exchange)
    }
}

extension StepDefinition {
    /// The step of a job that nobody here can run: a kind that has not been declared.
    static func unknown(kind: String, step: String) -> StepDefinition {
        StepDefinition(
            key: StepKey(kind: kind, step: step), doubt: .none, timeout: .seconds(30),
            runOne: { run in
                Outcome(
                    .dead(
                        JobFailure(
                            code: "kind_unknown",
                            message: "Events of kind \"\(run.kind)\" are not known to this installation.")))
            })
    }
}
