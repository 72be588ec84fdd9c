import Relay
import Testing

@Suite("When the provider is asked again")
struct PollScheduleTests {
    @Test("Grows, within its bounds (I9)", arguments: [false, true])
    func growth(pastDeadline: Bool) {
        let ceiling: Duration = pastDeadline ? .seconds(600) : .seconds(60)
        var last: Duration = .zero
        for polls in 1...2000 {
            let longest = PollSchedule.pause(polls: polls, pastDeadline: pastDeadline, jitter: 1)
            let shortest = PollSchedule.pause(polls: polls, pastDeadline: pastDeadline, jitter: 0)
            #expect(longest >= last)
            #expect(shortest >= .milliseconds(750) && shortest <= longest && longest <= ceiling)
            #expect(shortest == longest * 0.75)
            last = longest
        }
        #expect(last == ceiling)
    }

    @Test(
        "The first pauses",
        arguments: [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (8, 60), (Int.max, 60), (0, 1), (-5, 1)])
    func first(polls: Int, seconds: Int) {
        #expect(PollSchedule.pause(polls: polls, pastDeadline: false, jitter: 1) == .seconds(seconds))
    }

    @Test("Jitter outside of its range is kept within", arguments: [(-1.0, 0.75), (0.5, 0.875), (2.0, 1.0)])
    func jitter(drawn: Double, factor: Double) {
        #expect(PollSchedule.pause(polls: 1, pastDeadline: false, jitter: drawn) == .seconds(1) * factor)
    }

    @Test func faultsThatBurnNoAttemptStillGrowThePause() {
        func pause(_ elapsed: Duration, pastDeadline: Bool = false) -> Duration {
            PollSchedule.pauseAfterFault(elapsed: elapsed, pastDeadline: pastDeadline, jitter: 1)
        }
        #expect(pause(.zero) == .seconds(1))
        #expect(pause(.seconds(-5)) == .seconds(1))
        #expect(pause(.seconds(40)) == .seconds(10))
        #expect(pause(.seconds(3600)) == .seconds(60))
        #expect(pause(.seconds(3600), pastDeadline: true) == .seconds(600))
        #expect(PollSchedule.pauseAfterFault(elapsed: .seconds(40), pastDeadline: false, jitter: 0) == .seconds(7.5))
    }
}
