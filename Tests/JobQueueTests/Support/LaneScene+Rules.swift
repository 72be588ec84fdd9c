import Postgres
import TestSupport
import Testing

@testable import JobQueue

extension LaneScene {
    // MARK: What must hold

    /// After any step: of each lane one runs at most, and one at most has the turn.
    func exclusion() async throws -> [String] {
        try await queue.texts(
            """
            SELECT 'several run at once, or have the turn' FROM fiscal.job
            WHERE shop = '\(shop)' GROUP BY lane
            HAVING count(DISTINCT worker_id) > 1 OR count(*) FILTER (WHERE holder) > 1
            """)
    }

    /// At the end: everything can be brought to its end, in order, and nothing of a lost run counted.
    func conclude() async throws -> [String] {
        try await queue.texts("SELECT conclude('\(shop)', \(rivals[0]), \(runner))")
    }

    // MARK: In the test's database

    /// What sets a scene and brings it to its end, each in one visit: there are thousands.
    static let functions = [
        "CREATE TABLE told (job bigint, run bigint, counted boolean)",
        // What was found of late words; calls that said they were heard; what claims got, and from what queue.
        "CREATE TABLE heard (job bigint, finding text)",
        "CREATE TABLE called (job bigint)",
        // What a pending job is to look at, and looks at it.
        "CREATE TABLE wrote (shop text, xid xid8)",
        "CREATE TABLE looked (shop text, seen pg_snapshot)",
        "CREATE TABLE claimed (shop text, was_closed boolean, number bigint)",
        """
        CREATE FUNCTION set_scene(shop text, place text, is_late boolean) RETURNS bigint[] LANGUAGE plpgsql AS $$
        DECLARE
            owner bigint := fiscal.register_worker(
                'owner', '1', 3600000, '{test}', '{run}', '{none}', '{5000}',
                CASE place WHEN 'stretched' THEN '{3}' ELSE '{1}' END::int[]);
            first bigint;
        BEGIN
            FOR i IN 1..3 LOOP
                INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
                VALUES (shop, 'test', gen_random_uuid()::text, 'order:1', '{}');
                IF i = 2 AND place IN ('held', 'released') THEN
                    SELECT min(j.id) INTO first FROM fiscal.job j WHERE j.shop = set_scene.shop;
                    PERFORM fiscal.claim(owner, 5, '{local}', ARRAY[shop], '{0}', '{-infinity}', '{0}', '{5}', '{}',
                        '{}', '{}', true);
                    PERFORM fiscal.move(owner, ARRAY[first], '{1}', '{dead}', '{dead}', '{0}', '{t}', '{null}',
                        '{null}', '{null}', '{null}', '{null}', '{code}', '{reason}', '{null}', '{null}', '{null}',
                        '{null}', '{null}', '{t}');
                END IF;
            END LOOP;
            IF place = 'pending' THEN
                PERFORM fiscal.spawn(ARRAY[NULL::bigint], ARRAY[shop], '{test}', '{push:1}', '{local}', '{run}', '{0}', '{null}',
                    '{0}', '{t}');
            END IF;
            IF place = 'released' THEN
                PERFORM fiscal.release_job(first, 'anna', 'why');
            END IF;
            IF place = 'released' THEN
                PERFORM fiscal.claim(owner, 5, '{local}', ARRAY[shop], '{0}', '{-infinity}', '{0}', '{5}', '{}', '{}',
                    '{}', true);
            END IF;
            IF place = 'running' THEN
                PERFORM fiscal.claim(owner, 1, '{local}', ARRAY[shop], '{0}', '{-infinity}', '{0}', '{1}', '{}', '{}',
                    '{}', true);
            END IF;
            IF place = 'stretched' THEN
                PERFORM fiscal.claim_runs(owner, 1, '{local}', ARRAY[shop], '{0}', '{-infinity}', '{0}', '{1}', '{}',
                    '{}', '{}', true, '{}', '{}', '{}', '{test/run}', '{3}', 9);
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
            RETURN QUERY SELECT format('the call for job %s is forgotten', j.id) FROM fiscal.job j
                WHERE j.id IN (SELECT c.job FROM called c) AND j.state = 'later' AND j.run_at > clock_timestamp();
            RETURN QUERY SELECT format('what run %s of job %s heard was not handed on', a.run_no, j.id)
                FROM fiscal.job j JOIN fiscal.attempt a ON a.job_id = j.id AND a.outcome = 'fenced'
                WHERE j.shop = s AND j.evidence IS NULL;
            RETURN QUERY SELECT format('run %s of job %s was told in vain', t.run, t.job) FROM told t
                JOIN fiscal.attempt a ON (a.job_id, a.run_no, a.outcome) = (t.job, t.run, 'lost')
                JOIN heard h ON h.job = t.job AND h.finding = 'repeated'
                WHERE NOT t.counted AND t.job IN (SELECT o.id FROM fiscal.outbox o WHERE o.shop = s);
            RETURN QUERY SELECT 'claimed from a closed queue' FROM claimed c
                WHERE c.shop = s AND c.was_closed AND c.number > 0;
            RETURN QUERY SELECT 'nobody looks at what was written last' FROM wrote w
                WHERE w.shop = s AND NOT EXISTS (SELECT FROM fiscal.job j WHERE j.shop = s AND j.single AND j.run_no = 0)
                  AND NOT EXISTS (SELECT FROM looked l WHERE l.shop = s AND pg_visible_in_snapshot(w.xid, l.seen));
            PERFORM fiscal.resume_queue('local', 'anna', 'the end');
            FOR round IN 1..12 LOOP
                UPDATE fiscal.job SET run_at = now() WHERE shop = s AND state IN ('later', 'in_doubt');
                PERFORM fiscal.finish(j.worker_id, array_agg(id), array_agg(run_no), array_agg('ok'::text),
                    array_agg(true),
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
                    SELECT o.id, max(o.id) OVER (ORDER BY a.ended_at, a.run_no
                                             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
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
                WHERE a.job_id = first AND a.run_no = 1 AND a.outcome = 'lost' AND o.shop = s
                  AND t.job <> first AND t.counted;
            RETURN QUERY SELECT format('run %s of job %s is two runs', a.run_no, a.job_id)
                FROM fiscal.attempt a JOIN fiscal.outbox o ON o.id = a.job_id
                JOIN told t ON (t.job, t.run) = (a.job_id, a.run_no)
                WHERE o.shop = s AND a.outcome = 'finish' GROUP BY a.job_id, a.run_no HAVING NOT bool_or(t.counted);
        END $$
        """,
    ]
}
