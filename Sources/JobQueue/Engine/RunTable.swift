/// The runs that a worker holds, from their claim to the commit of their outcome.
struct RunTable: Sendable {
    struct Entry: Sendable {
        let claimed: ClaimedRun
        /// Of the hard limit of this run.
        let deadline: ContinuousClock.Instant
        /// Its outcome is on its way to the database.
        var answered = false
        var task: Task<Void, Never>?
    }

    private var entries: [JobID: Entry] = [:]
    private var perQueue: [String: Int] = [:]
    private(set) var unanswered = 0

    var count: Int { entries.count }
    var isEmpty: Bool { entries.isEmpty }
    var jobs: [JobID] { Array(entries.keys) }

    func priority(of job: JobID) -> Int? { entries[job]?.claimed.priority }

    func count(in queue: String) -> Int { perQueue[queue] ?? 0 }

    mutating func add(_ claimed: ClaimedRun, deadline: ContinuousClock.Instant) {
        entries[claimed.run.job] = Entry(claimed: claimed, deadline: deadline)
        perQueue[claimed.run.queue, default: 0] += 1
        unanswered += 1
    }

    /// Remembers the task of a run, if the run is still under way.
    mutating func setTask(_ task: Task<Void, Never>, of run: JobRun) {
        guard entries[run.job]?.claimed.run.runNumber == run.runNumber else { return }
        entries[run.job]?.task = task
    }

    /// Marks a run as answered; `false` if it is not under way, or was answered for already.
    mutating func answer(_ run: JobRun) -> Bool {
        guard let entry = entries[run.job], entry.claimed.run.runNumber == run.runNumber, !entry.answered else {
            return false
        }
        entries[run.job]?.answered = true
        entries[run.job]?.task = nil
        unanswered -= 1
        return true
    }

    /// Forgets a run whose outcome is recorded.
    mutating func remove(_ run: JobRun) -> Entry? {
        guard let entry = entries[run.job], entry.claimed.run.runNumber == run.runNumber else { return nil }
        entries[run.job] = nil
        let left = count(in: run.queue) - 1
        perQueue[run.queue] = left > 0 ? left : nil
        if !entry.answered { unanswered -= 1 }
        return entry
    }

    /// Runs that are over their hard limit and have not answered.
    func overdue(at now: ContinuousClock.Instant) -> [Entry] {
        entries.values.filter { !$0.answered && $0.deadline <= now }
    }

    /// The tasks of all runs that have not answered.
    var tasks: [Task<Void, Never>] { entries.values.compactMap(\.task) }
}
