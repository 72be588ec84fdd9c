import Postgres

@testable import JobQueue

/// Watches what no record at the end can show: every send, every call, every attempt, at the moment it happens.
struct Witness {
    /// Bytes of a receipt that left a worker.
    private struct Sending {
        let job: Int64
        let runNumber: Int64
        let key: String
        let at: Int64
        /// Its worker has stopped waiting for it.
        var isOver = false
        /// Its worker knows whether the provider has it.
        var isKnown = false
        /// The database knows.
        var isSettled = false
    }

    private(set) var breaches: [Breach] = []
    /// Bytes that left, and of these those that had left before.
    private(set) var sends = 0
    private(set) var repeats = 0
    private var sendings: [Sending] = []
    private var burned: [Int64: Int] = [:]
    private var calls: [Int64: Timestamp] = [:]
    private var begun: Set<RunID> = []
    /// When a destination with a rate let runs begin, and how many.
    private var admitted: [String: [(at: Int64, count: Int)]] = [:]
    /// Runs behind the head of a stretch, and claims for destinations with limits.
    private(set) var followers = 0
    private(set) var limitedClaims = 0

    private mutating func breach(_ promise: String, _ detail: String) {
        breaches.append(Breach(promise, detail))
    }

    /// I4: the bytes of a receipt leave. Only under a lease, only by the run that has the job, and never after a send
    /// whose outcome nobody knows, unless this run knows of it and the provider deduplicates.
    mutating func sends(
        _ key: String, _ run: JobRun, isOwner: Bool, isLeased: Bool, deduplicates: Bool, timeout: Int64, at now: Int64
    ) {
        let name = "run \(run.runNumber) of job \(run.job)"
        if !isLeased { breach("I4", "\(name) sends \(key) though its worker was called dead") }
        if !isOwner { breach("I4", "\(name) sends \(key) though the job is not its own any more") }
        for before in sendings where before.key == key && !before.isSettled {
            if before.runNumber == run.runNumber {
                breach("I4", "\(name) sends \(key) twice")
            } else if !run.settlingDoubt {
                breach("I4", "\(name) sends \(key) and does not know that run \(before.runNumber) may have")
            } else if !deduplicates {
                breach("I4", "\(name) sends \(key) again where a repeat is printed twice")
            } else if !before.isOver, before.at + timeout > now {
                breach("I4", "\(name) sends \(key) while the request of run \(before.runNumber) may be under way")
            }
        }
        sends += 1
        if sendings.contains(where: { $0.key == key }) { repeats += 1 }
        sendings.append(Sending(job: run.job.rawValue, runNumber: run.runNumber, key: key, at: now))
    }

    /// An answer to a send came, or the wait for it ended.
    mutating func hears(_ run: JobRun, isKnown: Bool) {
        for index in sendings.indices
        where sendings[index].job == run.job.rawValue && sendings[index].runNumber == run.runNumber {
            sendings[index].isOver = true
            sendings[index].isKnown = isKnown
        }
    }

    /// A person found out what became of a receipt.
    mutating func settles(_ key: String) {
        for index in sendings.indices where sendings[index].key == key { sendings[index].isSettled = true }
    }

    /// A person ordered the job to run again: its counters begin anew.
    mutating func beginsAnew(_ job: Int64) {
        burned[job] = 0
        calls[job] = nil
    }

    /// I9: a run was claimed. It knows how many attempts were burned, and only outcomes that say so burn one.
    mutating func claims(_ run: JobRun) {
        let count = burned[run.job.rawValue] ?? 0
        if run.attempt != count {
            breach("I9", "run \(run.runNumber) of job \(run.job) has attempt \(run.attempt), and \(count) were burned")
        }
    }

    /// I3: a run begins. No other has its number.
    mutating func begins(_ run: JobRun, isFollower: Bool) {
        if isFollower { followers += 1 }
        if !begun.insert(RunID(run)).inserted { breach("I3", "run \(run.runNumber) of job \(run.job) began twice") }
    }

    /// A destination allowed a claim so many runs, and has so many `running` now.
    mutating func admits(
        _ count: Int, _ queue: String, _ destination: ModelDestination, running: Int, at now: Int64
    ) {
        limitedClaims += 1
        if let concurrency = destination.concurrency, running > concurrency {
            breach("limits", "\(running) runs for \(queue), which allows \(concurrency)")
        }
        guard let rate = destination.rate else { return }
        admitted[queue, default: []].append((now, count))
        // However one looks at it: from any claim on no more than the burst, and what came since.
        var sum = 0
        for claim in (admitted[queue] ?? []).reversed() {
            sum += claim.count
            let allowed = Double(rate.burst) + Double(now - claim.at) / 1_000_000 * rate.perSecond
            if Double(sum) > allowed + 0.001 {
                return breach("limits", "\(sum) runs for \(queue) within \(now - claim.at) µs")
            }
        }
    }

    /// A provider called about a job's receipt.
    mutating func calls(_ job: ModelJob?, at now: Timestamp) {
        guard let job else { return }
        if job.state == .later, job.runAt > now { breach("I8", "job \(job.id) sleeps on after a call") }
        if job.state == .running { calls[job.id] = now }
    }

    /// An outcome was committed; `job` is what it left.
    mutating func records(_ report: Report, _ job: ModelJob?, at now: Timestamp) {
        let id = report.run.job.rawValue
        let isDone = report.disposition.verdict == "next"
        for index in sendings.indices where sendings[index].job == id {
            let isOwn = sendings[index].runNumber == report.run.runNumber && sendings[index].isKnown
            if isOwn || isDone { sendings[index].isSettled = true }
        }
        if report.disposition.step != nil {
            burned[id] = 0
        } else if report.disposition.burnsAttempt {
            burned[id, default: 0] += 1
        }
        // I8: whoever called while it was being asked about must not wait for the next poll.
        if let called = calls.removeValue(forKey: id), let job, report.disposition.verdict == "snooze",
            report.run.claimedAt <= called, job.runAt > now
        {
            breach("I8", "job \(id) was called about while it ran, and sleeps")
        }
    }
}
