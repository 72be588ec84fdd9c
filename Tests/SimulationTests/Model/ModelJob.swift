import JobQueue
import Postgres

/// A row of `fiscal.job`.
struct ModelJob: Sendable {
    enum State: String, Sendable {
        case ready, later, running
        case inDoubt = "in_doubt"
        case waiting, dead
    }

    let id: Int64
    let eventID: Int64?
    let shop: String
    let kind: String
    let lane: String
    var state = State.ready
    var step: String
    var queue = "local"
    var runAt: Timestamp
    var stepSince: Timestamp
    var runNumber: Int64 = 0
    var claimedAt: Timestamp?
    var worker: Int64?
    var attempt = 0
    var snoozes = 0
    var throttles = 0
    var doubts = 0
    var crashes = 0
    var part = 1
    var edition = 1
    var holder = false
    var doubtful = false
    var woken = false
    /// It runs, and counts against the concurrency of its destination.
    var limited = false
    /// Another job ordered it.
    let spawned: Bool
    /// No other of its shop, kind and lane is made before it has begun.
    let single: Bool
    var checkpoint: String?
    var evidence: String?
    var orderedAs: String?
    var reasonCode: String?
    var reason: String?

    init(
        id: Int64, eventID: Int64?, shop: String, kind: String, lane: String, step: String, at moment: Timestamp,
        spawned: Bool = false, single: Bool = false
    ) {
        self.id = id
        self.eventID = eventID
        self.shop = shop
        self.kind = kind
        self.lane = lane
        self.step = step
        runAt = moment
        stepSince = moment
        self.spawned = spawned
        self.single = single
    }

    /// It may run by itself, now or later.
    var isDue: Bool { state == .later || state == .inDoubt }

    /// What two databases are compared by: everything but moments.
    var picture: String {
        let flags = [
            holder ? "turn" : "", doubtful ? "doubtful" : "", woken ? "woken" : "", limited ? "limited" : "",
            evidence == nil ? "" : "heard", spawned ? "spawned" : "", single ? "single" : "",
        ]
        return
            "\(id) \(state.rawValue) \(step)@\(queue) run \(runNumber) part \(part).\(edition) worker \(worker ?? 0)"
            + " attempt \(attempt) snoozes \(snoozes) throttles \(throttles) doubts \(doubts) crashes \(crashes)"
            + " [\(flags.filter { !$0.isEmpty }.joined(separator: " "))] \(reasonCode ?? "-")"
    }

    /// Nobody holds it any more.
    mutating func leaveWorker() {
        worker = nil
        claimedAt = nil
        limited = false
    }

    /// It may be run behind the head of a stretch: nothing happened to it that needs care.
    var mayFollow: Bool {
        !holder && (state == .ready || state == .waiting) && queue == QueueName.local && !single && !doubtful
            && crashes == 0
    }

    /// A person's act: counters begin anew, the run number does not.
    mutating func beginAnew(at now: Timestamp) {
        runNumber += 1
        runAt = now
        stepSince = now
        (attempt, snoozes, throttles, doubts, crashes) = (0, 0, 0, 0, 0)
        (reasonCode, reason) = (nil, nil)
    }
}
