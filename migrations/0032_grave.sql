-- A worker called dead is searched for its jobs as often as there may be some, however long it cannot be done with.

-- When all of `job` was last searched for jobs of this dead worker, in vain.
ALTER TABLE fiscal.worker ADD COLUMN searched_at timestamptz;

-- Takes up to `at_most` jobs from workers called dead and says what becomes of each.
--
-- As the step's doubt says, in the words of the worker that ran it: none → ready again; lookup, resend → in doubt,
-- and not before the end of the lost lease plus the step's time-out, when its request can no longer be under way;
-- person → dead, reason in_doubt. Dead as well after the tenth worker that died with it. The run number grows, so
-- whatever the dead one may still say is fenced. A worker is done with when nothing of it is left and no transaction
-- from before its burial, in which it may have claimed, is still open. Such a one may stay open for hours: `job` is read
-- once now and once when it has ended, and not for every heartbeat in between.
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
    SELECT array_agg(w.id) INTO graves FROM fiscal.worker w
    WHERE w.dead_at IS NOT NULL AND w.rescued_at IS NULL
      AND (w.searched_at IS NULL OR w.dead_xid < pg_snapshot_xmin(pg_current_snapshot()));
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
        UPDATE fiscal.worker w
        SET searched_at = moment,
            rescued_at = CASE WHEN w.dead_xid < pg_snapshot_xmin(pg_current_snapshot()) THEN moment END
        WHERE w.id = ANY (graves) AND w.rescued_at IS NULL
          AND NOT EXISTS (SELECT FROM fiscal.job j WHERE j.state = 'running' AND j.worker_id = w.id);
    END IF;
END
$$;
