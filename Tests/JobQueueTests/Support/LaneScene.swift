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
        /// The first runs as the head of a stretch, and the others have been handed out as its followers.
        case stretched
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

    /// Sets the lane up; with `isLate` the owner's lease has run out.
    static func make(
        _ queue: QueueHarness, _ position: Position, number: Int, rivals: [WorkerID], rescuer: WorkerID,
        isLate: Bool = false
    ) async throws -> LaneScene {
        let shop = "shop-\(number)"
        let made = try await queue.texts(
            "SELECT unnest(set_scene('\(shop)', '\(position.rawValue)', \(isLate)))::text")
        let numbers = made.compactMap { Int64($0) }
        return LaneScene(
            queue: queue, shop: shop, jobs: numbers.dropFirst().map { Int($0) }, owner: WorkerID(numbers[0]),
            rivals: rivals, rescuer: rescuer, position: position)
    }

    // MARK: What sessions do

    private func moving(to state: String) -> String {
        """
        SELECT fiscal.move(\(owner), '{\(jobs[0])}', '{1}', '{\(state)}', '{\(state)}', '{0}', '{t}', '{null}', '{null}',
            '{null}', '{null}', '{null}', '{code}', '{reason}', '{null}', '{null}', '{null}', '{null}', '{null}', '{t}')::text
        """
    }
    private var finishing: String {
        """
        INSERT INTO told (job, run, counted)
        SELECT \(jobs[0]), 1, cardinality(fiscal.finish_runs(
            \(owner), '{\(jobs[0])}', '{1}', '{null}', '{null}', '{ok}', '{t}', '{null}', '{null}', '{null}', '{null}',
            '{null}', '{}', '{}', '{}', '{}', '{}')) > 0
        """
    }

    /// Ends of the head and of followers in one report; `taking` if the second job has run and is to be tried later.
    private func finishing(_ count: Int, taking: Bool = false) -> String {
        func all(_ values: (Int) -> String) -> String { "'{\((0..<count).map(values).joined(separator: ","))}'" }
        let nulls = all { _ in "null" }
        let moment = "2026-01-01"
        let taken =
            taking
            ? "'{\(jobs[1])}', '{1}', '{\(jobs[0])}', '{\(moment)}', '{\(jobs[1])}'" : "'{}', '{}', '{}', '{}', '{}'"
        return """
            INSERT INTO told (job, run, counted)
            SELECT j.id, 1, j.id = ANY (f.done) FROM (SELECT fiscal.finish_runs(
                \(owner), \(all { "\(jobs[$0])" }), \(all { _ in "1" }), \(all { $0 == 0 ? "null" : "\(jobs[0])" }),
                \(all { $0 == 0 ? "null" : moment }), \(all { _ in "ok" }), \(all { _ in "t" }), \(nulls), \(nulls), \(nulls),
                \(nulls), \(nulls), \(taken)) AS done) f, unnest(\(all { "\(jobs[$0])" })::bigint[]) AS j (id)
            """
    }
    /// The whole stretch is done.
    var finishStretch: SessionScript { SessionScript(name: "finish stretch", statements: [finishing(3)]) }
    /// The head is done, the second job is not.
    var finishAndTake: SessionScript {
        SessionScript(
            name: "finish and take",
            statements: [
                finishing(1, taking: true),
                moving(to: "later").replacing("'{\(jobs[0])}'", with: "'{\(jobs[1])}'"),
            ])
    }
    func claimStretch(_ rival: Int = 0) -> SessionScript {
        SessionScript(
            name: "claim of a stretch \(rival)",
            statements: [
                """
                SELECT id::text FROM fiscal.claim_runs(\(rivals[rival]), 5, '{local}', '{\(shop)}', '{0}', '{-infinity}',
                    '{0}', '{5}', '{local}', '{-infinity}', '{0}', true, '{}', '{}', '{}', '{test/run}', '{3}', 9)
                """
            ])
    }

    func claim(_ rival: Int = 0) -> SessionScript {
        SessionScript(name: "claim \(rival)", statements: [SQLSession.claimText(rivals[rival], 5, shop: shop)])
    }
    var finish: SessionScript { SessionScript(name: "finish", statements: [finishing]) }
    var finishAndClaim: SessionScript {
        SessionScript(name: "finish and claim", statements: [finishing, SQLSession.claimText(owner, 5, shop: shop)])
    }
    var die: SessionScript { SessionScript(name: "die", statements: [moving(to: "dead")]) }
    var later: SessionScript { SessionScript(name: "later", statements: [moving(to: "later")]) }
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
        try await queue.texts("SELECT conclude('\(shop)', \(rivals[0]), \(jobs[0]))")
    }

    // MARK: In the test's database

    /// What sets a scene and brings it to its end, each in one visit: there are thousands.
    static let functions = [
        "CREATE TABLE told (job bigint, run bigint, counted boolean)",
        """
        CREATE FUNCTION set_scene(shop text, place text, is_late boolean) RETURNS bigint[] LANGUAGE plpgsql AS $$
        DECLARE
            owner bigint := fiscal.register_worker(
                'owner', '1', 3600000, '{test}', '{run}', '{none}', '{5000}', CASE place WHEN 'stretched' THEN '{3}' ELSE '{1}' END::int[]);
            first bigint;
        BEGIN
            FOR i IN 1..3 LOOP
                INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
                VALUES (shop, 'test', gen_random_uuid()::text, 'order:1', '{}');
                IF i = 2 AND place = 'held' THEN
                    SELECT min(j.id) INTO first FROM fiscal.job j WHERE j.shop = set_scene.shop;
                    PERFORM fiscal.claim(owner, 5, '{local}', ARRAY[shop], '{0}', '{-infinity}', '{0}', '{5}', '{}', '{}', '{}', true);
                    PERFORM fiscal.move(owner, ARRAY[first], '{1}', '{dead}', '{dead}', '{0}', '{t}', '{null}', '{null}',
                        '{null}', '{null}', '{null}', '{code}', '{reason}', '{null}', '{null}', '{null}', '{null}', '{null}', '{t}');
                END IF;
            END LOOP;
            IF place = 'running' THEN
                PERFORM fiscal.claim(owner, 1, '{local}', ARRAY[shop], '{0}', '{-infinity}', '{0}', '{1}', '{}', '{}', '{}', true);
            END IF;
            IF place = 'stretched' THEN
                PERFORM fiscal.claim_runs(owner, 1, '{local}', ARRAY[shop], '{0}', '{-infinity}', '{0}', '{1}', '{}', '{}', '{}',
                    true, '{}', '{}', '{}', '{test/run}', '{3}', 9);
            END IF;
            IF is_late THEN
                UPDATE fiscal.worker SET lease_until = now() - interval '1 s' WHERE id = owner;
            END IF;
            RETURN owner || ARRAY(SELECT j.id FROM fiscal.job j WHERE j.shop = set_scene.shop ORDER BY j.id);
        END $$
        """,
        """
        CREATE FUNCTION conclude(s text, worker bigint, first bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
        BEGIN
            FOR round IN 1..12 LOOP
                UPDATE fiscal.job SET run_at = now() WHERE shop = s AND state IN ('later', 'in_doubt');
                PERFORM fiscal.finish(j.worker_id, array_agg(id), array_agg(run_no), array_agg('ok'::text), array_agg(true),
                    array_agg(NULL::timestamptz), array_agg(NULL::timestamptz), array_agg(NULL::text),
                    array_agg(NULL::bytea), array_agg(NULL::text))
                FROM (SELECT * FROM fiscal.job WHERE shop = s AND state = 'running' ORDER BY id) j GROUP BY j.worker_id;
                PERFORM fiscal.replay_job(id, 'anna', 'the end') FROM fiscal.job WHERE shop = s AND state = 'dead';
                PERFORM fiscal.claim(worker, 10, '{local}', ARRAY[s], '{0}', '{-infinity}', '{0}', '{10}', '{local}',
                    '{-infinity}', '{0}', true);
                EXIT WHEN NOT EXISTS (SELECT FROM fiscal.job WHERE shop = s);
            END LOOP;
            RETURN QUERY SELECT format('job %s is stuck, %s', id, state) FROM fiscal.job WHERE shop = s;
            RETURN QUERY SELECT format('event %s is lost', o.id) FROM fiscal.outbox o
                WHERE o.shop = s AND NOT EXISTS (SELECT FROM fiscal.job j WHERE j.id = o.id)
                  AND NOT EXISTS (SELECT FROM fiscal.event_end e WHERE e.event_id = o.id);
            -- Who was let pass by a person may come after others.
            RETURN QUERY SELECT format('job %s ended after job %s', x.id, x.elder) FROM (
                    SELECT o.id, max(o.id) OVER (ORDER BY a.ended_at, a.run_no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                        AS elder
                    FROM fiscal.outbox o JOIN fiscal.attempt a ON a.job_id = o.id AND a.outcome = 'finish'
                    WHERE o.shop = s AND NOT EXISTS (
                        SELECT FROM fiscal.operator_action p WHERE p.job_id = o.id AND p.action = 'release')) x
                WHERE x.elder > x.id;
            RETURN QUERY SELECT format('run %s of job %s counted after it was lost', a.run_no, a.job_id)
                FROM fiscal.attempt a JOIN told t ON (t.job, t.run) = (a.job_id, a.run_no)
                WHERE a.job_id = first AND a.outcome = 'lost' AND t.counted;
            -- With the head its followers are lost.
            RETURN QUERY SELECT format('run of job %s counted though its head was lost', t.job)
                FROM fiscal.attempt a, told t JOIN fiscal.outbox o ON o.id = t.job
                WHERE a.job_id = first AND a.run_no = 1 AND a.outcome = 'lost' AND o.shop = s AND t.job <> first AND t.counted;
            RETURN QUERY SELECT format('run %s of job %s is two runs', a.run_no, a.job_id)
                FROM fiscal.attempt a JOIN fiscal.outbox o ON o.id = a.job_id JOIN told t ON (t.job, t.run) = (a.job_id, a.run_no)
                WHERE o.shop = s AND a.outcome = 'finish' GROUP BY a.job_id, a.run_no HAVING NOT bool_or(t.counted);
        END $$
        """,
    ]
}
