import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// What the fleet does by the clock, and what wakes a job before its time.
@Suite(.database, .timeLimit(.minutes(10))) struct ScheduleTests {
    let queue = QueueHarness.current

    private func declare(_ name: String, catchUp: Bool) async throws {
        _ = try await queue.number(
            """
            SELECT 1 FROM fiscal.declare_schedule('\(name)', 'shop', '\(name)', '', 'local', 'run', 3600000, \(catchUp))
            """)
        try await queue.sql(
            "UPDATE fiscal.schedule SET next_at = now() - interval '150 minutes' WHERE name = '\(name)'")
    }

    @Test func missedFiringsAreSkippedOrCaughtUpAsDeclared() async throws {
        try await declare("skips", catchUp: false)
        try await declare("catches", catchUp: true)
        let pool = queue.pool
        // Many workers at once fire each schedule once.
        let fired = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await pool.query(Statement("fire", "SELECT fiscal.fire_schedules()")) {
                        row throws(PostgresError) in try row.get(Int.self, 0)
                    }[0]
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(fired == 4)
        #expect(
            try await queue.texts("SELECT kind || ' ' || count(*) FROM fiscal.job GROUP BY kind ORDER BY kind")
                == ["catches 3", "skips 1"])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.schedule WHERE next_at > now()") == 2)
        // Of one that skips, a second firing makes no second job while the first has not begun.
        try await queue.sql("UPDATE fiscal.schedule SET next_at = now() - interval '1 second' WHERE name = 'skips'")
        _ = try await queue.number("SELECT fiscal.fire_schedules()")
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job WHERE kind = 'skips'") == 1)
    }

    @Test func aWorkerRunsWhatItsSchedulesMake() async throws {
        let ran = Journal<String>()
        let step = StepDefinition.test(kind: "sweep") { run in
            ran.add("\(run.eventID == nil) \(run.spawned) \(run.checkpoint?.contains("nightly") == true)")
            return Outcome(.finish(outcome: "swept"))
        }
        var configuration = QueueHarness.configuration()
        configuration.heartbeat = .milliseconds(50)
        let schedule = ScheduleDefinition(
            name: "nightly", key: StepKey(kind: "sweep", step: "run"), every: .seconds(3600))
        let worker = try queue.worker([step], configuration: configuration, schedules: [schedule])
        let running = Task { await worker.run() }
        try await eventually { try await queue.number("SELECT count(*) FROM fiscal.schedule") == 1 }
        try await queue.sql("UPDATE fiscal.schedule SET next_at = now()")
        try await eventually { ran.entries == ["true true true"] }
        worker.stop()
        await running.value
    }

    @Test func aHintBringsASleepingJobForwardAndIsRememberedWhileItRuns() async throws {
        try await queue.declare("test")
        let job = try await queue.insert()
        let signals = JobSignals(queue.pool)
        let runs = Journal<Int>()
        let (second, go) = (Gate(), Gate())
        let step = StepDefinition.test { run in
            runs.add(run.snoozes)
            switch runs.entries.count {
            case 1: return Outcome(.snooze(for: .seconds(3600), checkpoint: nil))
            case 2:
                second.open()
                await go.wait()
                return Outcome(.snooze(for: .seconds(3600), checkpoint: nil))
            default: return Outcome(.finish(outcome: "ok"))
            }
        }
        try await queue.withWorker([step]) { _ in
            try await eventually { try await queue.state(job) == "later" }
            #expect(try await signals.wake(job))
            await second.wait()
            #expect(try await signals.wake(job))
            go.open()
            try await queue.drained()
        }
        #expect(runs.entries == [0, 1, 2])
        #expect(try await signals.wake(job) == false)
    }

    @Test func aDeadlineAlarmsBeforeItPassesAndIsClearedAfter() async throws {
        try await queue.declare("test")
        let job = try await queue.insert()
        try await queue.sql("UPDATE fiscal.job SET deadline = now() + interval '30 minutes'")
        _ = try await queue.texts("SELECT fiscal.look_after(31536000000, 3600000)::text")
        let health = QueueHealth(queue.pool)
        #expect(try await health.openAlarms().map(\.key) == ["deadline"])
        #expect(try await health.openAlarms().first?.text.contains("job \(job)") == true)
        try await queue.sql("UPDATE fiscal.job SET deadline = NULL")
        try await queue.sql("UPDATE fiscal.upkeep SET done_at = '-infinity'")
        _ = try await queue.texts("SELECT fiscal.look_after(31536000000, 3600000)::text")
        #expect(try await health.openAlarms().isEmpty)
    }

    @Test func everyEventHasAJobOrAnEnd() async throws {
        try await queue.declare("test")
        try await queue.insertMany(5)
        let health = QueueHealth(queue.pool)
        #expect(try await health.lostEvents().isEmpty)
        try await queue.sql("DELETE FROM fiscal.job WHERE id = 3")
        #expect(try await health.lostEvents() == [3])
    }
}
