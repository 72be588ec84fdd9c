import Postgres
import Relay

@testable import JobQueue
@testable import Relay

extension ModelDatabase {
    struct Recorded {
        var recorded: [Report] = []
        /// No row had their run number.
        var unmatched: [Report] = []
        /// Destinations whose breaker closed by it.
        var healed: [String] = []
    }

    /// Records outcomes as ``QueueStore`` does in one transaction: those whose run number matches, with their effects.
    /// `nil`: a unique index refused one of them, and nothing was recorded.
    mutating func record(_ reports: [Report], by worker: Int64, at now: Timestamp) -> Recorded? {
        var answer = Recorded()
        let reports = reports.count > 1 ? reports.sorted { $0.run.job < $1.run.job } : reports
        let matched = reports.filter { $0.head == nil && isMatched($0, worker) }
        let heads = Set(matched.lazy.filter { $0.disposition.place == nil }.map(\.run.job))
        for report in reports {
            let counts = report.head == nil ? isMatched(report, worker) : follows(report, heads: heads)
            if counts { answer.recorded.append(report) } else { answer.unmatched.append(report) }
        }
        guard !isRefused(answer.recorded) else { return nil }
        var lanes: [(shop: String, lane: String)] = []
        for report in answer.recorded where report.disposition.place == nil {
            guard let index = index(report.run.job.rawValue) else { continue }
            if jobs[index].holder { lanes.append((jobs[index].shop, jobs[index].lane)) }
            if report.head != nil { follow(index, report) }
            finish(index, report, worker, now)
        }
        for report in answer.recorded where report.disposition.place != nil && report.head != nil {
            takeTurn(report, worker: worker)
        }
        // In a step of its own: it sees who has taken a turn.
        for (shop, lane) in lanes where !isTaken(shop: shop, lane: lane) { passTurn(shop: shop, lane: lane, at: now) }
        for report in answer.recorded where report.disposition.place != nil {
            if let index = index(report.run.job.rawValue) { move(index, report, worker, now) }
        }
        if answer.recorded.contains(where: { !$0.outcome.spawned.isEmpty }) { spawn(answer.recorded, at: now) }
        for report in answer.recorded { for effect in report.outcome.effects { apply(effect, at: now) } }
        for (name, news) in DestinationNews.of(answer.recorded) {
            for (hold, _) in news.holds {
                var wait: Duration?
                if case .briefly(let duration) = hold { wait = duration }
                destinations[name, default: ModelDestination()].hold(for: wait, at: now)
            }
            if destinations[name] == nil, news.successes == 0, news.failures > 0 {
                destinations[name] = ModelDestination()
            }
            let wasBroken = destinations[name]?.brokenUntil != nil
            destinations[name]?.report(
                successes: news.successes, failures: news.failures, claimed: news.claimedAt, at: now)
            if wasBroken, destinations[name]?.brokenUntil == nil {
                answer.healed.append(name)
                tellSleepers(at: now)
            }
        }
        return answer
    }

    private func isMatched(_ report: Report, _ worker: Int64) -> Bool {
        index(report.run.job.rawValue).map { !isFenced(jobs[$0], report, worker) } ?? false
    }

    private func isTaken(shop: String, lane: String) -> Bool {
        jobs.contains { $0.holder && $0.shop == shop && $0.lane == lane }
    }

    private func isFenced(_ job: ModelJob, _ report: Report, _ worker: Int64) -> Bool {
        if mutation == .fenceRemoved { return false }
        return job.runNumber != report.run.runNumber || job.state != .running || job.worker != worker
    }

    private mutating func finish(_ index: Int, _ report: Report, _ worker: Int64, _ now: Timestamp) {
        if let event = jobs[index].eventID, !jobs[index].spawned, ends[event] == nil, mutation != .endForgotten {
            ends[event] = HistoryEvent.End(outcome: report.disposition.outcome ?? "", at: now)
        }
        if report.disposition.recordsHistory {
            close(index, "finish", at: now, worker: worker, report)
        }
        jobs.remove(at: index)
    }

