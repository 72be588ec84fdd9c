import Postgres
import Testing

@testable import JobQueue

/// A worker's state on a clock of the test's own.
protocol EngineScene {
    var start: ContinuousClock.Instant { get }
}

extension EngineScene {
    func configuration(_ change: (inout WorkerConfiguration) -> Void = { _ in }) -> WorkerConfiguration {
        var configuration = WorkerConfiguration(name: "test", version: "1")
        configuration.concurrency = 10
        change(&configuration)
        return configuration
    }

    func stream(_ queue: String = "local", shop: String = "shop", _ priority: Int = 0) -> SurveyFinding {
        SurveyFinding(
            queue: queue, stream: StreamKey(queue: queue, shop: shop, priority: priority), wait: .zero, closedFor: .zero
        )
    }

    func answer(survey findings: [SurveyFinding], at now: ContinuousClock.Instant) -> TurnAnswer {
        var answer = TurnAnswer()
        answer.survey = TurnAnswer.Survey(findings: findings, startedAt: now, took: .milliseconds(1))
        return answer
    }

    func claim(_ visited: [Int?], _ runs: [ClaimedRun] = []) -> TurnAnswer.Claim {
        TurnAnswer.Claim(answer: ClaimAnswer(runs: runs, visited: visited), took: .milliseconds(1))
    }

    /// Lets a state run on its own clock against an answerer; how many turns it took in `span`.
    func turns(
        _ state: inout EngineState, over span: Duration, answer: (Turn, ContinuousClock.Instant) -> TurnAnswer
    ) -> [Turn] {
        var (now, turns) = (start, [Turn]())
        while now < start.advanced(by: span) {
            switch state.next(at: now, leaseHolds: true) {
            case .turn(let turn):
                turns.append(turn)
                now = now.advanced(by: .milliseconds(1))
                state.ended(turn, answer(turn, now), at: now) { _ in .seconds(5) }
            case .sleep(let instant): now = max(instant, now.advanced(by: .microseconds(1)))
            case .end: return turns
            }
        }
        return turns
    }

    func claimed(_ id: Int64, queue: String = QueueName.local) -> ClaimedRun {
        ClaimedRun(
            run: JobRun(job: JobID(id), shop: "shop", kind: "test", queue: queue, step: "run"), priority: 0,
            readyAt: Timestamp(microsecondsSince1970: 0))
    }
}

/// The state did something else than the scene needs.
struct Unexpected: Error {
    let what: String
}
