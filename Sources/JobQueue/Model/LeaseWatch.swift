import Synchronization

/// Until when this process may believe in its lease, by its own `ContinuousClock`.
///
/// It counts from the moment before the last successful heartbeat was sent, so it always ends before the lease in the
/// database does. One per worker, shared by all its runs.
package final class LeaseWatch: Sendable {
    private struct State {
        var end: ContinuousClock.Instant?
        var isRevoked = false
    }

    private let state: Mutex<State>

    /// A lease that never ends: for tests of steps.
    package static let endless = LeaseWatch(until: ContinuousClock.now.advanced(by: .seconds(1_000_000_000)))

    /// - Parameter end: the instant up to which the lease holds; `nil`: it does not hold.
    package init(until end: ContinuousClock.Instant? = nil) {
        state = Mutex(State(end: end))
    }

    /// Whether the lease still holds `duration` from `now`.
    package func holds(for duration: Duration, at now: ContinuousClock.Instant = .now) -> Bool {
        guard let end = state.withLock({ $0.end }) else { return false }
        return now.advanced(by: duration) < end
    }

    /// Moves the end forward, never back. Too late for a lease that was revoked.
    func renew(until instant: ContinuousClock.Instant) {
        state.withLock { state in
            guard !state.isRevoked else { return }
            state.end = max(state.end ?? instant, instant)
        }
    }

    /// The lease is lost for good: another worker may own the jobs.
    func revoke() {
        state.withLock { $0 = State(end: nil, isRevoked: true) }
    }
}
