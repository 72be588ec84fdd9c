/// The runs that a worker holds, from their claim to the commit of their outcome.
struct RunTable: Sendable {
    struct Entry: Sendable {
        let claimed: ClaimedRun
        /// When we learned of its claim.
        let since: ContinuousClock.Instant
        /// Of the hard limit of this run; `nil`: it has not begun, and waits for those before it in its stretch.
        var deadline: ContinuousClock.Instant?
        /// Its outcome is on its way to the database.
        var answered = false
        var task: Task<Void, Never>?
        var stretch: Stretch?

        var isFollower: Bool { claimed.head != nil }

        /// Whether a call at `instant` may have been for this run, which the database knew a moment before we did.
        func mayBeCalled(at instant: ContinuousClock.Instant?) -> Bool {
            instant.map { $0.advanced(by: .seconds(1)) >= since } ?? false
        }
    }

    private var entries: [JobID: Entry] = [:]
    private var perQueue: [String: Int] = [:]
    private var followers = 0
    private(set) var unanswered = 0

    /// Runs under way; a stretch is one.
    var count: Int { entries.count - followers }
    var isEmpty: Bool { entries.isEmpty }
    var ids: [RunID] { entries.values.map { RunID($0.claimed.run) } }

    func priority(of job: JobID) -> Int? { entries[job]?.claimed.priority }

    func count(in queue: String) -> Int { perQueue[queue] ?? 0 }

    /// Adds a run of whose claim we learn `now`, and whose hard limit is at `deadline`; a follower's counts from
    /// ``begin(_:after:deadline:)`` on.
    mutating func add(_ claimed: ClaimedRun, at now: ContinuousClock.Instant, deadline: ContinuousClock.Instant) {
        // The turn that records a run may claim its job again, before its record is known here.
        if let before = entries[claimed.run.job] { _ = remove(before.claimed.run) }
        if claimed.head == nil {
            entries[claimed.run.job] = Entry(claimed: claimed, since: now, deadline: deadline)
            perQueue[claimed.run.queue, default: 0] += 1
        } else {
            entries[claimed.run.job] = Entry(claimed: claimed, since: now)
            followers += 1
        }
        unanswered += 1
    }

    /// A follower's turn has come, and `last` is over, though it has not been answered for; `false`: it is not here any
    /// more.
    mutating func begin(_ run: JobRun, after last: JobRun, deadline: ContinuousClock.Instant) -> Bool {
        guard let index = entries.index(forKey: run.job),
            entries.values[index].claimed.run.runNumber == run.runNumber
        else { return false }
        entries.values[index].deadline = deadline
        entries[last.job]?.deadline = nil
        return true
    }

    /// Remembers the task of a run, if the run is still under way.
    mutating func setTask(_ task: Task<Void, Never>, of run: JobRun, in stretch: Stretch? = nil) {
        guard let index = entries.index(forKey: run.job), !entries.values[index].answered,
            entries.values[index].claimed.run.runNumber == run.runNumber
        else { return }
        entries.values[index].task = task
        entries.values[index].stretch = stretch
    }

    /// Marks a run as answered; `false` if it is not under way, or was answered for already.
    mutating func answer(_ run: JobRun) -> Bool {
        guard let index = entries.index(forKey: run.job), !entries.values[index].answered,
            entries.values[index].claimed.run.runNumber == run.runNumber
        else { return false }
        entries.values[index].answered = true
        entries.values[index].task = nil
        entries.values[index].stretch = nil
        unanswered -= 1
        return true
    }

    /// Forgets a run whose outcome is recorded, or a follower that did not run.
    mutating func remove(_ run: JobRun) -> Entry? {
        guard let index = entries.index(forKey: run.job),
            entries.values[index].claimed.run.runNumber == run.runNumber
        else { return nil }
        let entry = entries.remove(at: index).value
        if !entry.answered { unanswered -= 1 }
        if entry.isFollower {
            followers -= 1
        } else {
            let left = count(in: run.queue) - 1
            perQueue[run.queue] = left > 0 ? left : nil
        }
        return entry
    }

    /// Runs that are over their hard limit and have not answered.
    func overdue(at now: ContinuousClock.Instant) -> [Entry] {
        entries.values.filter { entry in !entry.answered && entry.deadline.map { $0 <= now } ?? false }
    }

    /// The tasks of all runs that have not answered.
    var tasks: [Task<Void, Never>] { entries.values.compactMap { $0.isFollower ? nil : $0.task } }
}