    private mutating func move(_ index: Int, _ report: Report, _ worker: Int64, _ now: Timestamp) {
        let disposition = report.disposition
        if disposition.recordsHistory {
            close(index, disposition.verdict, at: now, worker: worker, report)
        }
        var job = jobs[index]
        let advances = disposition.step != nil
        let place = disposition.place.flatMap { ModelJob.State(rawValue: $0.rawValue) } ?? .dead
        let isSnooze = disposition.verdict == "snooze"
        if place == .ready || place == .later, job.doubtful, !advances {
            job.state = .inDoubt
        } else if place == .later, isSnooze, job.woken {
            job.state = .ready
        } else {
            job.state = place
        }
        // Delays go to the database in whole milliseconds.
        let isCalled = job.woken && (isSnooze || place == .inDoubt && job.doubts < 10)
        job.runAt = isCalled ? now : now.advanced(by: .milliseconds(disposition.delay.milliseconds))
        job.leaveWorker()
        job.woken = false
        if disposition.verdict != "hand_back" { job.crashes = 0 }
        job.step = disposition.step ?? job.step
        job.queue = disposition.queue ?? job.queue
        job.part = disposition.part ?? job.part
        job.doubtful =
            !advances
            && (job.doubtful || disposition.verdict == "in_doubt" && (place == .inDoubt || place == .dead))
        if advances {
            job.stepSince = now
            (job.attempt, job.snoozes, job.throttles, job.doubts) = (0, 0, 0, 0)
            job.evidence = nil
            job.checkpoint = disposition.checkpoint
        } else {
            if disposition.burnsAttempt { job.attempt += 1 }
            if isSnooze { job.snoozes += 1 }
            if disposition.verdict == "throttled" || disposition.verdict == "unauthorised" { job.throttles += 1 }
            if disposition.verdict == "in_doubt" { job.doubts += 1 }
            job.checkpoint = disposition.checkpoint ?? job.checkpoint
        }
        job.reasonCode = disposition.failure?.code
        job.reason = disposition.failure?.message
        jobs[index] = job
    }

    /// Keeps what fenced runs said; `repeated`, `fenced` or `gone` for each.
    mutating func keepEvidence(_ reports: [Report], by worker: Int64, at now: Timestamp) -> [String] {
        let findings = reports.map { keep($0, worker, now) }
        // Steps that write a level are run once more.
        spawn(
            Report.levels(zip(reports, findings).filter { $0.1 == "fenced" }.map(\.0)).map { ($0.run, $0.job) }, at: now
        )
        return findings
    }

    private mutating func keep(_ report: Report, _ worker: Int64, _ now: Timestamp) -> String {
        let run = report.run
        let index = index(run.job.rawValue)
        let isKnown = runs.contains {
            $0.job == run.job.rawValue && $0.runNumber == run.runNumber && $0.worker == worker && $0.outcome != "lost"
        }
        let isAtRest = index.map { jobs[$0].runNumber == run.runNumber && jobs[$0].state != .running } ?? false
        if !report.isLate, isKnown || isAtRest { return "repeated" }
        if index == nil, !runs.contains(where: { $0.job == run.job.rawValue && $0.runNumber >= run.runNumber }) {
            return "gone"
        }
        runs.append(
            HistoryRun(
                job: run.job.rawValue, runNumber: run.runNumber, worker: worker, startedAt: run.claimedAt,
                endedAt: now, part: run.part, edition: run.edition, step: run.step, outcome: "fenced",
                digest: report.outcome.exchange?.digest.map { book?.text(of: $0) ?? "" }))
        if let index, let heard = report.outcome.exchange?.evidence, jobs[index].step == run.step,
            jobs[index].part == run.part, jobs[index].edition == run.edition
        {
            jobs[index].evidence = heard
            if jobs[index].state == .dead, jobs[index].reasonCode == "in_doubt" { jobs[index].state = .inDoubt }
            if jobs[index].state == .inDoubt { jobs[index].runAt = now }
        }
        return "fenced"
    }
}
