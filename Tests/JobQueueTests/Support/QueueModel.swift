@testable import JobQueue

/// The rules of the queue in plain Swift: what the database must look like after each act, one act at a time.
///
/// It shares no code with the queue and knows nothing of indexes, locks or time: whatever waits for a moment is due.
struct QueueModel {
    struct Job: Equatable {
        let id: Int
        let lane: String
        var state = "ready"
        var step = "run"
        var queue = "local"
        /// One that nobody has begun is enough for its lane.
        var isSingle = false
        /// It has the turn of its lane.
        var holds = false
        var worker: Int?
        var run = 0
        var attempt = 0
        var snoozes = 0
        var throttles = 0
        var doubts = 0
        var crashes = 0
        var isDoubtful = false
        var isWoken = false
        /// Claimed by a worker that may run others of its lane after it.
        var isStretched = false

        /// What a picture shows of it; ``QueueModel/columns`` shows the same of a row.
        var text: String {
            "\(id) \(state) \(queue)/\(step) turn=\(holds ? 1 : 0) run=\(run) a=\(attempt) s=\(snoozes) t=\(throttles) "
                + "d=\(doubts) c=\(crashes) doubt=\(isDoubtful ? 1 : 0) woken=\(isWoken ? 1 : 0) "
                + "single=\(isSingle ? 1 : 0)"
        }
    }

    /// ``Job/text`` in SQL.
    static let columns = """
        format('%s %s %s/%s turn=%s run=%s a=%s s=%s t=%s d=%s c=%s doubt=%s woken=%s single=%s', id, state, queue,
            step, holder::int, run_no, attempt, snoozes, throttles, doubts, crashes, doubtful::int, woken::int, single::int)
        """

    /// What a lost or unknown outcome of each step means.
    static let doubts: [String: DoubtPolicy] = ["run": .none, "send": .resend, "look": .lookup, "ask": .person]
    /// After so many doubts of one step in a row a person is asked.
    static let doubtsUntilPerson = 2
    /// The queue of a destination, which a run may close for all.
    static let destination = "provider"

    private(set) var jobs: [Int: Job] = [:]
    /// Queues from which nothing is claimed.
    var closed: Set<String> = []

    var picture: [String] { jobs.values.sorted { $0.id < $1.id }.map(\.text) }

    func ids(_ condition: (Job) -> Bool) -> [Int] { jobs.values.filter(condition).map(\.id).sorted() }

    mutating func enqueue(_ id: Int, _ lane: String) {
        jobs[id] = Job(id: id, lane: lane)
    }

    private func holder(of lane: String) -> Int? { ids { $0.lane == lane && $0.holds }.first }

    private func eldest(of lane: String) -> Int? { ids { $0.lane == lane && !$0.holds && $0.state != "dead" }.first }

    /// Which jobs may be run after `head` in a stretch of `length`.
    func followers(of head: Int, length: Int) -> [Int] {
        guard let first = jobs[head], !first.lane.isEmpty, first.step == "run", first.queue == "local",
            first.crashes == 0, !first.isDoubtful
        else {
            return []
        }
        let others = ids { $0.lane == first.lane && !$0.holds && $0.state != "dead" }.prefix(length - 1)
        return Array(
            others.prefix { id in
                guard let job = jobs[id] else { return false }
                return id > head && job.step == "run" && Self.mayFollow(job)
            })
    }

    /// Whether a job can have been handed out behind another of its lane.
    private static func mayFollow(_ job: Job) -> Bool {
        ["ready", "waiting"].contains(job.state) && job.queue == "local" && !job.isSingle && job.crashes == 0
            && !job.isDoubtful
    }

    /// Whether what a worker says of a follower that it ran as run `run` counts, its head having ended.
    func isFollower(_ id: Int, run: Int) -> Bool {
        guard let job = jobs[id] else { return false }
        return job.run == run - 1 && !job.holds && ["ready", "waiting"].contains(job.state) && !job.isDoubtful
    }

    /// A follower that is not done takes the turn of its head.
    mutating func take(_ id: Int, by worker: Int) {
        jobs[id]?.state = "running"
        jobs[id]?.holds = true
        jobs[id]?.worker = worker
        jobs[id]?.run += 1
        jobs[id]?.isStretched = false
    }

    /// Everything that may be claimed is; the others that could be step aside.
    mutating func claim(by worker: Int, inStretches: Bool) -> [Int] {
        var claimed: [Int] = []
        let before = self
        for id in ids({ ["ready", "later", "in_doubt"].contains($0.state) }) {
            guard let job = before.jobs[id], !closed.contains(job.queue) else { continue }
            let isNext = before.holder(of: job.lane) == nil && before.eldest(of: job.lane) == id
            if job.lane.isEmpty || job.holds || isNext {
                jobs[id]?.state = "running"
                jobs[id]?.holds = !job.lane.isEmpty
                jobs[id]?.worker = worker
                jobs[id]?.run += 1
                jobs[id]?.isStretched = inStretches && !job.lane.isEmpty && job.step == "run"
                claimed.append(id)
            } else {
                jobs[id]?.state = "waiting"
            }
        }
        return claimed
    }

