-- What people do: look at jobs, and act on them. Every act leaves a row that says who and why.

CREATE TABLE fiscal.operator_action (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT now(),
    who        text NOT NULL CHECK (who <> ''),
    action     text NOT NULL,
    why        text NOT NULL CHECK (why <> ''),
    job_id     bigint,
    -- The queue or destination, if it was not a job.
    target     text,
    before     jsonb,
    after      jsonb
);

COMMENT ON TABLE fiscal.operator_action IS 'Who did what to a job, a queue or a destination, and why. Append only.';

CREATE INDEX operator_action_job ON fiscal.operator_action (job_id) WHERE job_id IS NOT NULL;

-- Jobs as people see them: a waiting job says which job it waits for.
CREATE VIEW fiscal.job_listing AS
SELECT j.id, j.shop, j.kind, j.event_id, coalesce(o.event_key, '') AS event_key, j.lane, j.queue, j.step, j.part,
       j.edition, j.state, j.attempt, j.run_no, j.run_at, j.deadline, j.spawned, j.crashes, j.snoozes, j.throttles,
       j.doubts, j.worker_id, j.claimed_at, j.priority,
       CASE WHEN j.state = 'waiting' AND h.state = 'dead' THEN 'held'
            WHEN j.state = 'waiting' THEN 'waiting'
            ELSE j.reason_code END AS reason_code,
       CASE WHEN j.state = 'waiting' AND h.state = 'dead' THEN
                'held by dead job ' || h.id || coalesce(' (' || h.reason_code || ')', '')
            WHEN j.state = 'waiting' AND h.id IS NOT NULL THEN 'waits for job ' || h.id || ' of its lane'
            WHEN j.state = 'waiting' THEN 'waits for an elder job of its lane'
            ELSE j.reason END AS reason
FROM fiscal.job j
LEFT JOIN fiscal.outbox o ON o.id = j.event_id
LEFT JOIN fiscal.job h ON j.state = 'waiting' AND h.holder AND h.shop = j.shop AND h.lane = j.lane;

COMMENT ON VIEW fiscal.job_listing IS 'Jobs with the reason why they stand where they stand.';

-- Locks a job for an act: first its lane, then the job that has the lane's turn, then the job itself.
--
-- Claims do not wait for the lane's lock but leave the lane alone, so nobody else gets the turn meanwhile; and while
-- the one that has it is locked, nobody ends it and looks for a successor that this act is about to change.
-- Nothing is locked yet when the finisher of that job is waited for, so he waits for nobody here.
CREATE FUNCTION fiscal.lock_job(wanted bigint) RETURNS fiscal.job
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    asked fiscal.job;
BEGIN
    SELECT * INTO asked FROM fiscal.job j WHERE j.id = wanted;
    IF asked.lane <> '' THEN
        PERFORM pg_advisory_xact_lock(1179211588, hashtext(asked.shop || E'\x1f' || asked.lane));
        PERFORM FROM fiscal.job h WHERE h.holder AND h.shop = asked.shop AND h.lane = asked.lane AND h.id <> wanted
        FOR KEY SHARE;
    END IF;
    -- A new statement, since the locks may have been waited for.
    SELECT * INTO asked FROM fiscal.job j WHERE j.id = wanted FOR UPDATE;
    RETURN asked;
END
$$;

-- What operator_action keeps of a job.
CREATE FUNCTION fiscal.job_summary(j fiscal.job) RETURNS jsonb
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
RETURN jsonb_strip_nulls(jsonb_build_object(
    'event_id', j.event_id, 'shop', j.shop, 'kind', j.kind, 'lane', j.lane, 'state', j.state, 'queue', j.queue,
    'step', j.step, 'part', j.part, 'edition', j.edition, 'attempt', j.attempt, 'holder', j.holder,
    'reason_code', j.reason_code, 'reason', j.reason));

