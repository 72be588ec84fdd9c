@testable import JobQueue

/// Jobs of one lane that a worker runs in a row; see `Engine.run(_:)` for a ``Stretch``.
final class SimulatedStretch {
    private let stretch: Stretch
    private unowned let engine: SimulatedEngine
    private let end: ContinuousClock.Instant
    private var place = 0
    private var isCancelled = false

    /// Of these runs, in the order of the lane.
    init(_ runs: [JobRun], _ engine: SimulatedEngine) {
        stretch = Stretch(runs)
        self.engine = engine
        end = engine.world.instant.advanced(by: Stretch.span)
    }

    func begin() { goOn() }

    private func goOn() {
        let run = stretch.runs[place]
        let now = engine.world.instant
        if place > 0 {
            let deadline = now.advanced(by: engine.definition(of: run).timeout)
            guard now < end, !isCancelled, engine.lease.holds(for: .zero, at: now),
                engine.state.goesOn(to: run, after: stretch.runs[place - 1], deadline: deadline)
            else { return close() }
        }
        engine.start(run, in: self, isFollower: place > 0)
    }

    /// The run whose turn it is has answered.
    func answered(_ run: JobRun, _ outcome: Outcome) {
        guard stretch.add(outcome) else { return engine.answer(run, outcome) }
        place += 1
        guard case .finish = outcome.verdict, place < stretch.runs.count else { return close() }
        goOn()
    }

    /// Its answers are wanted now.
    func cancel() { isCancelled = true }

    func contains(_ run: JobRun) -> Bool {
        stretch.runs.contains { $0.job == run.job && $0.runNumber == run.runNumber }
    }

    /// Takes its answers, and what is to be said of its run under way if that is overdue; the others have not begun.
    func close(overdue: (run: JobRun, outcome: Outcome)? = nil) {
        guard var outcomes = stretch.close(during: overdue?.run) else { return }
        if let overdue { outcomes.append(overdue.outcome) }
        for run in stretch.runs.dropFirst(outcomes.count) { engine.state.drop(run) }
        let head = stretch.runs[0].job
        for (run, outcome) in zip(stretch.runs, outcomes) {
            engine.answer(run, outcome, head: run.job == head ? nil : head)
        }
        engine.ended(self)
    }
}