    private mutating func passTurn(of lane: String) {
        guard !lane.isEmpty, holder(of: lane) == nil, let next = eldest(of: lane), jobs[next]?.state == "waiting" else {
            return
        }
        jobs[next]?.state = "ready"
    }

    /// A run ends with an outcome that counts.
    mutating func end(_ id: Int, _ verdict: Verdict) {
        guard var job = jobs[id] else { return }
        if case .finish = verdict {
            remove(id)
            return
        }
        let doubt = Self.doubts[job.step] ?? .none
        let wasWoken = job.isWoken
        job.worker = nil
        job.isWoken = false
        if case .handBack = verdict {} else { job.crashes = 0 }
        switch verdict {
        case .finish: break
        case .next(let step, let queue, _, _, _):
            job = Job(
                id: id, lane: job.lane, step: step, queue: queue, isSingle: job.isSingle, holds: job.holds, run: job.run
            )
        case .snooze:
            job.snoozes += 1
            job.state = job.isDoubtful ? "in_doubt" : wasWoken ? "ready" : "later"
        case .handBack: job.state = job.isDoubtful ? "in_doubt" : "ready"
        case .later:
            job.attempt += 1
            job.state = job.isDoubtful ? "in_doubt" : "later"
        case .throttled, .unauthorised:
            job.throttles += 1
            if job.queue == Self.destination { closed.insert(job.queue) }
            job.state = job.isDoubtful ? "in_doubt" : job.queue == Self.destination ? "ready" : "later"
        case .inDoubt:
            job.doubts += 1
            if doubt == .none { job.attempt += 1 } else { job.isDoubtful = true }
            let isForPerson = doubt == .person || doubt != .none && job.doubts >= Self.doubtsUntilPerson
            job.state = isForPerson ? "dead" : job.isDoubtful ? "in_doubt" : "later"
        case .dead: job.state = "dead"
        }
        jobs[id] = job
    }

    /// A job is gone for good: finished or cancelled.
    mutating func remove(_ id: Int) {
        guard let job = jobs.removeValue(forKey: id) else { return }
        passTurn(of: job.lane)
    }

    mutating func replay(_ id: Int) {
        guard let job = jobs[id] else { return }
        begin(job, isDoubtful: job.isDoubtful)
    }

    /// A person has found out what became of what a dead job sent: whatever doubt there was is over.
    mutating func resolve(_ id: Int) {
        guard let job = jobs[id] else { return }
        begin(job, isDoubtful: false)
    }

    /// The same step from the beginning, in the job's place.
    private mutating func begin(_ job: Job, isDoubtful: Bool) {
        jobs[job.id] = Job(
            id: job.id, lane: job.lane, state: isDoubtful ? "in_doubt" : "ready", step: job.step, queue: job.queue,
            isSingle: job.isSingle, holds: job.holds, run: job.run + 1, isDoubtful: isDoubtful)
    }

    /// A job that somebody orders.
    struct Order: Hashable, Comparable {
        let lane: String
        let isSingle: Bool

        static func < (a: Order, b: Order) -> Bool { (a.lane, a.isSingle ? 1 : 0) < (b.lane, b.isSingle ? 1 : 0) }
    }

    /// What is made of the orders of one transaction, sorted: of those who are to be alone one, unless there is one
    /// that nobody has begun.
    func made(of orders: [Order]) -> [Order] {
        var made: [Order] = []
        for order in orders.sorted() {
            let isThere =
                made.contains(order) || !ids { $0.isSingle && $0.run == 0 && $0.lane == order.lane }.isEmpty
            if !order.isSingle || !isThere { made.append(order) }
        }
        return made
    }

    /// Takes in a job that was made of an order.
    mutating func spawn(_ id: Int, _ order: Order) {
        jobs[id] = Job(id: id, lane: order.lane, isSingle: order.isSingle)
    }

    mutating func release(_ id: Int) {
        guard let lane = jobs[id]?.lane else { return }
        jobs[id]?.holds = false
        passTurn(of: lane)
    }

    mutating func wake(_ id: Int) {
        if jobs[id]?.state == "running" { jobs[id]?.isWoken = true }
    }

    /// A worker dies and is rescued.
    mutating func lose(_ worker: Int) {
        for id in ids({ $0.worker == worker }) {
            guard var job = jobs[id] else { continue }
            if job.isStretched {
                // Any of those behind it may have run.
                for other in ids({ $0.lane == job.lane && !$0.holds && $0.id > id && Self.mayFollow($0) }) {
                    jobs[other]?.run += 2
                }
            }
            let doubt = Self.doubts[job.step] ?? .none
            job.worker = nil
            job.isWoken = false
            job.run += 1
            job.crashes += 1
            if doubt != .none {
                job.doubts += 1
                job.isDoubtful = true
            }
            job.state = doubt == .person || job.crashes >= 10 ? "dead" : job.isDoubtful ? "in_doubt" : "ready"
            jobs[id] = job
        }
    }
}
