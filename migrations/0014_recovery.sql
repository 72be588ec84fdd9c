-- Recovery after a restore; acts of people that endanger nothing, whoever calls the functions.

-- MARK: where the history of this database comes from

-- Each row begins an epoch. A failover or a restore gives the server another timeline, a dump loaded elsewhere another
-- identifier: then the newest row no longer fits the server, and somebody must say what was lost.
CREATE TABLE fiscal.epoch (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    began_at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    system_identifier  bigint NOT NULL,
    timeline           text NOT NULL,
    -- What was written from here until the epoch began may be lost. NULL: nothing is.
    lost_since         timestamptz,
    who                text,
    why                text,
    CHECK (lost_since <= began_at)
);

COMMENT ON TABLE fiscal.epoch IS 'Since when this database goes on from which server''s history, and what was lost before.';

-- The identifier and timeline of the server that we are connected to. A standby has not decided on its timeline.
CREATE FUNCTION fiscal.server_history(OUT system_identifier bigint, OUT timeline text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT s.system_identifier,
           CASE WHEN NOT pg_is_in_recovery() THEN substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END
    FROM pg_control_system() s;
END;

-- Whether the server goes on from the history that the newest epoch names; NULL on a standby.
CREATE FUNCTION fiscal.is_history_known() RETURNS boolean
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT (e.system_identifier, e.timeline) = (h.system_identifier, h.timeline)
    FROM fiscal.epoch e, fiscal.server_history() h ORDER BY e.id DESC LIMIT 1;
END;

INSERT INTO fiscal.epoch (system_identifier, timeline)
SELECT h.system_identifier, coalesce(h.timeline, '') FROM fiscal.server_history() h;

-- MARK: receipts that may have been sent in a time that is lost

-- Planned here, but perhaps sent, and printed, in the time that a restore has taken back.
ALTER TABLE fiscal.receipt ADD COLUMN suspect boolean NOT NULL DEFAULT false;

-- A receipt planned after a restore is suspect if its event may have been worked on in the lost time: it is older than
-- the restore, or has come again from the shop. Its shop's clock may be wrong by minutes, and what the shop sends again
-- may have waited there for days.
CREATE FUNCTION fiscal.receipt_suspect() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.suspect := NEW.state = 'planned' AND EXISTS (
        SELECT FROM fiscal.epoch e JOIN fiscal.outbox o ON o.id = NEW.event_id
        WHERE e.lost_since IS NOT NULL
          AND (o.created_at < e.began_at
               OR o.occurred_at BETWEEN e.lost_since - interval '7 days' AND e.began_at + interval '10 minutes'));
    RETURN NEW;
END
$$;

CREATE TRIGGER receipt_suspect BEFORE INSERT ON fiscal.receipt
    FOR EACH ROW EXECUTE FUNCTION fiscal.receipt_suspect();

-- The provider's word about it, or a person's, ends the suspicion.
CREATE FUNCTION fiscal.receipt_cleared() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.suspect := false;
    RETURN NEW;
END
$$;

CREATE TRIGGER receipt_cleared BEFORE UPDATE OF state ON fiscal.receipt
    FOR EACH ROW WHEN (OLD.suspect AND OLD.state <> NEW.state) EXECUTE FUNCTION fiscal.receipt_cleared();

-- MARK: recovery

-- Makes the database fit to go on after a restore to the past, or a failover that lost commits. Nothing of the time
-- from `lost_since` until now is known here, so:
--   * every worker is dead: one of before that comes back must register anew, and its outcomes are fenced;
--   * run numbers and all numbers that sequences give jump ahead, so that none of the lost time means something else now;
--   * open jobs that stand before or in a step that reaches outside are in doubt, and planned receipts are suspect.
-- With `is_trial` it only counts, whoever works meanwhile. Otherwise workers must be stopped: object_in_use (55006) is
-- thrown while one has a lease.
CREATE FUNCTION fiscal.recover_after_restore(lost_since timestamptz, who text, why text, is_trial boolean) RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    moment   timestamptz := clock_timestamp();
    counted  jsonb;
    alive    bigint;
    numbers  record;
BEGIN
    IF lost_since > moment OR lost_since IS NULL OR NOT isfinite(lost_since) THEN
        RAISE EXCEPTION 'since must be a moment of the past' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT is_trial THEN
        -- Nobody registers, beats or is called dead meanwhile. Shops go on writing.
        LOCK TABLE fiscal.worker IN SHARE ROW EXCLUSIVE MODE;
        SELECT count(*) INTO alive FROM fiscal.worker w WHERE w.dead_at IS NULL AND w.lease_until > moment;
        IF alive > 0 THEN
            RAISE EXCEPTION '% workers are at work, or were until just now: stop them, or wait for the end of their leases',
                alive USING ERRCODE = 'object_in_use';
        END IF;
    END IF;

    SELECT jsonb_build_object(
        'jobs', count(*),
        'in_doubt', count(*) FILTER (WHERE d.doubt IN ('lookup', 'resend') AND j.state <> 'dead'),
        'dead', count(*) FILTER (WHERE d.doubt = 'person' AND j.state <> 'dead'),
        'receipts', (SELECT count(*) FROM fiscal.receipt r WHERE r.state = 'planned'),
        'workers', (SELECT count(*) FROM fiscal.worker w WHERE w.dead_at IS NULL),
        'newest_event_at', (SELECT o.created_at FROM fiscal.outbox o ORDER BY o.id DESC LIMIT 1))
    INTO counted
    FROM fiscal.job j CROSS JOIN LATERAL (SELECT fiscal.doubt_of(j.kind, j.step, j.queue) AS doubt) d;
    IF is_trial THEN RETURN counted; END IF;

    UPDATE fiscal.worker w SET dead_at = moment, dead_xid = pg_current_xact_id() WHERE w.dead_at IS NULL;
    UPDATE fiscal.worker w SET rescued_at = NULL
    WHERE w.rescued_at IS NOT NULL AND w.id IN (SELECT j.worker_id FROM fiscal.job j WHERE j.state = 'running');
    WHILE EXISTS (SELECT FROM fiscal.rescue(0, 1000)) LOOP
        NULL;
    END LOOP;

    WITH touched AS MATERIALIZED (
        -- A job that has not the turn of its lane keeps its state: its doubt goes with it.
        SELECT j.id, d.doubt, d.doubt <> 'none' AND j.state IN ('ready', 'later') AND (j.holder OR j.lane = '') AS stops
        FROM fiscal.job j CROSS JOIN LATERAL (SELECT fiscal.doubt_of(j.kind, j.step, j.queue) AS doubt) d
        ORDER BY j.id FOR NO KEY UPDATE OF j
    )
    UPDATE fiscal.job j
    -- One that is enough while it has not begun (job_single) stays one that has not. What began of it in the lost time is
    -- fenced by its worker's number, which nobody is given again.
    SET run_no = CASE WHEN j.single AND j.run_no = 0 THEN 0 ELSE j.run_no + 1000000 END,
        doubtful = j.doubtful OR t.doubt <> 'none',
        state = CASE WHEN NOT t.stops THEN j.state WHEN t.doubt = 'person' THEN 'dead' ELSE 'in_doubt' END,
        run_at = CASE WHEN t.stops THEN moment ELSE j.run_at END,
        reason_code = CASE WHEN NOT t.stops THEN j.reason_code WHEN t.doubt = 'person' THEN 'in_doubt' ELSE 'restored' END,
        reason = CASE WHEN NOT t.stops THEN j.reason
                      ELSE 'The database was set back: this may have been done in the time that is lost.' END
    FROM touched t WHERE j.id = t.id;
    UPDATE fiscal.receipt r SET suspect = true WHERE r.state = 'planned' AND NOT r.suspect;

    FOR numbers IN SELECT s.sequencename, s.last_value FROM pg_sequences s WHERE s.schemaname = 'fiscal' LOOP
        PERFORM setval(format('fiscal.%I', numbers.sequencename), coalesce(numbers.last_value, 0) + 100000000);
    END LOOP;

    INSERT INTO fiscal.epoch (began_at, system_identifier, timeline, lost_since, who, why)
    SELECT moment, h.system_identifier, h.timeline, lost_since, who, why FROM fiscal.server_history() h;
    INSERT INTO fiscal.operator_action (who, action, why, target, after)
    VALUES (who, 'recover', why, 'database', counted || jsonb_build_object('lost_since', lost_since));
    PERFORM fiscal.clear_alarm('history_changed');
    PERFORM fiscal.tell_sleepers();
    RETURN counted;
END
$$;

-- What an unknown outcome of a step means, in the words of the newest worker that knew it. A step that nobody knew and
-- that is claimed from a destination's queue may send.
CREATE FUNCTION fiscal.doubt_of(kind text, step text, queue text) RETURNS text
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(
        (SELECT s.doubt FROM fiscal.worker_step s WHERE s.kind = $1 AND s.step = $2 ORDER BY s.worker_id DESC LIMIT 1),
        CASE WHEN $3 = 'local' THEN 'none' ELSE 'resend' END);
END;

-- Says that the server's history goes on without a loss, as after a failover to a synchronous standby. False: that was
-- known.
CREATE FUNCTION fiscal.accept_history(who text, why text) RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF fiscal.is_history_known() THEN RETURN false; END IF;
    INSERT INTO fiscal.epoch (system_identifier, timeline, who, why)
    SELECT h.system_identifier, h.timeline, $1, $2 FROM fiscal.server_history() h;
    INSERT INTO fiscal.operator_action (who, action, why, target) VALUES ($1, 'accept_history', $2, 'database');
    PERFORM fiscal.clear_alarm('history_changed');
    RETURN true;
END
$$;

-- MARK: acts, refused where they would make a second receipt possible

-- Whether what a job sent may be at the provider: the doubt outlives whatever the job dies of afterwards.
-- effect_failed: the answer of a sending could not be written down. A restore may have taken a sending of receipts back,
-- which is the work of the event's own job, not of those that it spawned.
CREATE OR REPLACE FUNCTION fiscal.is_in_doubt(j fiscal.job) RETURNS boolean
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
RETURN j.doubtful OR j.state = 'in_doubt' OR coalesce(j.reason_code = 'in_doubt', false)
    OR coalesce(j.reason_code = 'effect_failed' AND j.step = 'submit', false)
    OR NOT j.spawned
       AND EXISTS (SELECT FROM fiscal.receipt r WHERE r.event_id = j.event_id AND r.state = 'planned' AND r.suspect);

-- Whether a provider has a receipt of this job that is not printed yet (submitted), or may have one (in_doubt).
-- NULL: neither, so the job may begin anew, or be given up.
CREATE FUNCTION fiscal.unsettled(j fiscal.job) RETURNS text
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
RETURN CASE
    WHEN j.event_id IS NULL OR j.spawned THEN NULL
    WHEN EXISTS (SELECT FROM fiscal.receipt r WHERE r.event_id = j.event_id AND r.state = 'submitted') THEN 'submitted'
    WHEN EXISTS (SELECT FROM fiscal.receipt r WHERE r.event_id = j.event_id AND r.state = 'planned'
                 AND (r.suspect OR r.part = j.part AND fiscal.is_in_doubt(j))) THEN 'in_doubt'
END;

-- Writes down what a person did to a job.
CREATE FUNCTION fiscal.record_act(
    act text, who text, why text, was fiscal.job, now_is fiscal.job, more jsonb DEFAULT '{}') RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO fiscal.operator_action (who, action, why, job_id, before, after)
    VALUES ($2, $1, $3, ($4).id, fiscal.job_summary($4),
            CASE WHEN ($5).id IS NOT NULL THEN fiscal.job_summary($5) || $6 END);
END;

-- As before, and refused, in the word of fiscal.unsettled, where it would forget what a provider has or may have: another
-- step or edition, or a correction. The same step once more is always safe: a doubt stays one.
CREATE OR REPLACE FUNCTION fiscal.replay_job(
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
    settles boolean;
BEGIN
    was := fiscal.lock_job(job);
    IF was.id IS NULL THEN RETURN 'no_such_job'; END IF;
    IF was.state <> 'dead' THEN RETURN 'not_dead'; END IF;
    IF (begins IS NOT NULL OR next_edition OR ordered_as = 'correction') AND fiscal.unsettled(was) IS NOT NULL THEN
        RETURN fiscal.unsettled(was);
    END IF;
    IF begins IS NULL AND was.step = '?' THEN
        SELECT k.first_step INTO begins FROM fiscal.kind k WHERE k.name = was.kind;
    END IF;
    -- A step may have said "dead" of what it knew to be in doubt.
    settles := fiscal.is_in_doubt(was) AND begins IS NULL AND NOT next_edition;
    UPDATE fiscal.job j
    SET state = CASE WHEN settles THEN 'in_doubt' ELSE 'ready' END::fiscal.job_state,
        doubtful = settles,
        evidence = CASE WHEN begins IS NULL AND NOT next_edition THEN j.evidence END,
        run_no = j.run_no + 1, run_at = clock_timestamp(), step_since = clock_timestamp(),
        step = coalesce(begins, j.step), queue = coalesce(queue, j.queue),
        edition = j.edition + next_edition::integer, checkpoint = coalesce(checkpoint, j.checkpoint),
        ordered_as = coalesce(ordered_as, j.ordered_as),
        attempt = 0, snoozes = 0, first_snooze_at = NULL, last_snooze_at = NULL, throttles = 0, doubts = 0, crashes = 0,
        reason_code = NULL, reason = NULL
    WHERE j.id = job
    RETURNING j.* INTO now_is;
    PERFORM fiscal.record_act('replay', who, why, was, now_is), fiscal.tell_sleepers();
    RETURN 'replayed';
END
$$;

-- Cancels a job that is not running: it is deleted, its event ends as cancelled, what was never sent of it is given up,
-- its lane goes on. Outcome: cancelled, running, no_such_job; in_doubt, submitted: as fiscal.unsettled says, and nothing
-- was changed.
CREATE OR REPLACE FUNCTION fiscal.cancel_job(job bigint, who text, why text) RETURNS text
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
    IF fiscal.unsettled(was) IS NOT NULL THEN RETURN fiscal.unsettled(was); END IF;
    DELETE FROM fiscal.job j WHERE j.id = job;
    IF NOT was.spawned AND was.event_id IS NOT NULL THEN
        UPDATE fiscal.receipt r SET state = 'abandoned', closed_at = now()
        WHERE r.event_id = was.event_id AND r.state = 'planned';
        INSERT INTO fiscal.event_end (event_id, outcome, at) VALUES (was.event_id, 'cancelled', clock_timestamp())
        ON CONFLICT (event_id) DO NOTHING;
    END IF;
    PERFORM fiscal.record_act('cancel', who, why, was, NULL);
    IF was.lane <> '' THEN
        PERFORM fiscal.settle_lane(was.shop, was.lane);
    END IF;
    RETURN 'cancelled';
END
$$;

CREATE OR REPLACE FUNCTION fiscal.cancel_receipt_job(job bigint, who text, why text) RETURNS text
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
RETURN fiscal.cancel_job(job, who, why);

-- Ends a person's doubt about a dead job: it goes on at `step` with `checkpoint`, or the same step once more.
-- Outcome: resolved, not_dead, no_such_job; in_doubt, submitted: it was to begin where what was sent would be forgotten.
-- What the receipt itself must know is written by the caller, in the same transaction, but for the finding `absent`.
CREATE OR REPLACE FUNCTION fiscal.resolve_job(
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
    IF coalesce(step, was.step) NOT IN ('submit', 'await') AND fiscal.unsettled(was) IS NOT NULL THEN
        RETURN fiscal.unsettled(was);
    END IF;
    UPDATE fiscal.job j
    SET state = 'ready', doubtful = false, run_no = j.run_no + 1, run_at = clock_timestamp(), step_since = clock_timestamp(),
        step = coalesce(step, j.step), queue = coalesce(queue, j.queue), checkpoint = coalesce(checkpoint, j.checkpoint),
        evidence = NULL, attempt = 0, snoozes = 0, first_snooze_at = NULL, last_snooze_at = NULL, throttles = 0,
        doubts = 0, crashes = 0, reason_code = NULL, reason = NULL
    WHERE j.id = job
    RETURNING j.* INTO now_is;
    IF finding ? 'absent' THEN
        UPDATE fiscal.receipt r SET suspect = false
        WHERE r.event_id = was.event_id AND r.part = was.part AND r.state = 'planned' AND r.suspect;
    END IF;
    PERFORM fiscal.record_act('resolve', who, why, was, now_is, jsonb_build_object('finding', finding)),
            fiscal.tell_sleepers();
    RETURN 'resolved';
END
$$;

-- Gives up the receipts of an event that no provider has, so that another edition, or a correction, can take their place.
-- Only those that a replay has put behind it by ordering the next edition; it was refused if one of them was in doubt.
CREATE OR REPLACE FUNCTION fiscal.abandon_receipts(event bigint) RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    given_up bigint;
BEGIN
    UPDATE fiscal.receipt r SET state = 'abandoned', closed_at = now()
    FROM fiscal.job j
    WHERE r.event_id = event AND r.state = 'planned' AND NOT r.suspect
      AND j.id = event AND NOT j.spawned AND j.edition > r.edition;
    GET DIAGNOSTICS given_up = ROW_COUNT;
    RETURN given_up;
END
$$;

-- Opens a destination again that a worker found to let us in. Recorded as a worker's act: it can take no person's name.
CREATE FUNCTION fiscal.reopen_destination(name text, who text, why text) RETURNS boolean
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$ SELECT fiscal.resume_destination($1, 'worker: ' || $2, $3) $$;

-- MARK: who may

REVOKE ALL ON FUNCTION fiscal.server_history, fiscal.is_history_known, fiscal.receipt_suspect, fiscal.receipt_cleared,
    fiscal.recover_after_restore, fiscal.doubt_of, fiscal.accept_history, fiscal.unsettled, fiscal.record_act,
    fiscal.reopen_destination FROM PUBLIC;
GRANT SELECT ON fiscal.epoch TO fiscal_worker, fiscal_admin, fiscal_reader;
GRANT EXECUTE ON FUNCTION fiscal.is_history_known TO fiscal_worker, fiscal_admin, fiscal_reader;
GRANT EXECUTE ON FUNCTION fiscal.recover_after_restore, fiscal.accept_history TO fiscal_admin;
GRANT EXECUTE ON FUNCTION fiscal.reopen_destination TO fiscal_worker;
-- What a person has closed only a person opens, under his own name.
REVOKE EXECUTE ON FUNCTION fiscal.resume_destination FROM fiscal_worker;
