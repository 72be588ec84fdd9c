-- What is made of runs that got lost, of reports that come late, and of what runs tell of their destination.

-- Takes up to `at_most` jobs from workers called dead and says what becomes of each.
--
-- As the step's doubt says, in the words of the worker that ran it: none → ready again; lookup, resend → in doubt,
-- and not before the end of the lost lease plus the step's time-out, when its request can no longer be under way;
-- person → dead, reason in_doubt. Dead as well after the tenth worker that died with it. The run number grows, so
-- whatever the dead one may still say is fenced. A worker is done with when nothing of it is left and no transaction
-- from before its burial, in which it may have claimed, is still open.
--
-- A head of a stretch may have been run on from: the numbers of those behind it grow too. It waits for nobody: a head
-- behind which somebody has locked a job this instant is left for the next time.
CREATE OR REPLACE FUNCTION fiscal.rescue(rescuer bigint, at_most integer)
    RETURNS TABLE (job bigint, run bigint, lost_by bigint, became text)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    graves bigint[];
    ids    bigint[];
    heads  bigint[];
    busy   bigint[];
    moment timestamptz := clock_timestamp();
    number integer;
BEGIN
    SELECT array_agg(w.id) INTO graves FROM fiscal.worker w WHERE w.dead_at IS NOT NULL AND w.rescued_at IS NULL;
    IF graves IS NULL THEN
        RETURN;
    END IF;

    WITH lost AS MATERIALIZED (
        SELECT j.id, j.holder, j.worker_id, j.kind, j.step FROM fiscal.job j
        WHERE j.state = 'running' AND j.worker_id = ANY (graves)
        LIMIT at_most FOR NO KEY UPDATE SKIP LOCKED
    )
    SELECT array_agg(l.id),
           array_agg(l.id) FILTER (WHERE l.holder AND EXISTS (
               SELECT FROM fiscal.worker_step s
               WHERE s.worker_id = l.worker_id AND s.kind = l.kind AND s.step = l.step AND s.stretch > 1))
    INTO ids, heads FROM lost l;
    IF heads IS NOT NULL THEN
        WITH behind AS MATERIALIZED (
            SELECT h.id AS head, f.id FROM fiscal.job h CROSS JOIN LATERAL (
                SELECT r.id FROM fiscal.job r
                WHERE NOT r.holder AND r.lane <> '' AND r.state <> 'dead' AND r.shop = h.shop AND r.lane = h.lane
                  AND r.id > h.id
                  -- What can have been handed out: claim_runs takes no others along.
                  AND r.state IN ('ready', 'waiting') AND r.queue = 'local'
                  AND NOT r.single AND NOT r.doubtful AND r.crashes = 0
                -- The longest stretch, and what may have been committed late among it.
                ORDER BY r.id LIMIT 2000) f
            WHERE h.id = ANY (heads)
        ), free AS MATERIALIZED (
            SELECT j.id FROM fiscal.job j WHERE j.id IN (SELECT b.id FROM behind b) FOR NO KEY UPDATE SKIP LOCKED
        ), raised AS (
            -- As if each had been claimed and rescued.
            UPDATE fiscal.job j SET run_no = j.run_no + 2 FROM free f WHERE j.id = f.id
        )
        SELECT array_agg(DISTINCT b.head) INTO busy FROM behind b WHERE NOT EXISTS (SELECT FROM free f WHERE f.id = b.id);
    END IF;

    RETURN QUERY
    WITH lost AS MATERIALIZED (
        SELECT j.id, j.run_no, j.event_id, j.worker_id, j.claimed_at, j.snoozes, j.first_snooze_at, j.last_snooze_at,
               j.attempt, j.part, j.edition, j.kind, j.step, j.crashes + 1 AS crashes,
               coalesce(s.doubt, 'none') AS doubt,
               greatest(moment, w.lease_until + coalesce(s.timeout, '0')) AS settle_at
        FROM fiscal.job j
        JOIN fiscal.worker w ON w.id = j.worker_id
        LEFT JOIN fiscal.worker_step s ON s.worker_id = j.worker_id AND s.kind = j.kind AND s.step = j.step
        WHERE j.id = ANY (ids) AND NOT j.id = ANY (coalesce(busy, '{}'))
    ), taken AS (
        UPDATE fiscal.job j
        SET state = CASE
                WHEN l.doubt = 'person' THEN 'dead'
                WHEN l.crashes >= 10 THEN 'dead'
                WHEN l.doubt = 'none' AND NOT j.doubtful THEN 'ready'
                ELSE 'in_doubt'
            END::fiscal.job_state,
            run_no = j.run_no + 1,
            run_at = CASE WHEN l.doubt = 'none' THEN moment ELSE l.settle_at END,
            worker_id = NULL, claimed_at = NULL, woken = false, limited = false,
            crashes = l.crashes,
            doubts = CASE WHEN l.doubt = 'none' THEN j.doubts ELSE j.doubts + 1 END,
            doubtful = j.doubtful OR l.doubt <> 'none',
            reason_code = CASE WHEN l.doubt = 'person' THEN 'in_doubt'
                               WHEN l.crashes >= 10 THEN 'crashes'
                               ELSE 'worker_lost' END,
            reason = CASE
                WHEN l.doubt = 'person' THEN
                    'The worker stopped while it was sending: nobody knows whether the request arrived. Check and resolve it.'
                WHEN l.crashes >= 10 THEN
                    'Ten workers in a row stopped while they ran this job. It may be what stops them.'
                ELSE 'The worker that ran it has stopped.'
            END
        FROM lost l WHERE j.id = l.id
        RETURNING j.id, l.run_no, l.worker_id AS lost_by, j.state::text AS became
    ), kept AS (
        INSERT INTO fiscal.attempt (job_id, run_no, event_id, worker_id, started_at, ended_at, polls, first_poll_at,
            last_poll_at, attempt, part, edition, kind, step, outcome, code)
        SELECT l.id, l.run_no, l.event_id, l.worker_id, l.claimed_at, moment, l.snoozes, l.first_snooze_at,
            l.last_snooze_at, l.attempt, l.part, l.edition, l.kind, l.step, 'lost', 'worker_lost'
        FROM lost l
    )
    SELECT t.id, t.run_no, t.lost_by, t.became FROM taken t;
    GET DIAGNOSTICS number = ROW_COUNT;

    IF number = 0 THEN
        UPDATE fiscal.worker w SET rescued_at = moment
        WHERE w.id = ANY (graves) AND w.dead_xid < pg_snapshot_xmin(pg_current_snapshot())
          AND NOT EXISTS (SELECT FROM fiscal.job j WHERE j.state = 'running' AND j.worker_id = w.id);
    END IF;
