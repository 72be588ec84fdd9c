import Synchronization

/// Until when this process may believe in its lease, by its own `ContinuousClock`.
///
/// It counts from the moment before the last successful heartbeat was sent, so it always ends before the lease in the
/// database does. One per worker, shared by all its runs.
package final class LeaseWatch: Sendable {
    private let end: Mutex<ContinuousClock.Instant?>

    /// A lease that never ends: for tests of steps.
    package static let endless = LeaseWatch(until: ContinuousClock.now.advanced(by: .seconds(1_000_000_000)))

    /// - Parameter end: the instant up to which the lease holds; `nil`: it does not hold.
    package init(until end: ContinuousClock.Instant? = nil) {
        self.end = Mutex(end)
    }

    /// Whether the lease still holds `duration` from `now`.
    package func holds(for duration: Duration, at now: ContinuousClock.Instant = .now) -> Bool {
        guard let end = end.withLock({ $0 }) else { return false }
        return now.advanced(by: duration) < end
    }

    /// Moves the end forward, never back.
    func renew(until instant: ContinuousClock.Instant) {
        end.withLock { end in
            end = max(end ?? instant, instant)
        }
    }

    /// The lease is lost for good: another worker may own the jobs.
    func revoke() {
        end.withLock { $0 = nil }
    }
}
