import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// An older and a newer release side by side.
@Suite(.database, .timeLimit(.minutes(10))) struct UpgradeTests {
    let queue = QueueHarness.current

    @Test func eachReleaseRunsWhatItKnowsAndLeavesTheRestToTheOther() async throws {
        try await queue.declare("old.kind")
        try await queue.declare("new.kind")
        try await queue.insertMany(50, kind: "new.kind")
        try await queue.insertMany(50, kind: "old.kind")
        let ran = Journal<String>()
        func step(_ release: String, _ kind: String, _ step: String, next: String? = nil) -> StepDefinition {
            StepDefinition.test(step, kind: kind) { run in
                ran.add("\(release) \(kind) \(step)")
                guard let next else { return Outcome(.finish(outcome: "ok")) }
                return Outcome(.next(step: next, queue: run.queue, part: 1, checkpoint: nil))
            }
        }
        let older = [step("N", "old.kind", "run")]
        // The newer release knows a kind more, and gives the old one a second step.
        let newer = [
            step("N+1", "old.kind", "run", next: "check"), step("N+1", "old.kind", "check"),
            step("N+1", "new.kind", "run"),
        ]
        try await queue.withWorker(older, configuration: QueueHarness.configuration("N")) { _ in
            try await eventually {
                try await queue.number("SELECT count(*) FROM fiscal.job WHERE kind = 'old.kind'") == 0
            }
            #expect(try await queue.number("SELECT count(*) FROM fiscal.job WHERE state = 'ready'") == 50)
            try await queue.insertMany(50, kind: "old.kind")
            try await queue.withWorker(newer, configuration: QueueHarness.configuration("N+1")) { _ in
                try await queue.drained()
            }
        }
        #expect(ran.entries.filter { $0 == "N+1 new.kind run" }.count == 50)
        #expect(!ran.entries.contains { $0.hasPrefix("N new") || $0 == "N old.kind check" })
        #expect(try await queue.number("SELECT count(*) FROM fiscal.event_end") == 150)
    }

    /// A worker of the release whose claims and ends know nothing of stretches, one visit at a time.
    private func visit(_ session: SQLSession, _ worker: WorkerID) async throws -> Int {
        let claimed = try await session.run(
            """
            SELECT id || ' ' || run_no FROM fiscal.claim(\(worker), 3, '{local}', '{shop}', '{0}', '{-infinity}', '{0}',
                '{3}', '{local}', '{-infinity}', '{0}', true) WHERE id IS NOT NULL
            """
        ).map { $0.split(separator: " ") }
        guard !claimed.isEmpty else { return 0 }
        // The first of each visit is tried again, once.
        let (again, done) = (
            claimed.prefix(1).filter { $0[1] == "1" }, claimed.filter { $0[1] != "1" || $0 != claimed[0] }
        )
        for job in again {
            try await session.run(
                """
                SELECT fiscal.move(\(worker), '{\(job[0])}', '{\(job[1])}', '{later}', '{later}', '{0}', '{t}', '{null}',
                    '{null}', '{null}', '{null}', '{null}', '{code}', '{reason}', '{null}', '{null}', '{null}', '{null}',
                    '{null}', '{t}')::text
                """)
        }
        func all(_ values: (Int) -> String) -> String { "'{\(done.indices.map(values).joined(separator: ","))}'" }
        let nulls = all { _ in "null" }
        try await session.run(
            """
            SELECT fiscal.finish(\(worker), \(all { String(done[$0][0]) }), \(all { String(done[$0][1]) }),
                \(all { _ in "ok" }), \(all { _ in "t" }), \(nulls), \(nulls), \(nulls), \(nulls), \(nulls))::text
            """)
        return claimed.count
    }

    @Test func stretchesAndTheClaimsOfBeforeShareTheirLanes() async throws {
        try await queue.declare("test")
        try await queue.insertMany(600, subject: "'order:' || i % 12")
        let before = try await queue.registerWorker()
        let session = try await SQLSession.open()
        var visited = try await visit(session, before)
        #expect(visited > 0)
        let ran = Journal<JobRun>()
        let step = StepDefinition.test(stretch: 8) { run in
            let isFirst = !ran.entries.contains { $0.job == run.job }
            ran.add(run)
            return run.job.rawValue % 7 == 0 && isFirst
                ? Outcome(.later(JobFailure(code: "busy", message: "Busy."), after: .zero))
                : Outcome(.finish(outcome: "ok"))
        }
        var configuration = QueueHarness.configuration("N+1")
        configuration.concurrency = 5
        try await queue.withWorker([step], configuration: configuration) { worker in
            try await eventually("all jobs are done") {
                visited += try await visit(session, before)
                return try await queue.number("SELECT count(*) FROM fiscal.job") == 0
            }
            #expect(worker.statistics.fenced == 0)
        }
        await session.connection.close()
        #expect(visited + ran.entries.count >= 600 && !ran.entries.isEmpty)
        #expect(try await queue.number("SELECT count(*) FROM fiscal.event_end") == 600)
        // Each was finished once, no two runs of a job have one number, and every lane kept its order.
        #expect(try await queue.number("SELECT count(*) FROM fiscal.attempt WHERE outcome = 'finish'") == 600)
        #expect(try await queue.number("SELECT count(*) - count(DISTINCT (job_id, run_no)) FROM fiscal.attempt") == 0)
        let disorder = """
            SELECT count(*) FROM (
                SELECT a.job_id < lag(a.job_id) OVER (PARTITION BY o.subject ORDER BY a.ended_at, a.job_id) AS wrong
                FROM fiscal.attempt a JOIN fiscal.outbox o ON o.id = a.event_id) x WHERE wrong
            """
        #expect(try await queue.number(disorder) == 0)
    }
}
