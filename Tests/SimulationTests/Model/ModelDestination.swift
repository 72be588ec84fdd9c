import JobQueue
import Postgres

/// A row of `fiscal.destination`: its limits, its pause and its breaker.
struct ModelDestination: Sendable {
    static let threshold = 5

    private(set) var rate: DestinationLimits.Rate?
    private(set) var concurrency: Int?
    private var tokens = 0.0
    private var tokensAt = Timestamp.negativeInfinity
    private(set) var pausedUntil: Timestamp?
    private(set) var failures = 0
    private(set) var openings = 0
    private(set) var brokenUntil: Timestamp?
    private(set) var probingUntil: Timestamp?

    var hasLimits: Bool { rate != nil || concurrency != nil }

    /// Declares its limits; see `fiscal.limit_destination`.
    mutating func limit(_ limits: DestinationLimits, at now: Timestamp) {
        guard limits.rate != rate || limits.concurrency != concurrency else { return }
        let burst = Double(limits.rate?.burst ?? 0)
        tokens = rate == nil ? burst : min(tokens, burst)
        if rate == nil { tokensAt = now }
        rate = limits.rate
        concurrency = limits.concurrency
    }

    /// The tokens that it has by `now`.
    private func tokens(_ rate: DestinationLimits.Rate, at now: Timestamp) -> Double {
        let seconds = max(0, Double(tokensAt.duration(to: now).wholeMicroseconds) / 1_000_000)
        return min(Double(rate.burst), tokens + seconds * rate.perSecond)
    }

    /// For how long nothing is claimed for it; `nil`: until a person opens it.
    func closed(at now: Timestamp) -> Duration? {
        if pausedUntil == .infinity { return nil }
        var end = now
        if let pausedUntil { end = max(end, pausedUntil) }
        if let brokenUntil { end = max(end, brokenUntil, probingUntil ?? now) }
        if let rate {
            let missing = 1 - tokens(rate, at: now)
            if missing > 0 { end = max(end, now.advanced(by: .microseconds(Int64(missing / rate.perSecond * 1e6)))) }
        }
        return now.duration(to: end)
    }

    /// How many of `wanted` runs it allows while it is open and has so many `running`; see `fiscal.allowance`.
    mutating func allowance(_ wanted: Int, running: Int, at now: Timestamp) -> Int {
        var allowed = wanted
        if let brokenUntil {
            guard brokenUntil <= now, probingUntil.map({ $0 <= now }) ?? true else { return 0 }
            allowed = min(allowed, 1)
        }
        if let rate {
            tokens = tokens(rate, at: now)
            tokensAt = now
            allowed = min(allowed, Int(tokens))
        }
        if let concurrency { allowed = min(allowed, concurrency - running) }
        return max(0, allowed)
    }

    /// A claim used so much of its allowance.
    mutating func spend(_ used: Int, at now: Timestamp) {
        if rate != nil { tokens -= Double(used) }
        if brokenUntil != nil { probingUntil = now.advanced(by: .seconds(60)) }
    }

    /// How runs for it went, the last of the failed ones claimed at `claimed`; without failures, the last of all.
    mutating func report(successes: Int, failures bad: Int, claimed: Timestamp?, at now: Timestamp) {
        if successes > 0 {
            // It rests by its own word: what was under way when it asked for that does not say that it is back.
            if let brokenUntil, let pausedUntil, let claimed, brokenUntil > now, pausedUntil >= brokenUntil,
                claimed < brokenUntil
            {
                return
            }
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

    /// It is away by its own word; see `fiscal.rest_destination`.
    mutating func rest(for wait: Duration, claimed: Timestamp, at now: Timestamp) {
        let isNew = brokenUntil.map { $0 <= now } ?? true
        // It was under way before the rest that is over: the probe says more.
        if isNew, let brokenUntil, claimed < brokenUntil { return }
        let least = isNew ? now.advanced(by: .seconds(min(300, 5 << min(openings, 10)))) : brokenUntil ?? now
        let end = max(now.advanced(by: max(.zero, wait)), least)
        (brokenUntil, probingUntil) = (end, nil)
        if isNew { (failures, openings) = (failures + 1, openings + 1) }
        pausedUntil = max(pausedUntil ?? end, end)
    }

    /// Whether a person could open it: its limits are no closing.
    func isShut(at now: Timestamp) -> Bool { pausedUntil.map { $0 > now } ?? false || brokenUntil != nil }

    /// A person opens it.
    mutating func resume() {
        (pausedUntil, failures, openings, brokenUntil, probingUntil) = (nil, 0, 0, nil, nil)
    }

    /// The clock goes forward by `span`; seen from there all its moments are as much earlier.
    mutating func passTime(_ span: Duration) {
        let back = Duration.zero - span
        pausedUntil = pausedUntil?.advanced(by: back)
        brokenUntil = brokenUntil?.advanced(by: back)
        probingUntil = probingUntil?.advanced(by: back)
        tokensAt = tokensAt.advanced(by: back)
    }

    /// A breaker that would let a probe through within half an hour does so an hour later.
    mutating func holdBreaker(at now: Timestamp) {
        guard let until = brokenUntil, until > now, until < now.advanced(by: .seconds(1800)) else { return }
        brokenUntil = until.advanced(by: .seconds(3600))
    }
}
