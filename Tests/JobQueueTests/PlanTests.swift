import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// Pins how the hot functions reach their rows, at ten jobs and at many: the plans are those that the functions
/// themselves run, as `auto_explain` reports them.
@Suite(.database, .timeLimit(.minutes(3))) struct PlanTests {
    let queue = QueueHarness.current

    /// A session whose statements, those inside functions too, tell their plans.
    private func explained() async throws -> (session: SQLSession, plans: Journal<String>) {
        let plans = Journal<String>()
        var configuration = try TestDatabase.current.configuration()
        configuration.onNotice = { plans.add($0.message) }
        let connection = try await Connection.open(configuration)
        for setting in [
            "LOAD 'auto_explain'", "SET auto_explain.log_min_duration = 0",
            "SET auto_explain.log_nested_statements = on",
            "SET auto_explain.log_level = 'notice'",
        ] { _ = try await connection.execute(Statement("setting", setting)) }
        return (SQLSession(connection: connection, pid: 0), plans)
    }

    private func check(_ plans: Journal<String>, reach index: String, for part: String) {
        let plan = plans.entries.first { $0.contains(part) } ?? ""
        #expect(plan.contains("using \(index) on job"), "\(part): \(plan)")
    }

    @Test(arguments: [10, 20_000])
    func everyHotStatementWalksItsOwnIndex(rows: Int) async throws {
        try await queue.declare("test")
        try await queue.insertMany(rows, subject: "'order:' || i % (\(rows) / 2)")
        if rows > 10 { try await queue.sql("ANALYZE fiscal.job") }
        let worker = try await queue.registerWorker()
        let (session, plans) = try await explained()
        let room = 8
        let claimed = try await session.claim(worker, room)
        #expect(!claimed.isEmpty)
        try await session.finish(worker, claimed)
        try await session.run("SELECT count(*)::text FROM fiscal.survey()")
        check(plans, reach: "job_ready", for: "j.state = 'ready' AND j.queue = queues[i]")
        check(plans, reach: "job_due", for: "j.queue = due_queues[i]")
        check(plans, reach: "job_pkey", for: "SET state = 'running'")
        check(plans, reach: "job_lane_turn", for: "AS holder_id")
        check(plans, reach: "job_lane_order", for: "FROM unnest(free_shops, free_names)")
        check(plans, reach: "job_pkey", for: "DELETE FROM fiscal.job j")
        check(plans, reach: "job_ready", for: "(j.queue, j.shop, j.priority) > ")
        // The test's own statement aside.
        for plan in plans.entries where !plan.contains("SELECT cardinality(fiscal.finish") {
            #expect(!plan.contains("Seq Scan on job"), "\(plan)")
            #expect(!plan.contains("Sort Key: j.queue"), "\(plan)")
        }
        await session.connection.close()
    }

    /// Rows of `job` that indexes have handed out so far.
    private func visited(_ session: SQLSession) async throws -> Int {
        try await session.run("SELECT pg_stat_force_next_flush()::text")
        return try await queue.number(
            "SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relname = 'job'")
    }

    @Test func aHeldLaneCostsTheClaimNothing() async throws {
        try await queue.declare("test")
        try await queue.insertMany(3000, subject: "'order:' || i % 2")
        let worker = try await queue.registerWorker()
        let session = try await SQLSession.open()
        #expect(try await session.claim(worker, 5000).count == 2)
        try await queue.sql("UPDATE fiscal.job SET state = 'dead', reason_code = 'x' WHERE state = 'running'")
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job WHERE state = 'waiting'") == 2998)
        try await queue.sql("VACUUM fiscal.job")
        try await queue.insertMany(10)
        let before = try await visited(session)
        #expect(try await session.claim(worker, 100).count == 10)
        let after = try await visited(session)
        // Each of the ten by the claim's index, by its key, and little besides.
        #expect(after - before < 100)
        await session.connection.close()
    }
}
