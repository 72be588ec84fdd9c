import Postgres
import Testing

@testable import JobQueue

/// What outcomes tell of the destination that they were to reach.
struct DestinationNewsTests {
    private static let mine = JobFailure(code: "mine", message: "The job's own fault.")
    private static let its = JobFailure(code: "its", message: "The destination's fault.", blamesDestination: true)

    private func news(_ verdict: Verdict, isAnswered: Bool) throws -> (successes: Int, failures: Int) {
        let moment = Timestamp(microsecondsSince1970: 1_700_000_000_000_000)
        let exchange = ExchangeRecord(sentAt: moment, answeredAt: isAnswered ? moment : nil, code: "200")
        let run = JobRun(job: JobID(1), shop: "shop", kind: "test", queue: "provider", step: "send")
        let all = DestinationNews.of([try Report.test(run, Outcome(verdict, exchange: exchange))])
        let one = try #require(all.first)
        return (one.news.successes, one.news.failures)
    }

    @Test(arguments: [true, false])
    func whoeverIsBlamedHasFailedAnsweredOrNot(isAnswered: Bool) throws {
        for verdict in [
            Verdict.later(Self.its), .throttled(Self.its), .inDoubt(Self.its), .dead(Self.its),
        ] {
            #expect(try news(verdict, isAnswered: isAnswered) == (0, 1), "\(verdict)")
        }
    }

    @Test func anAnswerThatBlamesTheJobIsOne() throws {
        for verdict in [Verdict.later(Self.mine), .inDoubt(Self.mine), .dead(Self.mine)] {
            #expect(try news(verdict, isAnswered: true) == (1, 0), "\(verdict)")
            // What never reached it says nothing.
            #expect(try news(verdict, isAnswered: false) == (0, 0), "\(verdict)")
        }
        for verdict in [
            Verdict.throttled(Self.mine), .unauthorised(Self.mine), .finish(outcome: "done"),
            .snooze(for: .zero, checkpoint: nil),
        ] {
            #expect(try news(verdict, isAnswered: true) == (1, 0), "\(verdict)")
        }
        #expect(try news(.handBack, isAnswered: true) == (0, 0))
    }
}
