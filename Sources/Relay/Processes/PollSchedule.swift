/// When the provider is asked again about a receipt that it has accepted (I9).
///
/// From one second (a setting of the account) growing to one minute while the deadline of the receipt lies ahead, so that the order shows its
/// result soon; at most ten minutes apart after it, for ever: what was accepted may still be printed.
package struct PollSchedule: Hashable, Sendable {
    package static let first: Duration = .seconds(1)
    package static let longestBeforeDeadline: Duration = .seconds(60)
    package static let longestAfterDeadline: Duration = .seconds(600)

    /// The pause before the next look.
    ///
    /// - Parameters:
    ///   - polls: How often the provider has said “not yet”, this time included: 1 or more.
    ///   - pastDeadline: Whether the deadline of the receipt has passed.
    ///   - first: The pause before the first look, more than zero; the others grow from it.
    ///   - jitter: 0 up to 1, drawn by the caller. The pause is 75 to 100 % of the grown one, so that a thousand
    ///     receipts accepted at once are not asked about at once.
    /// - Returns: More than zero, at most the longest pause or `first`, if that is longer.
    package static func pause(
        polls: Int, pastDeadline: Bool, first: Duration = PollSchedule.first, jitter: Double
    ) -> Duration {
        let ceiling = max(first, pastDeadline ? longestAfterDeadline : longestBeforeDeadline)
        let doublings = min(max(polls - 1, 0), 30)
        let grown = min(first * (1 << doublings), ceiling)
        return grown * (0.75 + 0.25 * min(max(jitter, 0), 1))
    }

    /// The pause after a poll that failed: a quarter of the time since the first one, within the same bounds.
    ///
    /// By time and not by count: a fault that is the provider's burns no attempt, so nothing else would grow.
    /// - Parameters:
    ///   - elapsed: Since the provider was first asked about the receipt.
    ///   - pastDeadline: Whether the deadline of the receipt has passed.
    ///   - jitter: As in ``pause(polls:pastDeadline:first:jitter:)``.
    /// - Returns: More than zero, at most the longest pause.
    package static func pauseAfterFault(elapsed: Duration, pastDeadline: Bool, jitter: Double) -> Duration {
        let ceiling = pastDeadline ? longestAfterDeadline : longestBeforeDeadline
        let grown = min(max(first, elapsed / 4), ceiling)
        return grown * (0.75 + 0.25 * min(max(jitter, 0), 1))
    }
}
