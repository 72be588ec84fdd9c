import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// The plans of what the fleet does by the clock and for its dead, and of what people ask for.
extension PlanTests {
    /// A dead worker that cannot be done with, since a transaction from before its burial is open: all jobs are read
    /// once for it now and once when that has ended, and no heartbeat in between reads any.
    func checkGrave(_ worker: WorkerID) async throws {
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

    /// A dead worker with jobs, one of them the head of a stretch: but for the look for them, which reads all of `job`,
    /// everything is found by its key or in its lane.
    func checkRescue(_ worker: WorkerID, _ rows: Int) async throws {
        try await queue.insertMany(1, shop: "shop-r")
        try await queue.insertMany(3, shop: "shop-r", subject: "'order:1'")
        let dead = try await queue.registerWorker(stretch: 3)
        let explained = try ExplainedPool()
        let claimed = try await explained.run(
            """
            SELECT id::text FROM fiscal.claim_runs(\(dead), 4, '{local}', '{shop-r}', '{0}', '{-infinity}', '{0}',
                '{4}', '{}', '{}', '{}', true, '{}', '{}', '{}', '{test/run}', '{3}', 9) WHERE id IS NOT NULL
            """)
        #expect(claimed.count == 4)
        try await queue.sql("UPDATE fiscal.worker SET lease_until = now() - interval '1 s' WHERE id = \(dead)")
        #expect(try await explained.run("SELECT fiscal.bury_workers(\(worker))::text") == ["1"])
        #expect(try await explained.run("SELECT job::text FROM fiscal.rescue(\(worker), 100)").count == 2)
        if rows > 10 {
            check(explained.plans, reach: "job_lane_order", for: "WITH behind AS MATERIALIZED")
            check(explained.plans, reach: "job_pkey", for: "WITH behind AS MATERIALIZED")
            check(explained.plans, reach: "job_pkey", for: "AS settle_at")
            checkNothingReadsAll(explained.plans, besides: "j.worker_id = ANY")
        }
        await explained.pool.close()
    }

    /// Jobs of a claim that was never answered: a look at all of `job`, and one only.
    func checkHandingBack(_ rows: Int) async throws {
        try await queue.insertMany(3, shop: "shop-h")
        let worker = try await queue.registerWorker()
        let explained = try ExplainedPool()
        let store = QueueStore(pool: explained.pool, worker: worker, lease: .endless, effects: [])
        let visit = ClaimPlan.Visit(
            key: StreamKey(queue: "local", shop: "shop-h", priority: 0), limit: 9, floor: .bottom, isFullLook: true)
        let runs = try await store.claim(ClaimPlan(room: 9, streams: [visit], dueQueues: [], dueFirst: false)).runs
        #expect(runs.count == 3)
        #expect(try await store.handBackUnknown(known: [RunID(runs[0].run)]).count == 2)
        let plan = explained.plans.first("Update on job j")
        #expect(plan.split(separator: "Scan").dropFirst().count { $0.contains(" on job j ") } == 1, "\(plan)")
        await explained.pool.close()
    }

    /// What every worker says every few seconds, and upkeep, which comes once a minute.
    func checkFleet(_ worker: WorkerID) async throws {
        let (session, plans) = try await explained()
        try await session.run("SELECT fiscal.heartbeat(\(worker))::text")
        try await session.run("SELECT fiscal.bury_workers(\(worker))::text")
        try await session.run("SELECT job::text FROM fiscal.rescue(\(worker), 100)")
        try await queue.sql(
            """
            INSERT INTO fiscal.schedule (name, shop, kind, lane, queue, step, every, catch_up, next_at)
            VALUES ('s', 'shop1', 'test', 'scheduled', 'local', 'run', '1 day', false, now())
            """)
        #expect(try await session.run("SELECT fiscal.fire_schedules()::text") == ["1"])
        try await session.run("SELECT fiscal.wake_job(5)::text")
        // Once an hour all of `job` is read; this is not that look.
        try await queue.sql("UPDATE fiscal.upkeep SET read_at = now(), done_at = '-infinity'")
        #expect(try await session.run("SELECT fiscal.look_after(86400000000, 1000)::text") == ["true"])
        #expect(
            !plans.entries.contains { $0.contains("j.worker_id = ANY") }, "nobody is dead, and jobs were looked for")
        let fired = plans.entries.first { $0.contains("jsonb_build_object('schedule', s.name") } ?? ""
        #expect(fired.contains("Conflict Arbiter Indexes: job_single") && !fired.contains("Scan on job"), "\(fired)")
        check(plans, reach: "job_pkey", for: "woken = j.state = 'running'")
        check(plans, reach: "job_deadline", for: "WHERE j.deadline <= limit_at")
        check(plans, reach: "job_lane_order", for: "> (place.shop, place.lane)")
        check(plans, reach: "outbox_pkey", of: "outbox", for: "o.id > state.checked_to")
        checkNothingReadsAll(plans)
        await session.connection.close()
    }

    /// What people ask for: the dead ones among very many, one lane, one job.
    func checkPeople(_ rows: Int) async throws {
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
        // Ten rows are one page, which is read as it is.
        for plan in plans.entries {
            #expect(rows > 10 ? plan.contains("using job_dead on job") : plan.contains(" on job "), "\(plan)")
            #expect(!plan.contains("JIT:"), "\(plan)")
        }
        await session.connection.close()
    }
}
