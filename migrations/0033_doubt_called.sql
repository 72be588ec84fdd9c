-- A call from outside reaches a job that is in doubt, too.

-- Brings a job that sleeps forward, because what it waits for may have come. True: it will look at once.
--
-- A job that is running this instant may have looked already: that is remembered for its outcome (fiscal.move). A job in
-- doubt is brought forward as well, unless its doubt is that of a worker that died: that request may be under way until
-- the moment for which the job waits. Nor after ten doubts: whoever calls each time, and never answers, must not use up
-- in minutes the hundred that come before a person. A hint and no more: the step itself finds out what is true.
CREATE OR REPLACE FUNCTION fiscal.wake_job(job bigint) RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
AS $$
BEGIN
    UPDATE fiscal.job j
    SET run_at = CASE WHEN j.state = 'running' THEN j.run_at ELSE clock_timestamp() END,
        woken = j.state = 'running'
    WHERE j.id = job
      AND (j.state = 'running' AND NOT j.woken
           OR j.run_at > clock_timestamp()
              AND (j.state = 'later'
                   OR j.state = 'in_doubt' AND j.doubts < 10 AND j.reason_code IS DISTINCT FROM 'worker_lost'));
    IF FOUND THEN
        PERFORM fiscal.tell_sleepers();
    END IF;
    RETURN FOUND;
END
$$;

-- Moves jobs on that are not done: to the next step, to later, into doubt, to the dead letters, or back.
--
-- Per job: `verdicts` is what the run said (next, snooze, hand_back, later, throttled, unauthorised, in_doubt, dead),
-- `states` and `delays` (milliseconds from now) where that leads, `counts` whether an attempt is burned; steps,
-- queues, parts, checkpoints, deadlines: NULL leaves them as they are. A move to another step resets what belongs to
-- the old one. Returns the ids whose run number matched.
--
-- Somebody may have called while the job ran (fiscal.wake_job): a snooze is then cut to nothing, and each of the first ten
-- doubts is settled by another run at once.
CREATE OR REPLACE FUNCTION fiscal.move(
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
            run_at = CASE WHEN t.woken AND (t.verdict = 'snooze' OR t.state = 'in_doubt' AND j.doubts < 10) THEN moment
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
