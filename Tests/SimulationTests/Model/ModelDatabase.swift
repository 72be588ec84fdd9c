import Postgres
import Relay

@testable import JobQueue

/// The queue's tables and functions in plain Swift: each call is a transaction of its own, one after the other.
///
/// What it says is held against the real functions by `EquivalenceTests`.
struct ModelDatabase {
    struct Event: Sendable {
        let id: Int64
        let shop: String
        let kind: String
        let key: String
        let lane: String
        let occurredAt: Timestamp
        var committedAt: Timestamp
        /// A person let the rest of its lane pass it.
        var wasReleased = false
        /// When people replayed or resolved its job.
        var acts: [Timestamp] = []
        /// When people said that the provider does not have it.
        var absences: [Timestamp] = []
    }

    var mutation: Mutation?
    var events: [Event] = []
    /// In the order of their ids.
    var jobs: [ModelJob] = []
    var workers: [Int64: ModelWorker] = [:]
    var receipts: [ModelReceipt] = []
    var ends: [Int64: HistoryEvent.End] = [:]
    var runs: [HistoryRun] = []
    var destinations: [String: ModelDestination] = [:]
    /// Receipts that were promised, by the digests of their bytes.
    let book: ReceiptBook?
    /// Jobs that others ordered have greater numbers.
    let firstSpawned: Int64 = 1000
    /// The last number given to an event or a job.
    var lastID: Int64 = 0
    private var lastWorker: Int64 = 0
    private var wantedUntil = Timestamp.negativeInfinity
    private var isTelling = false

    init(book: ReceiptBook? = nil, mutation: Mutation? = nil) {
        self.book = book
        self.mutation = mutation
    }

    func index(_ job: Int64) -> Int? { jobs.firstIndex { $0.id == job } }

    // MARK: Shops

    /// A shop's transaction commits: the event and, by the trigger, its job.
    mutating func insert(_ event: Event, step: String) {
        events.append(event)
        let job = ModelJob(
            id: event.id, eventID: event.id, shop: event.shop, kind: event.kind, lane: event.lane, step: step,
            at: event.committedAt)
        lastID = max(lastID, event.id)
        let place = jobs.firstIndex { $0.id > event.id } ?? jobs.endIndex
        jobs.insert(job, at: place)
        tellSleepers(at: event.committedAt)
    }

    // MARK: Waking

    mutating func wantWake(for duration: Duration, at now: Timestamp) {
        wantedUntil = duration > .zero ? now.advanced(by: duration) : .negativeInfinity
    }

    mutating func tellSleepers(at now: Timestamp) {
        if wantedUntil > now { isTelling = true }
    }

    /// Whether a NOTIFY has been committed since this was last asked.
    mutating func takeNotification() -> Bool {
        defer { isTelling = false }
        return isTelling
    }

    mutating func wake(_ job: Int64, at now: Timestamp) {
        guard let index = index(job) else { return }
        let job = jobs[index]
        let mayHasten = job.state == .inDoubt && job.reasonCode != "worker_lost" && job.doubts < 10
        if job.runAt > now, job.state == .later || mayHasten {
            jobs[index].runAt = now
        } else if jobs[index].state == .running, !jobs[index].woken {
            jobs[index].woken = mutation != .hintLost
        } else {
            return
        }
        tellSleepers(at: now)
    }

    // MARK: The fleet

    mutating func register(
        _ steps: [StepKey: ModelWorker.Step], lease: Duration, at now: Timestamp
    ) -> Int64 {
        lastWorker += 1
        workers[lastWorker] = ModelWorker(steps, lease: lease, at: now)
        return lastWorker
    }

    /// `false`: it was called dead.
    mutating func heartbeat(_ id: Int64, at now: Timestamp) -> Bool {
        guard let worker = workers[id], !worker.isDead else { return false }
        if worker.heartbeatAt.duration(to: now) > worker.lease / 2 { workers[id]?.steadySince = now }
        workers[id]?.heartbeatAt = now
        workers[id]?.leaseUntil = now.advanced(by: worker.lease)
        return true
    }

    /// Calls workers dead whose leases have run out, if this one may judge; how many.
    mutating func bury(by rescuer: Int64, at now: Timestamp) -> Int {
        guard let me = workers[rescuer], !me.isDead, me.leaseUntil > now,
            me.steadySince <= now.advanced(by: .zero - me.lease)
        else { return 0 }
        var count = 0
        for (id, worker) in workers where id != rescuer && !worker.isDead && worker.leaseUntil < now {
            workers[id]?.isDead = true
            count += 1
        }
        return count
    }

