import Synchronization

/// Jobs of one lane that one task runs in a row, the head first, and what they have answered so far.
///
/// The database knows only that the head runs. Their answers go to it together, when the stretch is closed: by its
/// task, or by whoever finds that a run of it takes too long.
final class Stretch: Sendable {
    let runs: [JobRun]
    private let state = Mutex<(outcomes: [Outcome], isClosed: Bool)>(([], false))

    /// How long a stretch goes on: the ends of its first jobs wait for the last.
    static let span = Duration.milliseconds(10)

    /// - Parameter runs: In the order of the lane.
    init(_ runs: [JobRun]) {
        self.runs = runs
    }

    /// Adds the answer of the run whose turn it is; `false`: the stretch is closed, and it comes too late.
    func add(_ outcome: Outcome) -> Bool {
        state.withLock { state in
            if !state.isClosed { state.outcomes.append(outcome) }
            return !state.isClosed
        }
    }

    /// Ends it, if `run` is given only while that is the one whose turn it is. Returns the answers in the order of
    /// ``runs``; `nil`: it goes on, or is closed already.
    func close(during run: JobRun? = nil) -> [Outcome]? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            if let run, state.outcomes.count >= runs.count || runs[state.outcomes.count].job != run.job { return nil }
            state.isClosed = true
            return state.outcomes
        }
    }
}
