import Testing

@testable import JobQueue

/// A worker whose lease has run out, as in an outage that outlasts it, claims nothing, and does not keep its processor busy
/// with finding that out.
@Suite struct LapsedLeaseTests {
    @Test func itSleepsUntilItMayLookAgain() {
        let configuration = WorkerConfiguration(name: "test", version: "1")
        let now = ContinuousClock.now
        var state = EngineState(configuration, at: now)
        state.hint(at: now)
        guard case .sleep(let instant) = state.next(at: now, leaseHolds: false) else {
            Issue.record("it looks for work without a lease")
            return
        }
        #expect(now.duration(to: instant) >= configuration.poll)
    }
}