END
$$;

-- Raises the run numbers of followers that ran, whose ends could not be recorded with that of their head, as if they had
-- been claimed and handed back: they run again under other numbers. Call it in the transaction in which the head's own end is recorded.
CREATE FUNCTION fiscal.skip_runs(jobs bigint[], runs bigint[]) RETURNS void
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH ran AS MATERIALIZED (
        SELECT j.id FROM unnest($1, $2) AS o (job, run) JOIN fiscal.job j ON j.id = o.job
        WHERE j.run_no = o.run - 1 AND NOT j.holder AND j.state IN ('ready', 'waiting')
        ORDER BY j.id FOR NO KEY UPDATE OF j
    )
    UPDATE fiscal.job j SET run_no = j.run_no + 2 FROM ran r WHERE j.id = r.id;
END;

-- Keeps what fenced runs said, and tells each apart.
--
-- repeated: this very outcome is recorded already; its report was sent twice because an answer got lost.
-- fenced: the run had lost its job. What it said is kept in fiscal.attempt; what can settle a doubt (`evidences`) is
-- handed to the job, which is woken if it is in doubt, or dead for that reason.
-- gone: the job is no more and left no history to tell by.
-- After a restore a job's number may mean another event: what a run heard that began before the event was written is
-- about something else.
-- `late` says of a run that its worker had answered for it already, when it passed its hard limit.
CREATE OR REPLACE FUNCTION fiscal.keep_evidence(
    worker bigint, jobs bigint[], runs bigint[], verdicts text[], kinds text[], steps text[], parts integer[],
    editions integer[], attempts integer[], events bigint[], started timestamptz[], codes text[], reasons text[],
    sent timestamptz[], answered timestamptz[], digests bytea[], evidences text[], late boolean[])
    RETURNS TABLE (job bigint, run bigint, finding text)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    o      record;
    now_is fiscal.job;
    moment timestamptz := clock_timestamp();
