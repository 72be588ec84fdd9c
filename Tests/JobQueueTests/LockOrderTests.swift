import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// Everything that locks several rows does so in one order: jobs by id, destinations by name. Two sessions that are
/// given the same rows in opposite orders wait for each other, and neither is ended for a deadlock.
@Suite(.database, .timeLimit(.minutes(10))) struct LockOrderTests {
    let queue = QueueHarness.current

    private static let failure = JobFailure(code: "code", message: "Reason.", blamesDestination: true)

    /// Two jobs that run, and a store whose pool has connections for two.
    private func running() async throws -> (store: QueueStore, runs: [JobRun]) {
        try await queue.declare("test")
        try await queue.insertMany(2)
        let worker = try await queue.registerWorker()
        let store = QueueStore(pool: queue.pool, worker: worker, lease: .endless, effects: [])
        return (
            store,
            try await store.claim(ClaimPlan(room: 2, streams: [.local], dueQueues: [], dueFirst: false)).runs.map(\.run)
        )
    }

    private static let oneJob = "SELECT id::text FROM fiscal.job WHERE id = 1 FOR UPDATE"

    @Test(arguments: [
        Verdict.finish(outcome: "ok"), .later(failure), .dead(failure), .snooze(for: .seconds(9), checkpoint: nil),
    ])
    func aReportSentTwiceMeetsItself(verdict: Verdict) async throws {
        let (store, runs) = try await running()
        let reports = try runs.map { try Report.test($0, Outcome(verdict)) }
        try await queue.meet(holding: Self.oneJob) {
            _ = try await store.recordAndClaim(reports, nil)
        } _: {
            _ = try await store.recordAndClaim(reports.reversed(), nil)
        }
    }

    @Test func evidenceMeetsAnOutcome() async throws {
        let (store, runs) = try await running()
        let reports = try runs.map { try Report.test($0, Outcome(.finish(outcome: "ok"))) }
        try await queue.meet(holding: Self.oneJob) {
            _ = try await store.keepEvidence(reports.reversed())
        } _: {
            _ = try await store.recordAndClaim(reports, nil)
        }
    }

    /// What is done and what goes on is written in two passes, and locked in one.
    @Test func evidenceMeetsOutcomesOfTwoKinds() async throws {
        let (store, runs) = try await running()
        let reports = [
            try Report.test(runs[0], Outcome(.later(Self.failure))),
            try Report.test(runs[1], Outcome(.finish(outcome: "ok"))),
        ]
        try await queue.meet(holding: "SELECT id::text FROM fiscal.job WHERE id = 2 FOR UPDATE") {
            _ = try await store.recordAndClaim(reports, nil)
        } _: {
            _ = try await store.keepEvidence(reports)
        }
    }

    @Test func destinationsAreToldInTheOrderOfTheirNames() async throws {
        try await queue.sql("INSERT INTO fiscal.destination (name, failures) VALUES ('a', 1), ('b', 1)")
        let (store, runs) = try await running()
        try await queue.sql("UPDATE fiscal.job SET queue = CASE id WHEN 1 THEN 'b' ELSE 'a' END")
        func report(_ run: JobRun, _ queue: String) throws -> Report {
            try Report.test(
                JobRun(
                    job: run.job, runNumber: run.runNumber, shop: run.shop, kind: run.kind, queue: queue,
                    step: run.step), Outcome(.later(Self.failure)))
        }
        let mine = [try report(runs[0], "b"), try report(runs[1], "a")]
        // The other tells the same two, and changes no job: its runs are of before.
        let other = try await SQLSession.open()
        try await queue.meet(holding: "SELECT name FROM fiscal.destination WHERE name = 'a' FOR UPDATE") {
            _ = try await store.recordAndClaim(mine, nil)
        } _: {
            try await other.run("SELECT name FROM fiscal.report_destinations('{b,a}', '{0,0}', '{1,1}')")
        }
        await other.connection.close()
    }

    @Test func rescueMeetsALateReport() async throws {
        let (store, runs) = try await running()
        let rescuer = try await queue.registerWorker()
        try await queue.sql("UPDATE fiscal.worker SET steady_since = now() - 2 * lease WHERE id = \(rescuer)")
        try await queue.sql("UPDATE fiscal.worker SET lease_until = now() - interval '1 s' WHERE id = \(store.worker)")
        _ = try await queue.number("SELECT fiscal.bury_workers(\(rescuer))")
        let reports = try runs.map { try Report.test($0, Outcome(.finish(outcome: "ok"))) }
        let session = try await SQLSession.open()
        // Whoever rescues waits for nobody; the report waits for the rescue and then counts no more.
        try await session.begin()
        #expect(try await session.run("SELECT job::text FROM fiscal.rescue(\(rescuer), 10)").count == 2)
        let late = Task { try await store.recordAndClaim(reports.reversed(), nil).record.recorded.count }
        try await queue.waiters(1)
        try await session.commit()
        #expect(try await late.value == 0)
        await session.connection.close()
    }
}
