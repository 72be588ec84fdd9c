import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// One lane of a shop of its own, for one interleaving: three jobs in some position, and the workers around it.
struct LaneScene: Sendable {
    /// How the lane stands when the sessions begin.
    enum Position: String, Sendable, CaseIterable {
        /// Three jobs, nobody at work.
        case idle
        /// The first runs, the others are ready and have not been looked at.
        case running
        /// The first is dead and holds the second; the third has just come.
        case held
    }

    let queue: QueueHarness
    let shop: String
    /// The first three jobs.
    let jobs: [Int]
    /// Runs the first job in ``Position/running``.
    let owner: WorkerID
    let rivals: [WorkerID]
    let rescuer: WorkerID
    let position: Position

    /// Sets the lane up.
    static func make(
        _ queue: QueueHarness, _ position: Position, number: Int, rivals: [WorkerID], rescuer: WorkerID
    ) async throws -> LaneScene {
        let shop = "shop-\(number)"
        let owner = try await queue.registerWorker()
        try await queue.insertMany(position == .held ? 2 : 3, shop: shop, subject: "'order:1'")
        var first = try await queue.texts("SELECT id::text FROM fiscal.job WHERE shop = '\(shop)' ORDER BY id")
        switch position {
        case .idle: break
        case .running: try await queue.sql(SQLSession.claimText(owner, 1, shop: shop))
        case .held:
            try await queue.sql(SQLSession.claimText(owner, 5, shop: shop))
            try await queue.sql(Self.moving(owner, first[0], to: "dead"))
            try await queue.insertMany(1, shop: shop, subject: "'order:1'")
            first = try await queue.texts("SELECT id::text FROM fiscal.job WHERE shop = '\(shop)' ORDER BY id")
        }
        return LaneScene(
            queue: queue, shop: shop, jobs: first.compactMap { Int($0) }, owner: owner, rivals: rivals,
            rescuer: rescuer, position: position)
    }

    private static func moving(_ worker: WorkerID, _ job: String, to state: String) -> String {
        """
        SELECT fiscal.move(\(worker), '{\(job)}', '{1}', '{\(state)}', '{\(state)}', '{0}', '{t}', '{null}', '{null}',
            '{null}', '{null}', '{null}', '{code}', '{reason}', '{null}', '{null}', '{null}', '{null}', '{null}', '{t}')::text
        """
    }

    private static func finishing(_ worker: WorkerID, _ job: Int) -> String {
        """
        INSERT INTO told (job, run, counted)
        SELECT \(job), 1, cardinality(fiscal.finish(
            \(worker), '{\(job)}', '{1}', '{ok}', '{t}', '{null}', '{null}', '{null}', '{null}', '{null}')) > 0
        """
    }

    // MARK: What sessions do

    func claim(_ rival: Int = 0) -> SessionScript {
        SessionScript(name: "claim \(rival)", statements: [SQLSession.claimText(rivals[rival], 5, shop: shop)])
    }
    var finish: SessionScript { SessionScript(name: "finish", statements: [Self.finishing(owner, jobs[0])]) }
    var finishAndClaim: SessionScript {
        SessionScript(
            name: "finish and claim",
            statements: [Self.finishing(owner, jobs[0]), SQLSession.claimText(owner, 5, shop: shop)])
    }
    var die: SessionScript {
        SessionScript(name: "die", statements: [Self.moving(owner, "\(jobs[0])", to: "dead")])
    }
    var later: SessionScript {
        SessionScript(name: "later", statements: [Self.moving(owner, "\(jobs[0])", to: "later")])
    }
    var enqueue: SessionScript {
        SessionScript(
            name: "enqueue",
            statements: [
                """
                INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
                VALUES ('\(shop)', 'test', gen_random_uuid()::text, 'order:1', '{}')
                """
            ])
    }
    /// A producer whose event is older than all others and is committed only now.
    var lateElder: SessionScript {
        SessionScript(
            name: "late elder",
            statements: [
                """
                INSERT INTO fiscal.job (id, run_at, step_since, state, shop, kind, lane, queue, step)
                SELECT -id, now(), now(), 'ready', shop, kind, lane, queue, step FROM fiscal.job WHERE id = \(jobs[0])
                """
            ])
    }
    /// The owner's lease has run out; somebody calls it dead and takes its job, in one transaction.
    var rescue: SessionScript {
        SessionScript(
            name: "rescue",
            statements: [
                "SELECT fiscal.bury_workers(\(rescuer))::text",
                "SELECT job::text FROM fiscal.rescue(\(rescuer), 10)",
            ])
    }
    func cancel(_ index: Int) -> SessionScript {
        SessionScript(name: "cancel \(index)", statements: ["SELECT fiscal.cancel_job(\(jobs[index]), 'anna', 'why')"])
    }
    var release: SessionScript {
        SessionScript(name: "release", statements: ["SELECT fiscal.release_job(\(jobs[0]), 'anna', 'why')"])
    }
    var replay: SessionScript {
        SessionScript(name: "replay", statements: ["SELECT fiscal.replay_job(\(jobs[0]), 'anna', 'why')"])
    }