-- Runs a dead job again, in its place in the lane. Outcome: replayed, not_dead, no_such_job.
--
-- `step` NULL: the step at which it died; an unknown kind that has been declared since begins at its first step.
-- `next_edition`: the next run makes another edition, and what the old one sent stays on record.
-- `ordered_as`: what the person ordered, e.g. correction. Counters begin anew; run_no does not. A doubt stays a doubt
-- unless another step or edition begins.
CREATE FUNCTION fiscal.replay_job(
    job bigint, who text, why text, step text DEFAULT NULL, queue text DEFAULT NULL, next_edition boolean DEFAULT false,
    ordered_as text DEFAULT NULL, checkpoint jsonb DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    was fiscal.job;
    now_is fiscal.job;
    begins text := step;
    held boolean;
BEGIN
    was := fiscal.lock_job(job);
    IF was.id IS NULL THEN RETURN 'no_such_job'; END IF;
    IF was.state <> 'dead' THEN RETURN 'not_dead'; END IF;
    IF begins IS NULL AND was.step = '?' THEN
        SELECT k.first_step INTO begins FROM fiscal.kind k WHERE k.name = was.kind;
    END IF;
    UPDATE fiscal.job j
    SET state = CASE WHEN j.doubtful AND begins IS NULL AND NOT next_edition THEN 'in_doubt' ELSE 'ready' END::fiscal.job_state,
        doubtful = j.doubtful AND begins IS NULL AND NOT next_edition,
        evidence = CASE WHEN begins IS NULL AND NOT next_edition THEN j.evidence END,
        run_no = j.run_no + 1, run_at = clock_timestamp(), step_since = clock_timestamp(),
        step = coalesce(begins, j.step), queue = coalesce(queue, j.queue),
        edition = j.edition + next_edition::integer, checkpoint = coalesce(checkpoint, j.checkpoint),
        ordered_as = coalesce(ordered_as, j.ordered_as),
        attempt = 0, snoozes = 0, first_snooze_at = NULL, last_snooze_at = NULL, throttles = 0, doubts = 0, crashes = 0,
        reason_code = NULL, reason = NULL
    WHERE j.id = job
    RETURNING j.* INTO now_is;
    INSERT INTO fiscal.operator_action (who, action, why, job_id, before, after)
    VALUES (who, 'replay', why, job, fiscal.job_summary(was), fiscal.job_summary(now_is));
    PERFORM fiscal.tell_sleepers();
    RETURN 'replayed';
END
$$;

-- Cancels a job that is not running: it is deleted, its event ends as cancelled, its lane goes on.
-- Outcome: cancelled, running, no_such_job.
CREATE FUNCTION fiscal.cancel_job(job bigint, who text, why text) RETURNS text
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    was fiscal.job;
BEGIN
    was := fiscal.lock_job(job);
    IF was.id IS NULL THEN RETURN 'no_such_job'; END IF;
    IF was.state = 'running' THEN RETURN 'running'; END IF;
    DELETE FROM fiscal.job j WHERE j.id = job;
    IF NOT was.spawned AND was.event_id IS NOT NULL THEN
        INSERT INTO fiscal.event_end (event_id, outcome, at) VALUES (was.event_id, 'cancelled', clock_timestamp())
        ON CONFLICT (event_id) DO NOTHING;
    END IF;
    INSERT INTO fiscal.operator_action (who, action, why, job_id, before)
    VALUES (who, 'cancel', why, job, fiscal.job_summary(was));
    IF was.lane <> '' THEN
        PERFORM fiscal.settle_lane(was.shop, was.lane);
    END IF;
    RETURN 'cancelled';
END
$$;

-- Lets the rest of a lane pass a dead job, which stays dead and out of the way until it is replayed.
-- Outcome: released, not_holding, no_such_job.
CREATE FUNCTION fiscal.release_job(job bigint, who text, why text) RETURNS text
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    was fiscal.job;
    now_is fiscal.job;
BEGIN
    was := fiscal.lock_job(job);
    IF was.id IS NULL THEN RETURN 'no_such_job'; END IF;
    IF was.state <> 'dead' OR NOT was.holder THEN RETURN 'not_holding'; END IF;
    UPDATE fiscal.job j SET holder = false WHERE j.id = job RETURNING j.* INTO now_is;
    INSERT INTO fiscal.operator_action (who, action, why, job_id, before, after)
    VALUES (who, 'release', why, job, fiscal.job_summary(was), fiscal.job_summary(now_is));
    PERFORM fiscal.settle_lane(was.shop, was.lane);
    RETURN 'released';
END
$$;

-- Gives the turn on if nobody has it. The caller has locked the lane with fiscal.lock_job.
CREATE FUNCTION fiscal.settle_lane(shop text, lane text) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    IF NOT EXISTS (SELECT FROM fiscal.job h WHERE h.holder AND h.shop = shop AND h.lane = lane) THEN
        PERFORM fiscal.pass_turn(ARRAY[shop], ARRAY[lane]);
        PERFORM fiscal.tell_sleepers();
    END IF;
END
$$;

-- Ends a person's doubt about a dead job: it goes on at `step` with `checkpoint`, or the same step once more.
-- Outcome: resolved, not_dead, no_such_job. What the receipt itself must know is written by the caller, in the same
-- transaction.
CREATE FUNCTION fiscal.resolve_job(
    job bigint, who text, why text, finding jsonb, step text, queue text, checkpoint jsonb) RETURNS text
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    was fiscal.job;
    now_is fiscal.job;
BEGIN
    was := fiscal.lock_job(job);
    IF was.id IS NULL THEN RETURN 'no_such_job'; END IF;
    IF was.state <> 'dead' THEN RETURN 'not_dead'; END IF;
    UPDATE fiscal.job j
    SET state = 'ready', doubtful = false, run_no = j.run_no + 1, run_at = clock_timestamp(), step_since = clock_timestamp(),
        step = coalesce(step, j.step), queue = coalesce(queue, j.queue), checkpoint = coalesce(checkpoint, j.checkpoint),
        evidence = NULL, attempt = 0, snoozes = 0, first_snooze_at = NULL, last_snooze_at = NULL, throttles = 0,
        doubts = 0, crashes = 0, reason_code = NULL, reason = NULL
    WHERE j.id = job
    RETURNING j.* INTO now_is;
    INSERT INTO fiscal.operator_action (who, action, why, job_id, before, after)
    VALUES (who, 'resolve', why, job, fiscal.job_summary(was),
            fiscal.job_summary(now_is) || jsonb_build_object('finding', finding));
    PERFORM fiscal.tell_sleepers();
    RETURN 'resolved';
END
$$;

-- Pauses a queue by hand. Running jobs go on; nothing more is claimed.
CREATE FUNCTION fiscal.pause_queue(queue text, who text, why text) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    INSERT INTO fiscal.queue AS q (name, paused_at, paused_by, paused_why) VALUES (queue, now(), who, why)
    ON CONFLICT (name) DO UPDATE SET paused_at = now(), paused_by = excluded.paused_by, paused_why = excluded.paused_why;
    INSERT INTO fiscal.operator_action (who, action, why, target) VALUES (who, 'pause_queue', why, queue);
END
$$;

-- Opens a queue again. False: it was not paused.
CREATE FUNCTION fiscal.resume_queue(queue text, who text, why text) RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    UPDATE fiscal.queue q SET paused_at = NULL, paused_by = NULL, paused_why = NULL
    WHERE q.name = queue AND q.paused_at IS NOT NULL;
    IF NOT FOUND THEN RETURN false; END IF;
    INSERT INTO fiscal.operator_action (who, action, why, target) VALUES (who, 'resume_queue', why, queue);
    PERFORM fiscal.tell_sleepers();
    RETURN true;
END
$$;

-- Pauses a destination by hand until a moment; infinity: until it is resumed.
CREATE FUNCTION fiscal.pause_destination(destination text, until timestamptz, who text, why text) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    INSERT INTO fiscal.destination AS d (name, paused_until, pause_code, pause_reason)
    VALUES (destination, until, 'operator', why)
    ON CONFLICT (name) DO UPDATE
    SET paused_until = excluded.paused_until, pause_code = excluded.pause_code, pause_reason = excluded.pause_reason;
    INSERT INTO fiscal.operator_action (who, action, why, target, after)
    VALUES (who, 'pause_destination', why, destination, jsonb_build_object('until', until));
END
$$;

-- Opens a destination again, whatever closed it: a pause, a refusal of credentials, its breaker. Clears the alarms that
-- came with it. False: it was open.
CREATE FUNCTION fiscal.resume_destination(destination text, who text, why text) RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    UPDATE fiscal.destination d
    SET paused_until = NULL, pause_code = NULL, pause_reason = NULL,
        failures = 0, openings = 0, broken_until = NULL, probing_until = NULL
    WHERE d.name = destination AND (d.paused_until > clock_timestamp() OR d.broken_until IS NOT NULL);
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM fiscal.clear_alarm('unauthorised:' || destination);
    PERFORM fiscal.clear_alarm('destination_down:' || destination);
    INSERT INTO fiscal.operator_action (who, action, why, target) VALUES (who, 'resume_destination', why, destination);
    PERFORM fiscal.tell_sleepers();
    RETURN true;
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA fiscal FROM PUBLIC;
GRANT SELECT ON fiscal.operator_action, fiscal.job_listing TO fiscal_admin, fiscal_reader, fiscal_worker;
GRANT EXECUTE ON FUNCTION fiscal.replay_job, fiscal.cancel_job, fiscal.release_job, fiscal.resolve_job, fiscal.pause_queue,
    fiscal.resume_queue, fiscal.pause_destination, fiscal.resume_destination TO fiscal_admin;
-- A worker opens a destination again when a new secret has been read.
GRANT EXECUTE ON FUNCTION fiscal.resume_destination TO fiscal_worker;