BEGIN
    FOR o IN
        SELECT * FROM unnest(jobs, runs, verdicts, kinds, steps, parts, editions, attempts, events, started, codes,
                             reasons, sent, answered, digests, evidences, late)
            AS u (job, run, verdict, kind, step, part, edition, attempt, event, started, code,
                  reason, sent, answered, digest, evidence, late)
        ORDER BY u.job
    LOOP
        job := o.job;
        run := o.run;
        SELECT * INTO now_is FROM fiscal.job j WHERE j.id = o.job FOR NO KEY UPDATE;
        IF NOT o.late AND (
            EXISTS (SELECT FROM fiscal.attempt a WHERE a.job_id = o.job AND a.run_no = o.run AND a.worker_id = worker
                    AND a.outcome <> 'lost')
            -- Rescue and replay raise the number, so an untouched number on a job at rest is this run's own doing.
            OR (now_is.id IS NOT NULL AND now_is.run_no = o.run AND now_is.state <> 'running')) THEN
            finding := 'repeated';
        ELSIF now_is.id IS NULL
              AND NOT EXISTS (SELECT FROM fiscal.attempt a WHERE a.job_id = o.job AND a.run_no >= o.run) THEN
            finding := 'gone';
        ELSE
            finding := 'fenced';
            INSERT INTO fiscal.attempt (job_id, run_no, event_id, worker_id, started_at, sent_at, answered_at, ended_at,
                attempt, part, edition, kind, step, outcome, code, message, digest, evidence)
            VALUES (o.job, o.run, o.event, worker, o.started, o.sent, o.answered, moment,
                o.attempt, o.part, o.edition, o.kind, o.step, 'fenced', o.verdict || coalesce(':' || o.code, ''),
                o.reason, o.digest, o.evidence::jsonb);
            IF o.evidence IS NOT NULL AND now_is.step = o.step AND now_is.part = o.part AND now_is.edition = o.edition
               AND NOT EXISTS (SELECT FROM fiscal.outbox e WHERE e.id = o.job AND e.created_at > o.started) THEN
                UPDATE fiscal.job j
                SET evidence = o.evidence::jsonb,
                    state = CASE WHEN j.state = 'dead' AND j.reason_code = 'in_doubt' THEN 'in_doubt' ELSE j.state END,
                    run_at = CASE WHEN j.state = 'in_doubt' OR j.state = 'dead' AND j.reason_code = 'in_doubt'
                                  THEN moment ELSE j.run_at END
                WHERE j.id = o.job;
            END IF;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;

-- Tells destinations how runs for them went: `successes` and `failures` per name, and when the last of the failed ones
-- was claimed (without failures: the last of all). Returns the names of those that broke or healed by it, so that it is
-- said once.
--
-- A success clears the count of failures and closes the breaker. So many failures in a row as its threshold, or one
-- by the probe, open it: for 5 s, twice as long each time up to 5 minutes. A destination in order is not written to.
-- Runs claimed before the breaker let a probe through were under way when it broke, however late they end: they say
-- nothing new. A probe that heard nothing is given up, so that another run can be one.
CREATE FUNCTION fiscal.report_destinations(
    names text[], successes integer[], failures integer[], claimed timestamptz[])
    RETURNS TABLE (name text, broken boolean)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    r      record;
    was    fiscal.destination;
    moment timestamptz := clock_timestamp();
BEGIN
    FOR r IN
        SELECT u.name, u.good, u.bad, u.claimed FROM unnest(names, successes, failures, claimed) AS u (name, good, bad, claimed)
        ORDER BY u.name
    LOOP
        IF r.good > 0 THEN
            RETURN QUERY SELECT h.name, h.broken FROM fiscal.report_destinations(ARRAY[r.name], ARRAY[1], ARRAY[0]) h;
        ELSIF r.bad > 0 THEN
            INSERT INTO fiscal.destination (name) VALUES (r.name) ON CONFLICT DO NOTHING;
            SELECT * INTO STRICT was FROM fiscal.destination d WHERE d.name = r.name FOR UPDATE;
            CONTINUE WHEN r.claimed < was.broken_until;
            IF was.broken_until IS NULL AND was.failures + r.bad < was.threshold THEN
                UPDATE fiscal.destination d SET failures = d.failures + r.bad WHERE d.name = r.name;
            ELSE
                UPDATE fiscal.destination d
                SET failures = d.failures + r.bad, openings = d.openings + 1, probing_until = NULL,
                    broken_until = moment + least(300, 5 * power(2, least(d.openings, 10))) * interval '1 second'
                WHERE d.name = r.name;
                PERFORM fiscal.raise_alarm('destination_down:' || r.name, 'warning', r.name || ' does not answer');
                IF was.broken_until IS NULL THEN
                    name := r.name;
                    broken := true;
                    RETURN NEXT;
                END IF;
            END IF;
        ELSE
            UPDATE fiscal.destination d SET probing_until = NULL
            WHERE d.name = r.name AND d.broken_until <= r.claimed AND d.probing_until IS NOT NULL;
        END IF;
    END LOOP;
END
$$;

REVOKE ALL ON FUNCTION fiscal.skip_runs, fiscal.report_destinations(text[], integer[], integer[], timestamptz[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.skip_runs, fiscal.report_destinations(text[], integer[], integer[], timestamptz[])
    TO fiscal_worker;
