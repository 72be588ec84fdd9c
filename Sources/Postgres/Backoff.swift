/// Delays that grow with each failure and are drawn at random below their bound ("full jitter"), so that many
/// clients of a database that comes back do not come at once.
package struct Backoff: Hashable, Sendable {
    /// The bound for the first delay.
    package var base: Duration
    /// The bound that is never passed.
    package var limit: Duration

    /// Bounds that double from `base` to `limit`.
    package init(base: Duration = .milliseconds(50), limit: Duration = .seconds(2)) {
        self.base = base
        self.limit = limit
    }

    /// The longest delay after `failures` failures in a row: `base` · 2^(`failures` - 1), at most `limit`.
    package func bound(afterFailures failures: Int) -> Duration {
        let doublings = min(max(failures - 1, 0), 30)
        return min(base * (1 << doublings), limit)
    }

    /// A delay between zero and the bound, each as likely as the other.
    package func delay(afterFailures failures: Int) -> Duration {
        var generator = SystemChance.generator
        return delay(afterFailures: failures, using: &generator)
    }

    /// The same, drawn from `generator`.
    package func delay(afterFailures failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        .microseconds(Int64.random(in: 0...bound(afterFailures: failures).wholeMicroseconds, using: &generator))
    }
}
