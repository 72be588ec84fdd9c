import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// What steps order besides a verdict: effects and spawned jobs.
@Suite(.database, .timeLimit(.minutes(10))) struct EffectTests {
    let queue = QueueHarness.current

    private static let note = EffectKind(
        name: "note",
        statement: Statement(
            "note", "INSERT INTO note (job, amount) SELECT * FROM unnest($1::bigint[], $2::bigint[])"),
        columns: [.bigint, .bigint])

    private func makeTable() async throws {
        try await queue.sql("CREATE TABLE note (job bigint PRIMARY KEY, amount bigint CHECK (amount < 100))")
    }

    private func amount(_ run: JobRun) -> Int64 {
        Int64(run.payload.filter(\.isNumber)) ?? 0
    }

    @Test func effectsAreWrittenWithTheOutcome() async throws {
        try await queue.declare("test")
        try await makeTable()
        try await queue.insertMany(20)
        let step = StepDefinition.test { run in
            Outcome(.finish(outcome: "ok"), effects: [Effect(Self.note, [.int(run.job.rawValue), .int(amount(run))])])
        }
        try await queue.withWorker([step], effects: [Self.note]) { _ in try await queue.drained() }
        #expect(try await queue.number("SELECT sum(amount)::bigint FROM note") == 210)
    }

    @Test func aBadEffectHarmsItsOwnJobAlone() async throws {
        try await queue.declare("test")
        try await makeTable()
        for number in [1, 2, 500, 3, 4] { try await queue.insert(payload: #"{"n": \#(number)}"#) }
        let all = Gate()
        let begun = Journal<JobID>()
        let step = StepDefinition.test { run in
            begun.add(run.job)
            if begun.entries.count == 5 { all.open() }
            await all.wait()
            return Outcome(
                .finish(outcome: "ok"), effects: [Effect(Self.note, [.int(run.job.rawValue), .int(amount(run))])])
        }
        try await queue.withWorker([step], effects: [Self.note]) { worker in
            try await eventually { try await queue.texts("SELECT reason_code FROM fiscal.job") == ["effect_failed"] }
            try await eventually { worker.statistics.broken == 1 }
        }
        #expect(try await queue.number("SELECT sum(amount)::bigint FROM note") == 10)
        #expect(try await queue.texts("SELECT state || ' ' || id FROM fiscal.job") == ["dead 3"])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.event_end") == 4)
    }

    @Test func whoLosesToARivalRunsAgainAndSeesHim() async throws {
        try await queue.declare("test")
        try await makeTable()
        try await queue.sql("CREATE UNIQUE INDEX ON note (amount)")
        try await queue.insertMany(2)
        let both = Gate()
        let begun = Journal<JobID>()
        let step = StepDefinition.test { run in
            begun.add(run.job)
            guard run.attempt == 0 else { return Outcome(.finish(outcome: "rival")) }
            if begun.entries.count == 2 { both.open() }
            await both.wait()
            return Outcome(.finish(outcome: "ok"), effects: [Effect(Self.note, [.int(run.job.rawValue), .int(7)])])
        }
        try await queue.withWorker([step], effects: [Self.note]) { _ in try await queue.drained() }
        #expect(try await queue.texts("SELECT outcome FROM fiscal.event_end ORDER BY 1") == ["ok", "rival"])
    }

    @Test func effectsOfALostRunAreNotWritten() async throws {
        try await queue.declare("test")
        try await makeTable()
        try await queue.insertMany(2)
        let worker = try await queue.registerWorker()
        let store = QueueStore(pool: queue.pool, worker: worker, lease: .endless, effects: [Self.note])
        let runs = try await store.claim(ClaimPlan(room: 2, streams: [.local], dueQueues: [], dueFirst: false)).runs
        try await queue.sql("UPDATE fiscal.job SET run_no = run_no + 1, state = 'ready' WHERE id = 1")
        let reports = try runs.map { claimed in
            try Report.test(
                claimed.run,
                Outcome(
                    .finish(outcome: "ok"),
                    effects: [Effect(Self.note, [.int(claimed.run.job.rawValue), .int(1)])],
                    spawned: [SpawnedJob(kind: "child", lane: "", step: "run")]))
        }
        let answer = try await store.recordAndClaim(reports, nil).record
        #expect(answer.recorded.map(\.run.job) == [JobID(2)])
        #expect(answer.unmatched.map(\.run.job) == [JobID(1)])
        #expect(try await queue.texts("SELECT job::text FROM note") == ["2"])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job WHERE kind = 'child'") == 1)
    }

    @Test func spawnedJobsAreMadeOncePerKeyWhilePending() async throws {
        try await queue.declare("test")
        try await queue.insertMany(3)
        let ran = Journal<String>()
        let (hold, begun) = (Gate(), Gate())
        let parent = StepDefinition.test { run in
            Outcome(
                .finish(outcome: "ok"),
                spawned: [SpawnedJob(kind: "child", lane: "writeback:1", step: "write", uniqueWhilePending: true)])
        }
        let child = StepDefinition.test("write", kind: "child") { run in
            ran.add("\(run.spawned) \(run.eventID.map(String.init) ?? "-") \(run.shop)")
            begun.open()
            await hold.wait()
            return Outcome(.finish(outcome: "written"))
        }
        // One after the other, so that what the first makes is pending, then running, when the others end.
        var configuration = QueueHarness.configuration()
        configuration.concurrency = 1
        try await queue.withWorker([parent], configuration: configuration) { _ in
            try await eventually { try await queue.number("SELECT count(*) FROM fiscal.job WHERE NOT spawned") == 0 }
        }
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job") == 1)
        try await queue.withWorker([parent, child]) { _ in
            await begun.wait()
            // The one that has begun may have read the state of before: another one is made, and waits.
            try await queue.insertMany(2)
            try await eventually {
                try await queue.texts("SELECT state::text FROM fiscal.job ORDER BY id") == ["running", "waiting"]
            }
            hold.open()
            try await queue.drained()
        }
        #expect(ran.entries.count == 2)
        #expect(ran.entries.first == "true 1 shop")
        // A spawned job is no end of its event.
        #expect(try await queue.number("SELECT count(*) FROM fiscal.event_end") == 5)
    }
}
