-- Outcomes: what becomes of a job after a run. Every function here changes only rows that are still running under
-- the run number, and the worker, that the outcome names: a worker that lost its lease changes nothing.

-- Gives the turn of lanes to the eldest job that waits for it.
--
-- Call it in a statement after the one that took the turn away, never in the same: the other may have waited for a
-- claim that set a job aside, and only a later snapshot sees that job.
CREATE FUNCTION fiscal.pass_turn(shops text[], lanes text[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    UPDATE fiscal.job j SET state = 'ready', run_at = clock_timestamp()
    WHERE j.state = 'waiting' AND j.id = ANY (ARRAY(
        SELECT e.id FROM unnest(shops, lanes) AS w (shop, lane)
        CROSS JOIN LATERAL (
            SELECT r.id FROM fiscal.job r
            WHERE NOT r.holder AND r.lane <> '' AND r.state <> 'dead' AND r.shop = w.shop AND r.lane = w.lane
            ORDER BY r.id LIMIT 1) e));
END
$$;

-- Ends jobs: deletes them, keeps their ends and their last runs, lets their lanes go on.
--
-- Returns the ids whose run number matched. `history` says for each whether its run leaves a row.
CREATE FUNCTION fiscal.finish(
    worker bigint, jobs bigint[], runs bigint[], outcomes text[], history boolean[],
    sent timestamptz[], answered timestamptz[], codes text[], digests bytea[], evidences text[]) RETURNS bigint[]
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET enable_hashjoin = off
    SET enable_mergejoin = off
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    done   bigint[];
    shops  text[];
    lanes  text[];
    moment timestamptz := clock_timestamp();
BEGIN
    WITH gone AS (
        DELETE FROM fiscal.job j
        USING unnest(jobs, runs, outcomes, history, sent, answered, codes, digests, evidences)
            AS o (job, run, outcome, history, sent, answered, code, digest, evidence)
        WHERE j.id = o.job AND j.run_no = o.run AND j.state = 'running' AND j.worker_id = worker
        RETURNING j.*, o.outcome, o.history, o.sent, o.answered, o.code, o.digest, o.evidence AS told
    ), ended AS (
        INSERT INTO fiscal.event_end (event_id, outcome, at)
        SELECT g.event_id, g.outcome, moment FROM gone g WHERE NOT g.spawned AND g.event_id IS NOT NULL
        ON CONFLICT (event_id) DO NOTHING
    ), kept AS (
        INSERT INTO fiscal.attempt (job_id, run_no, event_id, worker_id, started_at, sent_at, answered_at, ended_at,
            polls, first_poll_at, last_poll_at, attempt, part, edition, kind, step, outcome, code, digest, evidence)
        SELECT g.id, g.run_no, g.event_id, g.worker_id, g.claimed_at, g.sent, g.answered, moment,
            g.snoozes, g.first_snooze_at, g.last_snooze_at, g.attempt, g.part, g.edition, g.kind, g.step, 'finish',
            g.code, g.digest, g.told::jsonb
        FROM gone g WHERE g.history
    )
    SELECT array_agg(g.id), array_agg(g.shop) FILTER (WHERE g.holder), array_agg(g.lane) FILTER (WHERE g.holder)
    INTO done, shops, lanes FROM gone g;

    IF shops IS NOT NULL THEN
        PERFORM fiscal.pass_turn(shops, lanes);
    END IF;
    RETURN coalesce(done, '{}');
END
$$;

-- Moves jobs on that are not done: to the next step, to later, into doubt, to the dead letters, or back.
--
-- Per job: `verdicts` is what the run said (next, snooze, hand_back, later, throttled, unauthorised, in_doubt, dead),
-- `states` and `delays` (milliseconds from now) where that leads, `counts` whether an attempt is burned; steps,
-- queues, parts, checkpoints, deadlines: NULL leaves them as they are. A move to another step resets what belongs to
-- the old one. Returns the ids whose run number matched.
CREATE FUNCTION fiscal.move(
    worker bigint, jobs bigint[], runs bigint[], verdicts text[], states text[], delays bigint[], counts boolean[],
    steps text[], queues text[], parts integer[], checkpoints text[], deadlines timestamptz[], codes text[],
    reasons text[], sent timestamptz[], answered timestamptz[], answer_codes text[], digests bytea[], evidences text[],
    history boolean[]) RETURNS bigint[]
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET enable_hashjoin = off
    SET enable_mergejoin = off
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    done   bigint[];
    moment timestamptz := clock_timestamp();
BEGIN
    WITH told AS MATERIALIZED (
        SELECT o.*, was.id, was.event_id, was.claimed_at, was.snoozes, was.first_snooze_at, was.last_snooze_at,
               was.attempt, was.part AS was_part, was.edition, was.kind, was.step AS was_step, was.doubtful, was.woken,
               (o.step IS NOT NULL) AS advances
        FROM unnest(jobs, runs, verdicts, states, delays, counts, steps, queues, parts, checkpoints, deadlines, codes,
                    reasons, sent, answered, answer_codes, digests, evidences, history)
            AS o (job, run, verdict, state, delay, burns, step, queue, part, checkpoint, deadline, code,
                  reason, sent, answered, answer_code, digest, evidence, history)
        JOIN fiscal.job was ON was.id = o.job AND was.run_no = o.run AND was.state = 'running' AND was.worker_id = worker
        ORDER BY o.job
        FOR NO KEY UPDATE OF was
    ), moved AS (
        UPDATE fiscal.job j
        SET state = CASE
                -- A doubt that nobody has settled stays one, whatever else this run says.
                WHEN t.state IN ('ready', 'later') AND t.doubtful AND NOT t.advances THEN 'in_doubt'
                WHEN t.state = 'later' AND t.verdict = 'snooze' AND t.woken THEN 'ready'
                ELSE t.state::fiscal.job_state
            END,
            run_at = CASE WHEN t.verdict = 'snooze' AND t.woken THEN moment
                          ELSE moment + t.delay * interval '1 millisecond' END,
            worker_id = NULL,
            claimed_at = NULL,
            woken = false,
            limited = false,
            crashes = CASE WHEN t.verdict = 'hand_back' THEN j.crashes ELSE 0 END,
            step = coalesce(t.step, j.step),
            queue = coalesce(t.queue, j.queue),
            part = coalesce(t.part, j.part),
            step_since = CASE WHEN t.advances THEN moment ELSE j.step_since END,
            checkpoint = CASE WHEN t.advances OR t.checkpoint IS NOT NULL THEN t.checkpoint::jsonb ELSE j.checkpoint END,
            deadline = coalesce(t.deadline, j.deadline),
            attempt = CASE WHEN t.advances THEN 0 WHEN t.burns THEN j.attempt + 1 ELSE j.attempt END,
            snoozes = CASE WHEN t.advances THEN 0 WHEN t.verdict = 'snooze' THEN j.snoozes + 1 ELSE j.snoozes END,
            first_snooze_at = CASE WHEN t.advances THEN NULL WHEN t.verdict = 'snooze' THEN coalesce(j.first_snooze_at, moment)
                                   ELSE j.first_snooze_at END,
            last_snooze_at = CASE WHEN t.advances THEN NULL WHEN t.verdict = 'snooze' THEN moment ELSE j.last_snooze_at END,
            throttles = CASE WHEN t.advances THEN 0 WHEN t.verdict IN ('throttled', 'unauthorised') THEN j.throttles + 1
                             ELSE j.throttles END,
            doubts = CASE WHEN t.advances THEN 0 WHEN t.verdict = 'in_doubt' THEN j.doubts + 1 ELSE j.doubts END,
            doubtful = NOT t.advances AND (j.doubtful OR t.verdict = 'in_doubt' AND (t.state = 'in_doubt' OR t.state = 'dead')),
            evidence = CASE WHEN t.advances THEN NULL ELSE j.evidence END,
            reason_code = t.code,
            reason = t.reason
        FROM told t WHERE j.id = t.id
        RETURNING j.id
    ), kept AS (
        INSERT INTO fiscal.attempt (job_id, run_no, event_id, worker_id, started_at, sent_at, answered_at, ended_at,
            polls, first_poll_at, last_poll_at, attempt, part, edition, kind, step, outcome, code, message, digest, evidence)
        SELECT t.job, t.run, t.event_id, worker, t.claimed_at, t.sent, t.answered, moment,
            t.snoozes, t.first_snooze_at, t.last_snooze_at, t.attempt, t.was_part, t.edition, t.kind, t.was_step, t.verdict,
            coalesce(t.code, t.answer_code), t.reason, t.digest, t.evidence::jsonb
        FROM told t WHERE t.history
    )
    SELECT array_agg(m.id) INTO done FROM moved m;
    RETURN coalesce(done, '{}');
END
$$;

-- Makes the jobs that runs ordered, each about its parent's event and shop. Call it for parents whose outcome counted.
CREATE FUNCTION fiscal.spawn(
    parents_event bigint[], shops text[], kinds text[], lanes text[], queues text[], steps text[], priorities integer[],
    checkpoints text[], delays bigint[], singles boolean[]) RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made   integer;
    moment timestamptz := clock_timestamp();
BEGIN
    INSERT INTO fiscal.job (id, event_id, run_at, step_since, state, priority, spawned, single, shop, kind, lane, queue,
                            step, checkpoint)
    SELECT nextval('fiscal.outbox_id_seq'), n.event_id, moment + n.delay * interval '1 millisecond', moment,
           CASE WHEN n.delay > 0 THEN 'later'::fiscal.job_state ELSE 'ready' END,
           n.priority, true, n.single, n.shop, n.kind, n.lane, n.queue, n.step, n.checkpoint::jsonb
    FROM (SELECT * FROM unnest(parents_event, shops, kinds, lanes, queues, steps, priorities, checkpoints, delays, singles)
              AS u (event_id, shop, kind, lane, queue, step, priority, checkpoint, delay, single)
          -- Rivals that make the same single job wait for each other: all in one order.
          ORDER BY u.shop, u.kind, u.lane) n
    ON CONFLICT (shop, kind, lane) WHERE single AND run_no = 0 DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;

-- Keeps what fenced runs said, and tells each apart.
--
-- repeated: this very outcome is recorded already; its report was sent twice because an answer got lost.
-- fenced: the run had lost its job. What it said is kept in fiscal.attempt; what can settle a doubt (`evidences`) is
-- handed to the job, which is woken if it is in doubt, or dead for that reason.
-- gone: the job is no more and left no history to tell by.
-- `late` says of a run that its worker had answered for it already, when it passed its hard limit.
CREATE FUNCTION fiscal.keep_evidence(
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
            IF o.evidence IS NOT NULL AND now_is.step = o.step AND now_is.part = o.part AND now_is.edition = o.edition THEN
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

-- Tells destinations how runs for them went: `successes` and `failures` per name. Returns the names of those that
-- broke or healed by it, so that it is said once.
--
-- A success clears the count of failures and closes the breaker. So many failures in a row as its threshold, or one
-- by the probe, open it: for 5 s, twice as long each time up to 5 minutes. A destination in order is not written to.
CREATE FUNCTION fiscal.report_destinations(names text[], successes integer[], failures integer[])
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
        SELECT u.name, u.good, u.bad FROM unnest(names, successes, failures) AS u (name, good, bad) ORDER BY u.name
    LOOP
        IF r.good > 0 THEN
            UPDATE fiscal.destination d
            SET failures = 0, openings = 0, broken_until = NULL, probing_until = NULL
            FROM (SELECT b.name, b.broken_until FROM fiscal.destination b
                  WHERE b.name = r.name AND (b.failures > 0 OR b.broken_until IS NOT NULL) FOR UPDATE) old
            WHERE d.name = old.name
            RETURNING d.name, old.broken_until IS NOT NULL INTO name, broken;
            IF broken THEN
                broken := false;
                PERFORM fiscal.clear_alarm('destination_down:' || r.name);
                PERFORM fiscal.tell_sleepers();
                RETURN NEXT;
            END IF;
        ELSIF r.bad > 0 THEN
            INSERT INTO fiscal.destination (name) VALUES (r.name) ON CONFLICT DO NOTHING;
            SELECT * INTO STRICT was FROM fiscal.destination d WHERE d.name = r.name FOR UPDATE;
            -- Runs that were under way when it broke say nothing new.
            CONTINUE WHEN was.broken_until > moment;
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
        END IF;
    END LOOP;
END
$$;

-- Sets the limits of a destination: runs per second with how many at once, runs under way, failures until it breaks.
CREATE FUNCTION fiscal.limit_destination(
    destination text, rate double precision, burst integer, concurrency integer, threshold integer) RETURNS void
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO fiscal.destination AS d (name, rate, burst, tokens, tokens_at, concurrency, threshold)
    VALUES ($1, $2, $3, $3, clock_timestamp(), $4, $5)
    ON CONFLICT (name) DO UPDATE
    SET rate = excluded.rate, burst = excluded.burst, concurrency = excluded.concurrency, threshold = excluded.threshold,
        tokens = least(coalesce(d.tokens, excluded.tokens), excluded.burst), tokens_at = coalesce(d.tokens_at, excluded.tokens_at)
    WHERE (d.rate, d.burst, d.concurrency, d.threshold)
          IS DISTINCT FROM (excluded.rate, excluded.burst, excluded.concurrency, excluded.threshold);
END;

-- Closes a destination for everybody: at least for `for_ms` milliseconds from now; NULL: until somebody resumes it.
CREATE FUNCTION fiscal.hold_destination(name text, for_ms bigint, code text, reason text) RETURNS void
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO fiscal.destination AS d (name, paused_until, pause_code, pause_reason)
    VALUES ($1, coalesce(clock_timestamp() + $2 * interval '1 millisecond', 'infinity'), $3, $4)
    ON CONFLICT (name) DO UPDATE
    SET paused_until = excluded.paused_until, pause_code = excluded.pause_code, pause_reason = excluded.pause_reason
    WHERE d.paused_until IS NULL OR d.paused_until < excluded.paused_until;
END;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA fiscal FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.finish, fiscal.move, fiscal.spawn, fiscal.keep_evidence, fiscal.hold_destination,
    fiscal.report_destinations, fiscal.limit_destination TO fiscal_worker;
