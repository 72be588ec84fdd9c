/// How long to wait before a job that failed is tried again: exponential with full jitter.
///
/// Full jitter spreads the load of many jobs that failed together best (AWS Architecture Blog, "Exponential Backoff
/// And Jitter").
package struct RetryBackoff: Hashable, Sendable {
    /// Upper bound of the first wait.
    package let base: Duration
    /// Upper bound of every wait.
    package let cap: Duration

    package static let standard = RetryBackoff(base: .seconds(2), cap: .seconds(3600))

    package init(base: Duration, cap: Duration) {
        self.base = base
        self.cap = cap
    }

    /// The upper bound of the wait after the run number `attempt` (from 0) failed: `base · 2^attempt`, at most `cap`.
    package func ceiling(afterAttempt attempt: Int) -> Duration {
        guard attempt < 40 else { return cap }
        return min(cap, base * Double(sign: .plus, exponent: max(0, attempt), significand: 1))
    }

    /// A wait drawn evenly from zero to ``ceiling(afterAttempt:)``.
    package func delay(afterAttempt attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let ceiling = ceiling(afterAttempt: attempt)
        let milliseconds = Int64(ceiling / .milliseconds(1))
        return .milliseconds(Int64.random(in: 0...max(0, milliseconds), using: &generator))
    }
}
