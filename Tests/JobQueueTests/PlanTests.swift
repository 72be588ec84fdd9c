import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// Pins how each hot statement reaches its rows, at ten jobs and at a million: the plans are those that the functions
/// themselves run, as `auto_explain` reports them.
@Suite(.database, .timeLimit(.minutes(10))) struct PlanTests {
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

    private func check(_ plans: Journal<String>, reach index: String, of table: String = "job", for part: String) {
        let plan = plans.entries.first { $0.contains(part) } ?? ""
        #expect(plan.contains("using \(index) on \(table)"), "\(part): \(plan)")
    }

    /// Nothing that ran since read a table of ours from end to end, or sorted what an index holds sorted.
    private func checkNothingReadsAll(_ plans: Journal<String>, besides own: String = "/* the test's own */") {
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
        if rows > 10 { try await checkPeople() }
        try await checkProducer()
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

    /// A dead worker that cannot be done with, since a transaction from before its burial is open: all jobs are read
    /// once for it now and once when that has ended, and no heartbeat in between reads any.
    private func checkGrave(_ worker: WorkerID) async throws {
        let dead = try await queue.registerWorker()
        let (elder, other) = (try await SQLSession.open(), try await explained())
        try await elder.begin()
        try await elder.run("SELECT pg_current_xact_id()::text")
        try await queue.sql("UPDATE fiscal.worker SET steady_since = now() - 2 * lease WHERE id = \(worker)")
        try await queue.sql("UPDATE fiscal.worker SET lease_until = now() - interval '1 s' WHERE id = \(dead)")
        #expect(try await other.session.run("SELECT fiscal.bury_workers(\(worker))::text") == ["1"])
        func looks() async throws -> Int {
            let before = other.plans.entries.count
            #expect(try await other.session.run("SELECT job::text FROM fiscal.rescue(\(worker), 100)") == [])
            return other.plans.entries.dropFirst(before).count { $0.contains("j.worker_id = ANY") }
        }
        func isDone() async throws -> Bool {
            try await queue.number("SELECT count(*) FROM fiscal.worker WHERE id = \(dead) AND rescued_at IS NOT NULL")
                == 1
        }
        #expect(try await looks() == 1)
        for _ in 1...3 { #expect(try await looks() == 0) }
        #expect(try await !isDone())
        try await elder.rollback()
        // Other tests' transactions, in the same cluster, may be as old.
        try await eventually("the worker is done with") {
            _ = try await looks()
            return try await isDone()
        }
        for session in [elder, other.session] { await session.connection.close() }
    }

    /// What every worker says every few seconds, and upkeep, which comes once a minute.
    private func checkFleet(_ worker: WorkerID) async throws {
        let (session, plans) = try await explained()
        try await session.run("SELECT fiscal.heartbeat(\(worker))::text")
        try await session.run("SELECT fiscal.bury_workers(\(worker))::text")
        try await session.run("SELECT job::text FROM fiscal.rescue(\(worker), 100)")
        try await session.run("SELECT fiscal.fire_schedules()::text")
        try await session.run("SELECT fiscal.wake_job(5)::text")
        // Once an hour all of `job` is read; this is not that look.
        try await queue.sql("UPDATE fiscal.upkeep SET read_at = now(), done_at = '-infinity'")
        #expect(try await session.run("SELECT fiscal.look_after(86400000000, 1000)::text") == ["true"])
        #expect(
            !plans.entries.contains { $0.contains("j.worker_id = ANY") }, "nobody is dead, and jobs were looked for")
        check(plans, reach: "job_pkey", for: "woken = j.state = 'running'")
        check(plans, reach: "job_deadline", for: "WHERE j.deadline <= limit_at")
        check(plans, reach: "job_lane_order", for: "> (place.shop, place.lane)")
        check(plans, reach: "outbox_pkey", of: "outbox", for: "o.id > state.checked_to")
        checkNothingReadsAll(plans)
        await session.connection.close()
    }

    /// What people ask for: the dead ones among very many, one lane, one job.
    private func checkPeople() async throws {
        let (session, plans) = try await explained()
        func list(_ filter: JobFilter) async throws {
            _ = try await session.connection.query(
                AdministrationStatements.list(filter), filter.condition.parameters + [.int(100)]
            ) { row throws(PostgresError) in try row.get(Int64.self, 0) }
        }
        var filter = JobFilter()
        filter.states = [.dead]
        try await list(filter)
        filter.after = JobID(500_000)
        filter.reasonCode = "x"
        try await list(filter)
        #expect(plans.entries.count >= 2)
        for plan in plans.entries { #expect(plan.contains("using job_dead on job"), "\(plan)") }
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
