-- A receipt that a provider had and could not print at the time is planned again, and keeps the provider's number: a copy
-- of it that comes late may still be printed. No other edition takes its place before it was asked for and refused.

-- As before, and refused, as `submitted`, for another edition of such a receipt, whoever calls.
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
    IF next_edition AND was.event_id IS NOT NULL AND NOT was.spawned
        AND EXISTS (SELECT FROM fiscal.receipt r
                    WHERE r.event_id = was.event_id AND r.state = 'planned' AND r.provider_id IS NOT NULL) THEN
        RETURN 'submitted';
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
