/// When a worker that lost the answer to a claim compares its runs with those that the database takes it to have, after it
/// has done so at once.
///
/// Whoever carries the claim out, a server or a pooler that stood still, may do so as late as it likes, and the jobs would
/// stand as running for as long as this worker lives. So the comparisons never end; but each reads all of `job`, and each
/// waits twice as long as the one before, up to an hour: what was claimed late is found after about as much time again.
struct LostClaims: Hashable, Sendable {
    static let longestPause: Duration = .seconds(3600)

    private let firstPause: Duration
    /// Before the comparison after the next; `nil`: no claim was ever lost.
    private var pause: Duration?
    private var nextAt: ContinuousClock.Instant?

    /// - Parameter firstPause: between the comparison at once and the next one.
    init(firstPause: Duration) {
        self.firstPause = firstPause
    }

    /// A claim may be carried out, now or later, that nobody here knows of.
    mutating func lost() {
        pause = firstPause
    }

    /// Whether a comparison is due at `now`.
    func areDue(at now: ContinuousClock.Instant) -> Bool { nextAt.map { $0 <= now } ?? false }

    /// A comparison ended at `now`.
    mutating func compared(at now: ContinuousClock.Instant) {
        guard let pause else { return }
        nextAt = now.advanced(by: pause)
        self.pause = min(pause * 2, Self.longestPause)
    }
}
