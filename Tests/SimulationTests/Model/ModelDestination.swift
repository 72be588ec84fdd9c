import Postgres

/// A row of `fiscal.destination` without limits: its pause and its breaker.
struct ModelDestination: Sendable {
    static let threshold = 5

    private(set) var pausedUntil: Timestamp?
    private(set) var failures = 0
    private(set) var openings = 0
    private(set) var brokenUntil: Timestamp?
    private(set) var probingUntil: Timestamp?

    /// For how long nothing is claimed for it; `nil`: until a person opens it.
    func closed(at now: Timestamp) -> Duration? {
        if pausedUntil == .infinity { return nil }
        var end = now
        if let pausedUntil { end = max(end, pausedUntil) }
        if let brokenUntil { end = max(end, brokenUntil, probingUntil ?? now) }
        return now.duration(to: end)
    }

    /// How many of `wanted` runs it allows while it is open.
    func allowance(_ wanted: Int) -> Int { brokenUntil == nil ? wanted : min(wanted, 1) }

    /// A claim used its allowance.
    mutating func spend(at now: Timestamp) {
        if brokenUntil != nil { probingUntil = now.advanced(by: .seconds(60)) }
    }

    /// How runs for it went, the last of the failed ones claimed at `claimed`; without failures, the last of all.
    mutating func report(successes: Int, failures bad: Int, claimed: Timestamp?, at now: Timestamp) {
        if successes > 0 {
            (failures, openings, brokenUntil, probingUntil) = (0, 0, nil, nil)
        } else if bad == 0 {
            // A probe that heard nothing is given up.
            if let brokenUntil, let claimed, brokenUntil <= claimed { probingUntil = nil }
        } else {
            // Runs that were under way when it broke say nothing new.
            if let brokenUntil, let claimed, claimed < brokenUntil { return }
            failures += bad
            if brokenUntil == nil, failures < Self.threshold { return }
            let seconds = min(300, 5 << min(openings, 10))
            openings += 1
            brokenUntil = now.advanced(by: .seconds(seconds))
            probingUntil = nil
        }
    }

    /// Closes it, longer than it is closed already; `nil`: until a person opens it.
    mutating func hold(for wait: Duration?, at now: Timestamp) {
        let end = wait.map { now.advanced(by: $0) } ?? .infinity
        pausedUntil = max(pausedUntil ?? end, end)
    }

    /// A person opens it.
    mutating func resume() {
        self = ModelDestination()
    }

    /// The clock goes forward by `span`; seen from there all its moments are as much earlier.
    mutating func passTime(_ span: Duration) {
        let back = Duration.zero - span
        pausedUntil = pausedUntil?.advanced(by: back)
        brokenUntil = brokenUntil?.advanced(by: back)
        probingUntil = probingUntil?.advanced(by: back)
    }

    /// A breaker that would let a probe through within half an hour does so an hour later.
    mutating func holdBreaker(at now: Timestamp) {
        guard let until = brokenUntil, until > now, until < now.advanced(by: .seconds(1800)) else { return }
        brokenUntil = until.advanced(by: .seconds(3600))
    }
}
