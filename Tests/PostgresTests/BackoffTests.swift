import Testing

@testable import Postgres

@Suite struct BackoffTests {
    @Test func boundsDoubleUpToTheLimit() {
        let backoff = Backoff(base: .milliseconds(50), limit: .seconds(2))
        let bounds = [0, 1, 2, 3, 6, 7, 1000].map { backoff.bound(afterFailures: $0) }
        #expect(bounds == [50, 50, 100, 200, 1600, 2000, 2000].map { .milliseconds($0) })
    }

    @Test func delaysFillTheRangeBelowTheBound() {
        let backoff = Backoff(base: .milliseconds(100), limit: .seconds(1))
        let delays = (0..<1000).map { _ in backoff.delay(afterFailures: 2) }
        #expect(delays.allSatisfy { .zero <= $0 && $0 <= .milliseconds(200) })
        #expect(delays.contains { $0 < .milliseconds(50) } && delays.contains { $0 > .milliseconds(150) })
    }
}
