import Postgres
import TestSupport
import Testing

@testable import JobQueue

@Suite(.database, .timeLimit(.minutes(10))) struct WorkerTests {
    let queue = QueueHarness.current

    @Test func aJobWalksItsStepsAndLeavesItsHistory() async throws {
        try await queue.declare("test", step: "first")
        let seen = Journal<String>()
        let first = StepDefinition.test("first") { run in
            seen.add("first \(run.checkpoint ?? "-") \(run.payload)")
            return Outcome(.next(step: "second", queue: "provider", part: 2, checkpoint: #"{"a": 1}"#))
        }
        let second = StepDefinition.test("second") { run in
            seen.add("second \(run.checkpoint ?? "-") \(run.queue) \(run.part)")
            return Outcome(.finish(outcome: "fiscalised"))
        }
        let job = try await queue.insert(payload: #"{"n": 1}"#)
        try await queue.withWorker([first, second]) { _ in try await queue.drained() }
        #expect(seen.entries == [#"first - {"n": 1}"#, #"second {"a": 1} provider 2"#])
        #expect(
            try await queue.texts("SELECT step || ' ' || outcome FROM fiscal.attempt ORDER BY run_no")
                == ["first next", "second finish"])
        #expect(
            try await queue.texts("SELECT outcome FROM fiscal.event_end WHERE event_id = \(job)") == ["fiscalised"])
    }

    @Test func twoWorkersRunEveryJobOnce() async throws {
        try await queue.declare("test")
        try await queue.insertMany(500)
        let seen = Journal<JobID>()
        let step = StepDefinition.test { run in
            seen.add(run.job)
            return Outcome(.finish(outcome: "ok"))
        }
        try await queue.withWorker([step], configuration: QueueHarness.configuration("a")) { _ in
            try await queue.withWorker([step], configuration: QueueHarness.configuration("b")) { _ in
                try await queue.drained()
            }
        }
        #expect(seen.entries.count == 500)
        #expect(Set(seen.entries).count == 500)
        #expect(try await queue.number("SELECT count(*) FROM fiscal.event_end") == 500)
        #expect(try await queue.number("SELECT count(*) FROM fiscal.attempt WHERE outcome = 'finish'") == 500)
    }

    @Test func aRetryBurnsAnAttemptAndASnoozeDoesNot() async throws {
        try await queue.declare("test")
        let seen = Journal<String>()
        let step = StepDefinition.test { run in
            seen.add("\(run.attempt) \(run.snoozes)")
            switch seen.entries.count {
            case 1: return Outcome(.later(JobFailure(code: "busy", message: "It was busy.")))
            case 2, 3: return Outcome(.snooze(for: .milliseconds(1), checkpoint: nil))
            case 4: return Outcome(.later(JobFailure(code: "away", message: "Gone.", blamesDestination: true)))
            default: return Outcome(.finish(outcome: "ok"))
            }
        }
        try await queue.insert()
        try await queue.withWorker([step]) { _ in try await queue.drained() }
        #expect(seen.entries == ["0 0", "1 0", "1 1", "1 2", "1 2"])
        // Polls leave no row of their own; the closing row counts them.
        #expect(
            try await queue.texts("SELECT outcome || ' ' || polls FROM fiscal.attempt ORDER BY run_no")
                == ["later 0", "later 2", "finish 2"])
    }

    @Test func anUnknownKindBecomesAReadableDeadLetterAndCanBeReplayedOnceDeclared() async throws {
        try await queue.declare("test")
        let job = try await queue.insert("strange.kind")
        let step = StepDefinition.test("begin", kind: "strange.kind") { _ in Outcome(.finish(outcome: "ok")) }
        let administration = JobAdministration(queue.pool)
        try await queue.withWorker([step]) { _ in
            try await eventually { try await queue.state(job) == "dead" }
            let dead = try #require(try await administration.show(job)?.job)
            #expect(dead.reasonCode == "kind_unknown")
            #expect(dead.reason?.contains("strange.kind") == true)
            try await queue.declare("strange.kind", step: "begin")
            let person = Operator(who: "anna", why: "declared")
            #expect(try await administration.replay(job, by: person) == .replayed)
            try await queue.drained()
        }
    }

    @Test func throttlingPausesTheDestinationForEverybodyAndBurnsNothing() async throws {
        try await queue.declare("test")
        let seen = Journal<String>()
        let first = StepDefinition.test { _ in
            Outcome(.next(step: "send", queue: "provider", part: 1, checkpoint: nil))
        }
        let send = StepDefinition.test("send", doubt: .resend) { run in
            seen.add("\(run.attempt)")
            guard seen.entries.count > 1 else {
                return Outcome(.throttled(JobFailure(code: "429", message: "Slow down."), retryAfter: .seconds(3600)))
            }
            return Outcome(.finish(outcome: "ok"))
        }
        let job = try await queue.insert()
        let administration = JobAdministration(queue.pool)
        try await queue.withWorker([first, send]) { _ in
            try await eventually { try await queue.number("SELECT throttles FROM fiscal.job WHERE id = \(job)") == 1 }
            #expect(try await queue.state(job) == "ready")
            #expect(seen.entries == ["0"])
            let other = try await queue.insert()
            try await eventually {
                try await queue.texts("SELECT queue FROM fiscal.job WHERE id = \(other)") == ["provider"]
            }
            #expect(try await administration.resume(destination: "provider", by: Operator(who: "a", why: "b")))
            try await queue.drained()
        }
        #expect(seen.entries == ["0", "0", "0"])
    }

    @Test func refusedCredentialsPauseAndAlarmUntilSomebodyResumes() async throws {
        try await queue.declare("test", step: "send")
        let refuse = Gate()
        let runs = Journal<Bool>()
        let begin = StepDefinition.test("send") { run in
            guard run.queue == "provider" else {
                return Outcome(.next(step: "send", queue: "provider", part: 1, checkpoint: nil))
            }
            runs.add(true)
            guard runs.entries.count > 1 else {
                refuse.open()
                return Outcome(.unauthorised(JobFailure(code: "401", message: "Wrong password.")))
            }
            return Outcome(.finish(outcome: "ok"))
        }
        let job = try await queue.insert()
        try await queue.withWorker([begin]) { _ in
            await refuse.wait()
            try await eventually {
                try await queue.texts("SELECT key FROM fiscal.alarm WHERE cleared_at IS NULL") == [
                    "unauthorised:provider"
                ]
            }
            #expect(try await queue.number("SELECT attempt FROM fiscal.job WHERE id = \(job)") == 0)
            let administration = JobAdministration(queue.pool)
            #expect(
                try await administration.resume(destination: "provider", by: Operator(who: "a", why: "new password")))
            try await queue.drained()
        }
        #expect(try await queue.number("SELECT count(*) FROM fiscal.alarm WHERE cleared_at IS NULL") == 0)
    }

    @Test func aRunOverItsHardLimitIsTriedAgain() async throws {
        try await queue.declare("test")
        let hang = Gate()
        let runs = Journal<Int64>()
        let step = StepDefinition.test(timeout: .milliseconds(300)) { run in
            runs.add(run.runNumber)
            if run.runNumber == 1 { await hang.wait() }
            return Outcome(.finish(outcome: "ok"))
        }
        try await queue.insert()
        try await queue.withWorker([step]) { worker in
            try await queue.drained()
            // On a busy machine a run that does not hang may pass its limit too.
            #expect(worker.statistics.overdue >= 1)
            hang.open()
            // What the hanging run says at last is evidence.
            try await eventually {
                try await queue.number("SELECT count(*) FROM fiscal.attempt WHERE outcome = 'fenced' AND run_no = 1")
                    == 1
            }
        }
        #expect(runs.entries == runs.entries.sorted() && Set(runs.entries).count == runs.entries.count)
        #expect(runs.entries.count >= 2)
    }

    @Test func stoppingFinishesWhatRunsAndClaimsNothingMore() async throws {
        try await queue.declare("test")
        try await queue.insertMany(20)
        let (begun, go) = (Journal<JobID>(), Gate())
        let step = StepDefinition.test { run in
            begun.add(run.job)
            await go.wait()
            return Outcome(.finish(outcome: "ok"))
        }
        var configuration = QueueHarness.configuration()
        configuration.concurrency = 5
        let worker = try queue.worker([step], configuration: configuration)
        let running = Task { await worker.run() }
        try await eventually { begun.entries.count == 5 }
        worker.stop()
        go.open()
        await running.value
        #expect(begun.entries.count == 5)
        #expect(try await queue.number("SELECT count(*) FROM fiscal.event_end") == 5)
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job WHERE state = 'ready'") == 15)
        #expect(try await queue.number("SELECT count(*) FROM fiscal.worker WHERE stopped_at IS NOT NULL") == 1)
    }
}