    /// Whether a worker's lease has run out, or will within a second, or a job is left of one that was called dead.
    func hasDead(at now: Timestamp) -> Bool {
        let soon = now.advanced(by: .seconds(1))
        if workers.values.contains(where: { !$0.isDead && $0.leaseUntil < soon }) { return true }
        return jobs.contains { job in
            job.state == .running && job.worker.flatMap { workers[$0] }.map(\.isDead) ?? false
        }
    }

    /// Says that a worker leaves; what it still holds is rescued as soon as its lease has run out.
    mutating func stop(_ id: Int64) {
        if !jobs.contains(where: { $0.state == .running && $0.worker == id }) { workers[id]?.isDead = true }
    }

    /// Takes jobs from the dead; what became of each.
    mutating func rescue(at now: Timestamp) -> [(job: Int64, became: String)] {
        guard mutation != .rescueRemoved else { return [] }
        var taken: [(Int64, String)] = []
        for index in jobs.indices where jobs[index].state == .running {
            guard let lost = jobs[index].worker, let worker = workers[lost], worker.isDead else { continue }
            let step = worker.steps[StepKey(kind: jobs[index].kind, step: jobs[index].step)]
            let doubt = step?.doubt ?? .none
            renumberFollowers(of: jobs[index], step)
            close(index, "lost", at: now, worker: lost)
            var job = jobs[index]
            job.crashes += 1
            let tooMany = job.crashes >= 10
            if doubt == .person || tooMany {
                job.state = .dead
            } else {
                job.state = doubt == .none && !job.doubtful ? .ready : .inDoubt
            }
            job.reasonCode = doubt == .person ? "in_doubt" : tooMany ? "crashes" : "worker_lost"
            job.reason = "The worker that ran it has stopped."
            job.runAt = now
            if doubt != .none {
                job.runAt = max(now, worker.leaseUntil.advanced(by: step?.timeout ?? .zero))
                job.doubts += 1
                job.doubtful = true
            }
            if mutation == .crashCountedAsAttempt { job.attempt += 1 }
            job.leaveWorker()
            job.runNumber += 1
            job.woken = false
            jobs[index] = job
            taken.append((job.id, job.state.rawValue))
        }
        return taken
    }

    /// Hands back what runs under a worker without its knowing, if it was claimed by the moment `before`, at which it
    /// had no claim under way.
    mutating func handBackUnknown(
        _ worker: Int64, known: [RunID], before: Timestamp, at now: Timestamp
    ) -> [Int64] {
        var returned: [Int64] = []
        for index in jobs.indices
        where jobs[index].state == .running && jobs[index].worker == worker
            && (jobs[index].claimedAt.map { $0 <= before } ?? false || mutation == .lateComparisonBelieved)
            && !known.contains(RunID(job: JobID(jobs[index].id), number: jobs[index].runNumber))
        {
            jobs[index].state = jobs[index].doubtful ? .inDoubt : .ready
            jobs[index].runNumber += 1
            jobs[index].runAt = now
            jobs[index].leaveWorker()
            returned.append(jobs[index].id)
        }
        return returned
    }

    /// Writes the row of a closed run; `report` is what it said.
    mutating func close(
        _ index: Int, _ outcome: String, at now: Timestamp, worker: Int64, _ report: Report? = nil
    ) {
        let job = jobs[index]
        let step = workers[worker]?.steps[StepKey(kind: job.kind, step: job.step)]
        let exchange = report?.outcome.exchange
        var run = HistoryRun(
            job: job.id, runNumber: job.runNumber, worker: worker, startedAt: job.claimedAt, endedAt: now,
            part: job.part, edition: job.edition, step: job.step, outcome: outcome,
            digest: exchange?.digest.map { book?.text(of: $0) ?? "" }, sentAt: exchange?.sentAt,
            answeredAt: exchange?.answeredAt, code: report?.disposition.failure?.code ?? exchange?.code,
            doubt: step?.doubt.rawValue)
        if outcome == "lost" {
            run.quietUntil = workers[worker]?.leaseUntil.advanced(by: step?.timeout ?? .zero)
        }
        runs.append(run)
    }
}
