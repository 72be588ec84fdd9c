import Postgres

/// What the reports of one transaction mean for one destination.
struct DestinationNews: Sendable {
    /// Runs to which it gave an answer that is not to be blamed on it, whatever that said.
    private(set) var successes = 0
    /// Runs whose failure is to be blamed on it; the jobs of one failed call are one.
    private(set) var failures = 0
    private(set) var holds: [(hold: Disposition.Hold, failure: JobFailure)] = []
    private var lastClaim: Timestamp?
    private var lastFailedClaim: Timestamp?
    /// When the jobs of failed calls were claimed that carried many jobs.
    private var failedCalls: Set<Timestamp> = []

    /// When the last of the runs that failed was claimed; if none did, the last of all.
    var claimedAt: Timestamp? { lastFailedClaim ?? lastClaim }

    /// What the reports whose outcomes counted tell of which destination, in the order of their names.
    static func of(_ reports: [Report]) -> [(name: String, news: DestinationNews)] {
        var news: [String: DestinationNews] = [:]
        for report in reports where report.run.queue != QueueName.local {
            news[report.run.queue, default: DestinationNews()].add(report)
        }
        return news.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private mutating func add(_ report: Report) {
        let claimedAt = report.run.claimedAt
        lastClaim = max(lastClaim ?? claimedAt, claimedAt)
        if let hold = report.disposition.hold, let failure = report.disposition.failure {
            holds.append((hold, failure))
        }
        switch report.outcome.verdict {
        case .later(let failure, _) where failure.blamesDestination,
            .throttled(let failure, _) where failure.blamesDestination,
            .inDoubt(let failure, _) where failure.blamesDestination,
            .dead(let failure) where failure.blamesDestination:
            lastFailedClaim = max(lastFailedClaim ?? claimedAt, claimedAt)
            let isNew = !report.disposition.isBatched || failedCalls.insert(claimedAt).inserted
            failures += isNew ? 1 : 0
        case .next, .snooze, .finish, .throttled, .unauthorised: successes += 1
        case .dead, .later, .inDoubt:
            // What never reached the destination says nothing about it.
            successes += report.outcome.exchange?.answeredAt != nil ? 1 : 0
        case .handBack: break
        }
    }
}
