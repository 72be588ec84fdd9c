import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// A call from outside about a job in doubt, such as a provider's callback: its doubt is settled at once, but never while
/// the request that left it may be under way.
@Suite(.database, .timeLimit(.minutes(10))) struct DoubtCalledTests {
    let queue = QueueHarness.current
    private let hours = Duration.seconds(7200)

    private func step(_ answer: @escaping @Sendable (JobRun) async -> Outcome) -> StepDefinition {
        .test(doubt: .lookup, run: answer)
    }

    private func doubt(_ wait: Duration) -> Outcome {
        Outcome(.inDoubt(JobFailure(code: "timeout", message: "No answer."), retryAfter: wait))
    }

    @Test func aJobThatWaitsInDoubtLooksAtOnce() async throws {
        try await queue.declare("test")
        let job = try await queue.insert()
        let signals = JobSignals(queue.pool)
        let step = step { run in run.settlingDoubt ? Outcome(.finish(outcome: "found")) : doubt(hours) }
        try await queue.withWorker([step]) { _ in
            try await eventually("it is in doubt") { try await queue.state(job) == "in_doubt" }
            #expect(try await signals.wake(job))
            try await queue.drained()
        }
        #expect(try await signals.wake(job) == false)
    }

    @Test func aCallDuringTheRunIsRememberedForItsDoubt() async throws {
        try await queue.declare("test")
        let job = try await queue.insert()
        let (began, go) = (Gate(), Gate())
        let step = step { run in
            guard !run.settlingDoubt else { return Outcome(.finish(outcome: "found")) }
            began.open()
            await go.wait()
            return doubt(hours)
        }
        try await queue.withWorker([step]) { _ in
            await began.wait()
            #expect(try await JobSignals(queue.pool).wake(job))
            go.open()
            try await queue.drained()
        }
    }

    /// Whoever calls and never answers must not use up the doubts that come before a person: some of them take their time.
    @Test func afterTenDoubtsACallHastensNothing() async throws {
        try await queue.declare("test")
        let job = try await queue.insert()
        let (signals, runs) = (JobSignals(queue.pool), Journal<Int>())
        let step = step { run in
            runs.add(run.doubts)
            // It calls during each run, and never answers.
            _ = try? await signals.wake(run.job)
            return doubt(hours)
        }
        try await queue.withWorker([step]) { _ in
            try await eventually("it waits") {
                try await queue.number("SELECT doubts FROM fiscal.job WHERE run_at > now() + interval '1 hour'") > 0
            }
            #expect(try await signals.wake(job) == false)
        }
        #expect(runs.entries == Array(0...10))
        #expect(try await queue.number("SELECT doubts FROM fiscal.job") == 11)
    }

    @Test func theRequestOfAWorkerThatDiedIsWaitedFor() async throws {
        try await queue.declare("test")
        let job = try await queue.insert()
        let lost = try await queue.registerWorker([("test", "run", .lookup)])
        let rescuer = try await queue.registerWorker([("test", "run", .lookup)])
        let session = try await SQLSession.open()
        #expect(try await session.claim(lost) == [1])
        try await queue.sql("UPDATE fiscal.worker_step SET timeout = interval '1 hour'")
        try await queue.sql("UPDATE fiscal.worker SET steady_since = now() - 2 * lease WHERE id = \(rescuer)")
        try await queue.sql("UPDATE fiscal.worker SET lease_until = now() - interval '1 s' WHERE id = \(lost)")
        #expect(try await queue.number("SELECT fiscal.bury_workers(\(rescuer))") == 1)
        #expect(try await queue.texts("SELECT became FROM fiscal.rescue(\(rescuer), 10)") == ["in_doubt"])
        let before = try await queue.texts("SELECT run_at::text FROM fiscal.job")
        #expect(try await JobSignals(queue.pool).wake(job) == false)
        #expect(try await queue.texts("SELECT run_at::text FROM fiscal.job") == before)
        #expect(try await session.claim(rescuer) == [])
        await session.connection.close()
    }
}
