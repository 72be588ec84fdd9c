-- Hands back what stands as running under a living worker without being so: the worker lost the answer to its claim.
--
-- `known` and `runs` are the runs that it has, by job and number: a job may have been recorded and claimed again in one
-- commit of which it heard nothing, and then it knows only the run before. `before` is a moment, by this clock, at which
-- it had no claim under way: carried out late, this touches nothing that was claimed since.
CREATE FUNCTION fiscal.hand_back_unknown(worker bigint, known bigint[], runs bigint[], before timestamptz)
    RETURNS SETOF bigint
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE fiscal.job j
    SET state = CASE WHEN j.doubtful THEN 'in_doubt' ELSE 'ready' END::fiscal.job_state,
        run_no = j.run_no + 1, run_at = clock_timestamp(), worker_id = NULL, claimed_at = NULL, limited = false
    WHERE j.state = 'running' AND j.worker_id = $1 AND j.claimed_at <= $4
      AND NOT EXISTS (SELECT FROM unnest($2, $3) AS k (job, run) WHERE k.job = j.id AND k.run = j.run_no)
    RETURNING j.id;
END;

REVOKE ALL ON FUNCTION fiscal.hand_back_unknown(bigint, bigint[], bigint[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.hand_back_unknown(bigint, bigint[], bigint[], timestamptz) TO fiscal_worker;
