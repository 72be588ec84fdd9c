/// When a worker that finds nothing looks again, and when it asks producers to notify it.
///
/// NOTIFY takes a lock that all commits share, so it is asked for only while somebody sleeps: the first look that
/// finds nothing raises the flag, a few quick looks catch what was committed around that moment, then one look per
/// poll interval remains. A row of looks that all find something says that the load itself keeps the worker awake, and
/// lowers the flag.
struct WakePolicy: Sendable {
    /// What to tell producers.
    enum Wish: Hashable, Sendable {
        case notify(for: Duration)
        case silence
    }

    private static let quickLooks: [Duration] = [1, 2, 5, 10, 50].map { .milliseconds($0) }
    /// So long after the flag is raised whoever wrote without seeing it has most likely committed.
    static let flagSettles = quickLooks.reduce(.zero, +)
    private static let flagLasts = Duration.seconds(30)
    private static let busyAfter = 8

    private let poll: Duration
    private var looks = 0
    private var found = 0
    private var flaggedUntil: ContinuousClock.Instant?

    init(poll: Duration) {
        self.poll = poll
    }

    /// Work was found: the next look is soon.
    mutating func foundWork(at now: ContinuousClock.Instant) -> (next: ContinuousClock.Instant, wish: Wish?) {
        looks = 0
        found += 1
        let next = now.advanced(by: Self.quickLooks[0])
        guard found == Self.busyAfter, flaggedUntil != nil else { return (next, nil) }
        flaggedUntil = nil
        return (next, .silence)
    }

    /// Nothing was found. A wish for notifications must be committed before the next look.
    mutating func foundNothing(
        at now: ContinuousClock.Instant, using generator: inout some RandomNumberGenerator
    ) -> (next: ContinuousClock.Instant, wish: Wish?) {
        found = 0
        var wish: Wish?
        if flaggedUntil.map({ $0 < now.advanced(by: Self.flagLasts / 2) }) ?? true {
            flaggedUntil = now.advanced(by: Self.flagLasts)
            wish = .notify(for: Self.flagLasts)
            looks = 0
        }
        defer { looks += 1 }
        guard looks >= Self.quickLooks.count else { return (now.advanced(by: Self.quickLooks[looks]), wish) }
        let jitter = Double.random(in: 0.8...1.2, using: &generator)
        return (now.advanced(by: poll * jitter), wish)
    }
}
