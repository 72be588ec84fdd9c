import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// Several jobs of a lane under the turn of the first.
@Suite(.database, .timeLimit(.minutes(10))) struct StretchTests {
    let queue = QueueHarness.current

    private func picture() async throws -> [String] {
        try await queue.texts(
            """
            SELECT id || ' ' || state || CASE WHEN holder THEN ' turn' ELSE '' END || ' ' || run_no || ' ' || crashes
            FROM fiscal.job ORDER BY id
            """)
    }

    private func store(_ worker: WorkerID, stretch: Int = 10) -> QueueStore {
        var habits = ClaimHabits()
        habits.stretchSteps = ["test/run"]
        habits.stretches = [stretch]
        habits.followers = 100
        return QueueStore(pool: queue.pool, worker: worker, lease: .endless, effects: [], habits: habits)
    }

    private let plan = ClaimPlan(room: 10, streams: [.local], dueQueues: ["local"], dueFirst: true)

    /// Reports of `runs`, all in the stretch of the first, each done unless `outcomes` says otherwise.
    private func reports(_ runs: [ClaimedRun], _ outcomes: [Int: Outcome] = [:]) throws -> [Report] {
        try runs.sorted { $0.run.job < $1.run.job }.map { one in
            try Report.test(
                one.run, outcomes[Int(one.run.job.rawValue)] ?? Outcome(.finish(outcome: "ok")), doubt: .none,
                head: one.head)
        }
    }

    @Test func onlyTheHeadIsClaimed() async throws {
        try await queue.declare("test")
        try await queue.insertMany(5, subject: "'order:1'")
        try await queue.insertMany(2, subject: "''")
        let worker = try await queue.registerWorker(stretch: 10)
        let runs = try await store(worker, stretch: 4).claim(plan).runs
        #expect(runs.filter { $0.head == nil }.map(\.run.job.rawValue).sorted() == [1, 6, 7])
        #expect(runs.filter { $0.head == JobID(1) }.map(\.run.job.rawValue).sorted() == [2, 3, 4])
        #expect(runs.allSatisfy { $0.run.runNumber == 1 })
        #expect(
            try await picture().prefix(5) == [
                "1 running turn 1 0", "2 waiting 0 0", "3 waiting 0 0", "4 waiting 0 0", "5 waiting 0 0",
            ])
        #expect(try await store(worker).recordAndClaim(try reports(runs), nil).record.recorded.count == 6)
        #expect(try await picture() == ["5 ready 0 0"])
        #expect(
            try await queue.texts("SELECT job_id || ' ' || run_no || ' ' || outcome FROM fiscal.attempt ORDER BY 1")
                == ["1 1 finish", "2 1 finish", "3 1 finish", "4 1 finish", "6 1 finish", "7 1 finish"])
    }

    @Test func aFollowerThatIsNotDoneTakesTheTurn() async throws {
        try await queue.declare("test")
        try await queue.insertMany(4, subject: "'order:1'")
        let worker = try await queue.registerWorker(stretch: 10)
        let runs = try await store(worker).claim(plan).runs
        let busy = Outcome(.later(JobFailure(code: "busy", message: "Busy."), after: .seconds(60)))
        let said = try reports(runs.filter { $0.run.job.rawValue <= 2 }, [2: busy])
        #expect(try await store(worker).recordAndClaim(said, nil).record.recorded.count == 2)
        #expect(try await picture() == ["2 later turn 1 0", "3 waiting 0 0", "4 waiting 0 0"])
        #expect(try await store(worker).claim(plan).runs.isEmpty)
        try await queue.sql("UPDATE fiscal.job SET run_at = now() WHERE state = 'later'")
        let again = try await store(worker).claim(plan).runs
        #expect(again.filter { $0.head == nil }.map(\.run.job) == [JobID(2)])
        #expect(again.filter { $0.head != nil }.map(\.run.job.rawValue).sorted() == [3, 4])
    }

    @Test func aWorkerThatDiesLeavesTheFollowersUnharmed() async throws {
        try await queue.declare("test")
        try await queue.insertMany(3, subject: "'order:1'")
        let (lost, rescuer) = (try await queue.registerWorker(stretch: 10), try await queue.registerWorker(stretch: 10))
        let runs = try await store(lost).claim(plan).runs
        #expect(runs.count == 3)
        try await queue.sql(
            """
            UPDATE fiscal.worker SET lease_until = now() - interval '1 second' WHERE id = \(lost);
            """)
        try await queue.sql("UPDATE fiscal.worker SET steady_since = now() - 2 * lease WHERE id = \(rescuer)")
        _ = try await queue.number("SELECT fiscal.bury_workers(\(rescuer))")
        #expect(
            try await queue.texts("SELECT job || ' ' || became FROM fiscal.rescue(\(rescuer), 100)") == ["1 ready"])
        // The lost one may have run any of them: their next runs have other numbers.
        #expect(try await picture() == ["1 ready turn 2 1", "2 waiting 2 0", "3 waiting 2 0"])
        // It was only stopped, and goes on: what it says of any of them changes nothing.
        let said = try reports(runs)
        let answer = try await store(lost).recordAndClaim(said, nil).record
        #expect(answer.recorded.isEmpty && answer.unmatched.count == 3)
        #expect(try await store(lost).keepEvidence(said).map(\.finding) == ["fenced", "fenced", "fenced"])
        #expect(try await picture() == ["1 ready turn 2 1", "2 waiting 2 0", "3 waiting 2 0"])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.event_end") == 0)
        // Perhaps a follower killed it: the head runs alone, so that the next crash names the right one.
        let again = try await store(rescuer).claim(plan).runs
        #expect(again.map(\.run.job) == [JobID(1)])
        #expect(try await store(rescuer).recordAndClaim(try reports(again), nil).record.recorded.count == 1)
        #expect(try await store(rescuer).claim(plan).runs.count == 2)
    }

    /// One that has not begun yet is enough per shop, kind and lane: a number that grew would let a second one in.
    @Test func whatNoStretchTakesAlongIsLeftAloneByARescue() async throws {
        try await queue.declare("test")
        try await queue.insertMany(3, subject: "'order:1'")
        try await queue.sql("UPDATE fiscal.job SET single = true WHERE id = 3")
        let (lost, rescuer) = (try await queue.registerWorker(stretch: 10), try await queue.registerWorker(stretch: 10))
        #expect(try await store(lost).claim(plan).runs.count == 2)
        try await queue.sql("UPDATE fiscal.worker SET lease_until = now() - interval '1 s' WHERE id = \(lost)")
        try await queue.sql("UPDATE fiscal.worker SET steady_since = now() - 2 * lease WHERE id = \(rescuer)")
        _ = try await queue.number("SELECT fiscal.bury_workers(\(rescuer))")
        _ = try await queue.texts("SELECT job::text FROM fiscal.rescue(\(rescuer), 100)")
        #expect(try await picture() == ["1 ready turn 2 1", "2 waiting 2 0", "3 waiting 0 0"])
    }

    @Test func whoeverRescuesAHeadWaitsForNobodyBehindIt() async throws {
        try await queue.declare("test")
        try await queue.insertMany(3, subject: "'order:1'")
        let (lost, rescuer) = (try await queue.registerWorker(stretch: 10), try await queue.registerWorker(stretch: 10))
        _ = try await store(lost).claim(plan)
        try await queue.sql("UPDATE fiscal.worker SET lease_until = now() - interval '1 s' WHERE id = \(lost)")
        try await queue.sql("UPDATE fiscal.worker SET steady_since = now() - 2 * lease WHERE id = \(rescuer)")
        _ = try await queue.number("SELECT fiscal.bury_workers(\(rescuer))")
        let session = try await SQLSession.open()
        try await session.begin()
        try await session.run("SELECT id::text FROM fiscal.job WHERE id = 3 FOR UPDATE")
        let rescued = "SELECT job || ' ' || became FROM fiscal.rescue(\(rescuer), 100)"
        // A rescue that waits would wait for us.
        let other = try await SQLSession.open()
        try await other.run("SELECT set_config('lock_timeout', '10s', false)")
        #expect(try await other.run(rescued) == [])
        #expect(try await queue.state(JobID(1)) == "running")
        try await session.commit()
        #expect(try await queue.texts(rescued) == ["1 ready"])
        #expect(try await queue.number("SELECT min(run_no) FROM fiscal.job WHERE id > 1") >= 2)
        for opened in [session, other] { await opened.connection.close() }
    }

    @Test func followersThatRanAndCouldNotBeRecordedRunUnderOtherNumbers() async throws {
        try await queue.declare("test")
        try await queue.insertMany(3, subject: "'order:1'")
        let worker = try await queue.registerWorker(stretch: 10)
        let said = try reports(try await store(worker).claim(plan).runs)
        let answer = await store(worker).recordEach(said)
        #expect(answer.recorded.map(\.run.job) == [JobID(1)] && answer.returned.map(\.run.job) == [JobID(2), JobID(3)])
        let again = try await store(worker).claim(plan).runs
        #expect(again.map(\.run.job.rawValue).sorted() == [2, 3])
        #expect(again.allSatisfy { $0.run.runNumber == 3 })
        // What the first runs say once more changes nothing, and is told from the second.
        #expect(try await store(worker).recordAndClaim(said, nil).record.recorded.isEmpty)
        #expect(try await store(worker).recordAndClaim(try reports(again), nil).record.recorded.count == 2)
        #expect(try await store(worker).keepEvidence(said).map(\.finding) == ["repeated", "fenced", "fenced"])
    }

    @Test func whatIsLostWithItsHeadIsFencedWithIt() async throws {
        try await queue.declare("test")
        try await queue.insertMany(2, subject: "'order:1'")
        let worker = try await queue.registerWorker(stretch: 10)
        let said = try reports(try await store(worker).claim(plan).runs)
        try await queue.sql("UPDATE fiscal.job SET run_no = 7 WHERE id = 1")
        let answer = await store(worker).recordEach(said)
        #expect(answer.unmatched.map(\.run.job) == [JobID(1), JobID(2)] && answer.returned.isEmpty)
    }

    @Test func aFollowerThatSomebodyTouchedIsFencedByItself() async throws {
        try await queue.declare("test")
        try await queue.insertMany(3, subject: "'order:1'")
        let worker = try await queue.registerWorker(stretch: 10)
        let runs = try await store(worker).claim(plan).runs
        let cancelled = try await queue.texts("SELECT fiscal.cancel_job(2, 'anna', 'not wanted')")
        #expect(cancelled == ["cancelled"])
        let answer = try await store(worker).recordAndClaim(try reports(runs), nil).record
        #expect(answer.recorded.map(\.run.job.rawValue).sorted() == [1, 3])
        #expect(answer.unmatched.map(\.run.job.rawValue) == [2])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job") == 0)
    }

    @Test(arguments: [
        "UPDATE fiscal.job SET kind = 'other' WHERE id = 3", "UPDATE fiscal.job SET single = true WHERE id = 3",
        "UPDATE fiscal.job SET queue = 'provider' WHERE id = 3", "UPDATE fiscal.job SET crashes = 1 WHERE id = 3",
    ])
    func aStretchEndsBeforeAJobThatNeedsCare(change: String) async throws {
        try await queue.declare("test")
        try await queue.insertMany(4, subject: "'order:1'")
        try await queue.sql(change)
        let worker = try await queue.registerWorker(stretch: 10)
        let runs = try await store(worker).claim(plan).runs
        #expect(runs.map(\.run.job.rawValue).sorted() == [1, 2])
    }

    @Test(arguments: [
        Verdict.later(JobFailure(code: "busy", message: "Busy."), after: .zero), .snooze(for: .zero, checkpoint: nil),
        .handBack, .next(step: "run", queue: "local", part: 1, checkpoint: "{}"),
    ])
    func theOrderHoldsThroughWhatIsNotDone(verdict: Verdict) async throws {
        try await queue.declare("test")
        try await queue.insertMany(40, subject: "'order:' || i % 2")
        let ran = Journal<JobID>()
        let step = StepDefinition.test(stretch: 8) { run in
            let isFirst = !ran.entries.contains(run.job)
            ran.add(run.job)
            return Outcome(isFirst && run.job.rawValue % 5 == 0 ? verdict : .finish(outcome: "ok"))
        }
        try await queue.withWorker([step]) { _ in try await queue.drained() }
        for lane in 0...1 {
            let order = ran.entries.filter { Int($0.rawValue) % 2 == lane }
            #expect(order == order.sorted())
        }
        #expect(ran.entries.count == 48)
        #expect(try await queue.number("SELECT count(*) FROM fiscal.event_end") == 40)
    }

    @Test func aDeadOneHoldsTheRestOfItsStretch() async throws {
        try await queue.declare("test")
        try await queue.insertMany(5, subject: "'order:1'")
        let step = StepDefinition.test(stretch: 8) { run in
            Outcome(
                run.job.rawValue == 3 ? .dead(JobFailure(code: "x", message: "No.")) : .finish(outcome: "ok"))
        }
        try await queue.withWorker([step]) { _ in
            try await eventually { try await queue.state(JobID(3)) == "dead" }
        }
        #expect(try await picture() == ["3 dead turn 1 0", "4 waiting 0 0", "5 waiting 0 0"])
    }

    @Test func stoppingEndsTheStretchAfterTheRunUnderWay() async throws {
        try await queue.declare("test")
        try await queue.insertMany(5, subject: "'order:1'")
        let (ran, go) = (Journal<JobID>(), Gate())
        let step = StepDefinition.test(stretch: 8) { run in
            ran.add(run.job)
            if run.job.rawValue == 2 { await go.wait() }
            return Outcome(.finish(outcome: "ok"))
        }
        var configuration = QueueHarness.configuration()
        // While one runs nothing is claimed: a claim that was under way at the stop would bring the next one, rightly.
        configuration.concurrency = 1
        let worker = try queue.worker([step], configuration: configuration)
        let running = Task { await worker.run() }
        try await eventually { ran.entries.count == 2 }
        worker.stop()
        go.open()
        await running.value
        #expect(ran.entries == [JobID(1), JobID(2)])
        let left = try await queue.texts("SELECT id::text FROM fiscal.job WHERE run_no = 0 ORDER BY id")
        #expect(left == ["3", "4", "5"])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job WHERE state = 'running'") == 0)
    }

    @Test func aFollowerOverItsHardLimitEndsTheStretch() async throws {
        try await queue.declare("test")
        try await queue.insertMany(4, subject: "'order:1'")
        let (ran, hang) = (Journal<JobID>(), Gate())
        let step = StepDefinition.test(timeout: .milliseconds(300), stretch: 8) { run in
            ran.add(run.job)
            if run.job.rawValue == 2 && run.attempt == 0 { await hang.wait() }
            return Outcome(.finish(outcome: "ok"))
        }
        try await queue.withWorker([step]) { worker in
            try await queue.drained()
            hang.open()
            try await eventually { worker.statistics.fenced >= 1 }
        }
        // On a busy machine others may pass their limit too.
        #expect(ran.entries == ran.entries.sorted() && ran.entries.filter { $0 == JobID(2) }.count >= 2)
        #expect(
            try await queue.texts("SELECT DISTINCT code FROM fiscal.attempt WHERE outcome = 'later'") == [
                "run_deadline"
            ])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.event_end") == 4)
    }

    @Test func aStretchThatCannotBeRecordedTogetherLosesNothing() async throws {
        try await queue.declare("test")
        try await queue.insertMany(4, subject: "'order:1'")
        // Somebody wrote an end where none should be.
        try await queue.sql("INSERT INTO fiscal.event_end VALUES (2, 'early', now())")
        let ran = Journal<JobRun>()
        let step = StepDefinition.test(stretch: 8) { run in
            ran.add(run)
            return Outcome(.finish(outcome: "ok"))
        }
        try await queue.withWorker([step]) { worker in
            try await queue.drained()
            #expect(worker.statistics.fenced == 0)
        }
        let firsts = ran.entries.reduce(into: [JobID]()) { if !$0.contains($1.job) { $0.append($1.job) } }
        #expect(firsts == firsts.sorted())
        // What ran and was not recorded ran again under another number.
        #expect(Set(ran.entries.map { "\($0.job)/\($0.runNumber)" }).count == ran.entries.count)
        #expect(try await queue.number("SELECT count(*) FROM fiscal.event_end") == 4)
    }
}
