import Postgres

/// How a worker looks into one stream of ready jobs, or for the due jobs of one queue: mostly from its floor on, from
/// time to time from the bottom.
struct ClaimLook: Sendable {
    private(set) var floor = ClaimFloor()
    /// When the next look begins at the bottom.
    private(set) var fullLookAt: ContinuousClock.Instant
    /// Before then a full look would cost too much.
    private(set) var noFullLookBefore: ContinuousClock.Instant
    /// A survey has seen something there since the last full look.
    private var isSeen = false

    /// Full looks may cost a fiftieth: much that others have claimed, or only another release can run, may be in the way.
    private static let costFactor = 50
    private static let longestPause = Duration.seconds(10)

    init(at now: ContinuousClock.Instant) {
        (fullLookAt, noFullLookBefore) = (now, now)
    }

    /// A survey saw something.
    mutating func see() {
        isSeen = true
    }

    /// A look begins: where. From the bottom, if the time for that has come.
    mutating func begin(at now: ContinuousClock.Instant) -> (floor: ClaimFloor.Position, isFull: Bool) {
        guard fullLookAt <= now else { return (floor.position, false) }
        fullLookAt = now.advanced(by: .seconds(1))
        return (.bottom, true)
    }

    /// A look came as far as `position` and took `took`.
    mutating func end(
        _ position: ClaimFloor.Position?, isFull: Bool, took: Duration, at now: ContinuousClock.Instant
    ) {
        if let position { floor.reached(position, at: now) }
        guard isFull else { return }
        isSeen = false
        noFullLookBefore = now.advanced(by: min(took * Self.costFactor, Self.longestPause))
        fullLookAt = max(noFullLookBefore, now.advanced(by: .seconds(1)))
    }

    /// It found all that was there for us, and began at `lookedAt` by the database's clock, if what was there is not
    /// hidden by a limit: what is still there is not looked at again before the next full look. That comes soon if a
    /// survey has seen more than a look from the floor on finds.
    mutating func foundAll(lookedAt: Timestamp?, at now: ContinuousClock.Instant) {
        if let lookedAt { floor.reached(ClaimFloor.Position(readyAt: lookedAt, id: 0), at: now) }
        if isSeen { fullLookAt = min(fullLookAt, max(now, noFullLookBefore)) }
    }
}