    // MARK: What must hold

    /// After any step: of each lane one runs at most, and one at most has the turn.
    func exclusion() async throws -> [String] {
        try await queue.texts(
            """
            SELECT 'several run at once, or have the turn' FROM fiscal.job
            WHERE shop = '\(shop)' HAVING count(DISTINCT worker_id) > 1 OR count(*) FILTER (WHERE holder) > 1
            """)
    }

    /// At the end: everything can be brought to its end, in order, and nothing of a lost run counted.
    func conclude() async throws -> [String] {
        let (worker, shop) = (rivals[0], shop)
        var found: [String] = []
        for _ in 0..<12 {
            try await queue.sql(
                """
                UPDATE fiscal.job SET run_at = now() WHERE shop = '\(shop)' AND state IN ('later', 'in_doubt')
                """)
            try await queue.sql(
                """
                SELECT fiscal.finish(worker_id, array_agg(id), array_agg(run_no), array_agg('ok'::text), array_agg(true),
                    array_agg(NULL::timestamptz), array_agg(NULL::timestamptz), array_agg(NULL::text),
                    array_agg(NULL::bytea), array_agg(NULL::text))
                FROM (SELECT * FROM fiscal.job WHERE shop = '\(shop)' AND state = 'running' ORDER BY id) j GROUP BY worker_id
                """)
            try await queue.sql(
                """
                SELECT fiscal.replay_job(id, 'anna', 'the end') FROM fiscal.job WHERE shop = '\(shop)' AND state = 'dead'
                """)
            try await queue.sql(SQLSession.claimText(worker, 10, shop: shop))
            if try await queue.number("SELECT count(*) FROM fiscal.job WHERE shop = '\(shop)'") == 0 { break }
        }
        found += try await queue.texts(
            "SELECT format('job %s is stuck, %s', id, state) FROM fiscal.job WHERE shop = '\(shop)'")
        found += try await queue.texts(
            """
            SELECT format('event %s is lost', o.id) FROM fiscal.outbox o
            WHERE o.shop = '\(shop)' AND NOT EXISTS (SELECT FROM fiscal.job j WHERE j.id = o.id)
              AND NOT EXISTS (SELECT FROM fiscal.event_end e WHERE e.event_id = o.id)
            """)
        // Who was let pass by a person may come after others.
        found += try await queue.texts(
            """
            SELECT format('job %s ended after job %s', id, elder) FROM (
                SELECT o.id, max(o.id) OVER (ORDER BY a.ended_at, a.run_no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                    AS elder
                FROM fiscal.outbox o JOIN fiscal.attempt a ON a.job_id = o.id AND a.outcome = 'finish'
                WHERE o.shop = '\(shop)' AND NOT EXISTS (
                    SELECT FROM fiscal.operator_action p WHERE p.job_id = o.id AND p.action = 'release')) x
            WHERE elder > id
            """)
        found += try await queue.texts(
            """
            SELECT format('run %s of job %s counted after it was lost', a.run_no, a.job_id)
            FROM fiscal.attempt a JOIN told t ON (t.job, t.run) = (a.job_id, a.run_no)
            WHERE a.job_id = \(jobs[0]) AND a.outcome = 'lost' AND t.counted
            """)
        return found
    }
}
