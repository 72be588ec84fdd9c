import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// The plans of what a worker says of its runs besides the plain end: stretches, spawned jobs, evidence, limits.
extension PlanTests {
    private func store(_ explained: ExplainedPool, _ worker: WorkerID, stretch: Int = 1) -> QueueStore {
        var habits = ClaimHabits()
        if stretch > 1 { (habits.stretchSteps, habits.stretches, habits.followers) = (["test/run"], [stretch], 100) }
        return QueueStore(pool: explained.pool, worker: worker, lease: .endless, effects: [], habits: habits)
    }

    private func plan(_ room: Int, queue: String = "local", shop: String) -> ClaimPlan {
        let visit = ClaimPlan.Visit(
            key: StreamKey(queue: queue, shop: shop, priority: 0), limit: room, floor: .bottom, isFullLook: true)
        return ClaimPlan(room: room, streams: [visit], dueQueues: [], dueFirst: false)
    }

    /// A claim for a destination that bounds its runs counts those under way, and no others.
    func checkDestination() async throws {
        try await queue.sql("SELECT fiscal.limit_destination('provider', 1, 1000, 1000, 5)")
        let explained = try ExplainedPool()
        let worker = try await queue.registerWorker()
        let claimed = try await store(explained, worker).claim(plan(2, queue: "provider", shop: "shop4"))
        check(explained.plans, reach: "job_limited", for: "allowed := least(allowed, d.concurrency")
        check(explained.plans, reach: "destination_pkey", of: "destination", for: "FOR UPDATE SKIP LOCKED")
        check(explained.plans, reach: "destination_pkey", of: "destination", for: "SET tokens = d.tokens, ")
        let told = [(0, 1), (0, 9), (1, 0), (0, 0)]
        for (good, bad) in told {
            try await explained.run(
                """
                SELECT name FROM fiscal.report_destinations(
                    '{other,provider}', '{\(good),\(good)}', '{\(bad),\(bad)}',
                    ARRAY[clock_timestamp(), clock_timestamp()])
                """)
        }
        for part in [
            "SET failures = d.failures + r.bad WHERE", "openings = d.openings + 1", "SET failures = 0, openings = 0",
            "SET probing_until = NULL\n",
        ] { check(explained.plans, reach: "destination_pkey", of: "destination", for: part) }
        check(explained.plans, reach: "alarm_open", of: "alarm", for: "a.severity = $2 AND a.text = $3")
        check(explained.plans, reach: "alarm_open", of: "alarm", for: "SET cleared_at = now()")
        checkNothingReadsAll(explained.plans)
        let runs = claimed.runs.map { "\($0.run.job)" }.joined(separator: ",")
        if !runs.isEmpty {
            try await queue.sql(
                """
                UPDATE fiscal.job SET state = 'ready', run_at = now(), worker_id = NULL, claimed_at = NULL,
                    limited = false, holder = false WHERE id IN (\(runs))
                """)
        }
        try await queue.sql("DELETE FROM fiscal.destination")
        await explained.pool.close()
    }

    /// A head with what may follow it: the claim of both, the ends of both, the follower that takes the turn, and the
    /// followers whose numbers are used up because their head is recorded by itself.
    func checkStretches(_ rows: Int) async throws {
        try await queue.insertMany(8, shop: "shop-s", subject: "'order:' || i % 2")
        let worker = try await queue.registerWorker(stretch: 4)
        let explained = try ExplainedPool()
        let store = store(explained, worker, stretch: 4)
        let runs = try await store.claim(plan(2, shop: "shop-s")).runs
        let heads = runs.filter { $0.head == nil }.map(\.run).sorted { $0.job < $1.job }
        try #require(heads.count == 2 && runs.count == 8)
        func stretch(_ head: JobRun, _ verdicts: [Verdict]) throws -> [Report] {
            let followers = runs.filter { $0.head == head.job }.map(\.run).sorted { $0.job < $1.job }
            return try zip([head] + followers, verdicts).map { run, verdict in
                try Report.test(run, Outcome(verdict), head: run.job == head.job ? nil : head.job)
            }
        }
        let (done, later) = (Verdict.finish(outcome: "ok"), Verdict.later(JobFailure(code: "x", message: "X.")))
        let both = try await store.recordAndClaim(try stretch(heads[0], [done, done, later]), nil).record
        #expect(both.recorded.count == 3)
        let alone = await store.recordEach(try stretch(heads[1], [done, done, done]))
        #expect(alone.recorded.count == 1 && alone.returned.count == 2)

        check(explained.plans, reach: "job_lane_order", for: "bool_and(c.id > h.id")
        check(explained.plans, reach: "job_pkey", for: "bool_and(c.id > h.id")
        check(explained.plans, reach: "job_pkey", for: "j.id = ANY (jobs || moves)")
        check(explained.plans, reach: "job_pkey", for: "o.run, o.started, o.outcome")
        check(explained.plans, reach: "job_pkey", for: "worker_id = worker, claimed_at = o.started, holder = true")
        // A function whose plan is made anew each time reads ten rows as it likes.
        if rows > 10 {
            check(explained.plans, reach: "job_pkey", for: "CTE ran\n")
            checkNothingReadsAll(explained.plans)
        }
        await explained.pool.close()
    }

    /// What fenced runs said, and the jobs that are to be done once more for them.
    func checkEvidence(_ rows: Int) async throws {
        let explained = try ExplainedPool()
        let worker = try await queue.registerWorker()
        // The first is known by a row of history; of the second there is none any more.
        let late = try [(job: Int64(6), run: Int64(1)), (job: 99_000_000, run: 1)].map { job, run in
            try Report.test(
                JobRun(job: JobID(job), runNumber: run, shop: "shop6", kind: "test", lane: "order:0", step: "run"),
                Outcome(
                    .finish(outcome: "ok"),
                    exchange: ExchangeRecord(
                        sentAt: nil, answeredAt: nil, code: "200", digest: nil, evidence: "{}")), writesLevel: true)
        }
        let findings = try await store(explained, worker).keepEvidence(late)
        #expect(findings.map(\.finding) == ["fenced", "gone"])
        let spawned = explained.plans.first("ON CONFLICT (shop, kind, lane) WHERE single AND run_no = 0")
        #expect(spawned.contains("Conflict Arbiter Indexes: job_single"), "\(spawned)")
        #expect(!spawned.contains("Seq Scan on job"), "\(spawned)")
        if rows > 10 {
            check(explained.plans, reach: "job_pkey", for: "WHERE j.id = o.job FOR NO KEY UPDATE")
            check(explained.plans, reach: "job_pkey", for: "SET evidence = o.evidence::jsonb")
            check(explained.plans, reach: "outbox_pkey", of: "outbox", for: "e.created_at > o.started")
            for part in ["a.worker_id = worker\n", "a.run_no >= o.run"] {
                let plan = explained.plans.first(part)
                #expect(plan.contains("_job_id_run_no_idx on attempt_2"), "\(part): \(plan)")
            }
            checkNothingReadsAll(explained.plans)
        }
        await explained.pool.close()
    }
}
