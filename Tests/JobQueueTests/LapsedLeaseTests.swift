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

    /// Before a request a run asks whether its lease outlives it, by a clock that nobody sets.
    @Test func aRunHasItsLeaseForAsLongAsIsLeftOfIt() {
        let now = ContinuousClock.now
        let watch = LeaseWatch(until: now.advanced(by: .seconds(30)))
        let run = JobRun(job: JobID(1), shop: "shop", kind: "test", queue: "provider", step: "send", lease: watch)
        #expect(run.hasLease(for: .seconds(29), at: now))
        #expect(!run.hasLease(for: .seconds(30), at: now))
        #expect(!run.hasLease(for: .seconds(29), at: now.advanced(by: .seconds(1))))
        watch.renew(until: now.advanced(by: .seconds(40)))
        #expect(run.hasLease(for: .seconds(39), at: now))
        // An answer that comes late takes nothing back.
        watch.renew(until: now.advanced(by: .seconds(35)))
        #expect(run.hasLease(for: .seconds(39), at: now))
    }

    @Test func whatIsRevokedIsNotRenewed() {
        let now = ContinuousClock.now
        let watch = LeaseWatch()
        #expect(!watch.holds(for: .zero, at: now))
        watch.renew(until: now.advanced(by: .seconds(30)))
        #expect(watch.holds(for: .zero, at: now))
        watch.revoke()
        watch.renew(until: now.advanced(by: .seconds(60)))
        #expect(!watch.holds(for: .zero, at: now))
    }
}
