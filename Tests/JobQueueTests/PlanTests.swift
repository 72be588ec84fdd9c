import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// Pins how each hot statement reaches its rows, at ten jobs and at a million: the plans are those that the functions
/// themselves run, as `auto_explain` reports them.
@Suite(.database, .timeLimit(.minutes(10))) struct PlanTests {
    let queue = QueueHarness.current

    /// A session whose statements, those inside functions too, tell their plans.
    func explained() async throws -> (session: SQLSession, plans: StatementPlans) {
        let plans = StatementPlans()
        let connection = try await Connection.open(ExplainedPool.configuration(telling: plans))
        return (SQLSession(connection: connection, pid: 0), plans)
    }

    func check(_ plans: StatementPlans, reach index: String, of table: String = "job", for part: String) {
        let plan = plans.entries.first { $0.contains(part) } ?? ""
        #expect(plan.contains("using \(index) on \(table)"), "\(part): \(plan)")
    }

    /// Nothing that ran since read a table of ours from end to end, or sorted what an index holds sorted.
    func checkNothingReadsAll(_ plans: StatementPlans, besides own: String = "/* the test's own */") {
        for plan in plans.entries where !plan.contains(own) {
            for table in ["job", "outbox", "event_end"] {
                #expect(!plan.contains("Seq Scan on \(table)"), "\(plan)")
            }
            #expect(!plan.contains("Sort Key: j.queue"), "\(plan)")
            // As servers are set up unless somebody says otherwise.
            #expect(!plan.contains("JIT:"), "\(plan)")
        }
    }

    @Test(arguments: [10, 1_000_000]) func everyHotStatementWalksItsOwnIndex(rows: Int) async throws {
        try await queue.declare("test")
        try await queue.fillJobs(rows)
        let worker = try await queue.registerWorker()
        let (session, plans) = try await explained()
        let claimed = try await session.claim(worker, 8, shop: "shop1")
        #expect(!claimed.isEmpty)
        try await finishAndMove(session, worker, claimed)
        try await session.run(
            "SELECT count(*)::text FROM fiscal.survey('{local,local,z}', '{shop1,shop2,z}', '{0,1,0}'::smallint[])")
        check(plans, reach: "job_ready", for: "j.state = 'ready' AND j.queue = queues[i]")
        check(plans, reach: "job_due", for: "j.queue = due_queues[i]")
        // By their places, which the claim has just locked.
        let begin = plans.entries.first { $0.contains("SET state = 'running'") } ?? ""
        #expect(begin.contains("Tid Scan on job"), "\(begin)")
        check(plans, reach: "job_pkey", for: "DELETE FROM fiscal.job j")
        check(plans, reach: "job_pkey", for: "WITH told AS MATERIALIZED")
        check(plans, reach: "job_ready", for: "(j.queue, j.shop, j.priority) > ")
        for part in [
            "j.shop = after_shop AND j.priority > after_priority\n", "j.shop > after_shop AND j.shop < before_shop",
            "j.shop > after_shop\n", "j.queue > after_queue AND j.queue < before_queue",
            "j.queue = before_queue AND j.shop < before_shop", "j.shop = before_shop AND j.priority < before_priority",
        ] { check(plans, reach: "job_ready", for: part) }
        checkNothingReadsAll(plans, besides: "SELECT cardinality(fiscal.finish")
        await session.connection.close()
        try await checkLanes(worker)
        try await checkGrave(worker)
        try await checkFleet(worker)
        try await checkPeople(rows)
        try await checkProducer()
        try await checkDestination()
        try await checkStretches(rows)
        try await checkEvidence(rows)
        try await checkRescue(worker, rows)
        try await checkHandingBack(rows)
    }

    /// What makes other plans look costly makes the server compile those that are left, for each execution anew.
    @Test func noFunctionThatForcesItsPlansIsCompiled() async throws {
        #expect(
            try await queue.texts(
                """
                SELECT p.oid::regprocedure::text FROM pg_proc p
                WHERE p.pronamespace = 'fiscal'::regnamespace AND NOT 'jit=off' = ANY (p.proconfig)
                  AND EXISTS (SELECT FROM unnest(p.proconfig) AS c (setting) WHERE c.setting LIKE 'enable\\_%=off')
                """) == [])
    }

    /// One claimed job is finished, the others are moved, in the words of a worker.
    private func finishAndMove(_ session: SQLSession, _ worker: WorkerID, _ jobs: [Int]) async throws {
        try await session.finish(worker, Array(jobs.prefix(1)))
        let ids = jobs.dropFirst().map(String.init).joined(separator: ",")
        guard !ids.isEmpty else { return }
        func all(_ value: String) -> String { "'{\(jobs.dropFirst().map { _ in value }.joined(separator: ","))}'" }
        try await session.run(
            """
            SELECT fiscal.move(\(worker), '{\(ids)}', \(all("1")), \(all("later")), \(all("later")), \(all("0")), \(all("t")),
                \(all("null")), \(all("null")), \(all("null")), \(all("null")), \(all("null")), \(all("code")),
                \(all("reason")), \(all("null")), \(all("null")), \(all("null")), \(all("null")), \(all("null")), \(all("t")))::text
            """)
    }

    /// A claim that meets lanes which others have, and the end that passes a turn on.
    private func checkLanes(_ worker: WorkerID) async throws {
        try await queue.insertMany(3, shop: "shop-l", subject: "'order:1'")
        // Nothing is due, so that the claim is of these.
        try await queue.sql("UPDATE fiscal.job SET run_at = now() + interval '1 day' WHERE state = 'later'")
        let (session, plans) = try await explained()
        let claimed = try await session.claim(worker, 2, shop: "shop-l")
        #expect(claimed.count == 1)
        try await queue.insertMany(1, shop: "shop-l", subject: "'order:1'")
        #expect(try await session.claim(worker, 2, shop: "shop-l").isEmpty)
        try await session.finish(worker, claimed)
        check(plans, reach: "job_lane_turn", for: "AS holder_id")
        check(plans, reach: "job_lane_order", for: "FROM unnest(free_shops, free_names)")
        check(plans, reach: "job_lane_turn", for: "FOR KEY SHARE OF h SKIP LOCKED")
        check(plans, reach: "job_lane_order", for: "UPDATE fiscal.job j SET state = 'ready'")
        checkNothingReadsAll(plans, besides: "SELECT cardinality(fiscal.finish")
        await session.connection.close()
    }

    /// What a shop's INSERT does besides: it reads no job.
    private func checkProducer() async throws {
        let (session, plans) = try await explained()
        try await session.run(
            """
            INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
            VALUES ('shop1', 'test', 'plan', 'order:1', '{}') RETURNING id::text
            """)
        let made = plans.entries.first { $0.contains("FROM new_events e") } ?? ""
        #expect(made.contains("Insert on job"))
        #expect(!made.contains("Scan on job") && !made.contains("Scan using job"), "\(made)")
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
