import Postgres

/// Where in a stream a claim may begin to look, so that it need not walk over rows that died under the index.
///
/// It follows what was claimed at a distance: a position counts once it is ``margin`` old. A producer that commits
/// later than that falls below the floor, and is found by the next full look.
struct ClaimFloor: Sendable {
    struct Position: Hashable, Sendable {
        var readyAt: Timestamp
        var id: Int64

        static let bottom = Position(readyAt: .negativeInfinity, id: 0)
    }

    private static let margin = Duration.milliseconds(50)

    private(set) var position = Position.bottom
    private var claimed: [(position: Position, at: ContinuousClock.Instant)] = []

    /// Remembers how far a claim came.
    mutating func reached(_ position: Position, at now: ContinuousClock.Instant) {
        claimed.append((position, at: now))
        while let first = claimed.first, first.at.advanced(by: Self.margin) <= now {
            self.position = first.position
            claimed.removeFirst()
        }
    }
}
