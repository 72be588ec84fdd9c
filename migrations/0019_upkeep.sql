-- Upkeep in slices, so that it costs the same however much is kept.

ALTER TABLE fiscal.upkeep
    -- The round over all events: how far it has come, what it found, and when the last one was done.
    ADD COLUMN checked_to  bigint NOT NULL DEFAULT 0,
    ADD COLUMN lost_found  bigint NOT NULL DEFAULT 0,
    ADD COLUMN checked_at  timestamptz,
    -- The round over all lanes.
    ADD COLUMN lane_shop   text NOT NULL DEFAULT '',
    ADD COLUMN lane_name   text NOT NULL DEFAULT '',
    -- The round of retention over all events.
    ADD COLUMN emptied_to  bigint NOT NULL DEFAULT 0,
    -- When all of `job` was last read.
    ADD COLUMN read_at     timestamptz NOT NULL DEFAULT '-infinity';

-- Looks at the next `at_most` events: each must have a job or an end. Raises the alarm lost_events, and clears it after a
-- round that found nothing. Returns how many it looked at.
CREATE FUNCTION fiscal.check_events(at_most integer) RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $$
DECLARE
    checked  record;
    state    fiscal.upkeep;
BEGIN
    SELECT * INTO state FROM fiscal.upkeep;
    SELECT count(*) AS number, max(s.id) AS last, count(*) FILTER (WHERE s.lost) AS lost,
           min(s.id) FILTER (WHERE s.lost) AS first
    INTO checked
    FROM (SELECT o.id, NOT EXISTS (SELECT FROM fiscal.job j WHERE j.id = o.id)
                       AND NOT EXISTS (SELECT FROM fiscal.event_end e WHERE e.event_id = o.id) AS lost
          FROM fiscal.outbox o WHERE o.id > state.checked_to ORDER BY o.id LIMIT at_most) s;
    IF checked.lost > 0 THEN
        PERFORM fiscal.raise_alarm('lost_events', 'critical',
            format('events have neither a job nor an end, the first seen is %s', checked.first));
    END IF;
    IF checked.number = at_most THEN
        UPDATE fiscal.upkeep SET checked_to = checked.last, lost_found = lost_found + checked.lost;
    ELSE
        IF state.lost_found + checked.lost = 0 THEN PERFORM fiscal.clear_alarm('lost_events'); END IF;
        UPDATE fiscal.upkeep SET checked_to = 0, lost_found = 0, checked_at = clock_timestamp();
    END IF;
    RETURN checked.number;
END
$$;

-- Raises the alarm of jobs whose deadline comes before `limit_at`, or clears it.
CREATE FUNCTION fiscal.check_deadlines(limit_at timestamptz) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
    SET enable_bitmapscan = off
AS $$
DECLARE
    late   bigint;
    first  bigint;
BEGIN
    SELECT count(*), min(j.id) INTO late, first FROM fiscal.job j WHERE j.deadline <= limit_at;
    IF late > 0 THEN
        PERFORM fiscal.raise_alarm('deadline', 'critical',
            format('%s jobs are close to their deadline or past it, the first is job %s', late, first));
    ELSE
        PERFORM fiscal.clear_alarm('deadline');
    END IF;
END
$$;

-- A plan of a time when there were few jobs may outlive it.
ALTER FUNCTION fiscal.wake_job SET enable_seqscan = off;

-- Looks at the next `at_most` lanes and gives the turn of those that nobody has (there should be none). Returns how many
-- it gave.
CREATE FUNCTION fiscal.settle_strays(at_most integer) RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET enable_sort = off
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    place   record;
    given   integer := 0;
BEGIN
    SELECT u.lane_shop AS shop, u.lane_name AS lane, NULL::fiscal.job_state AS state INTO place FROM fiscal.upkeep u;
    FOR looked IN 1..at_most LOOP
        SELECT j.shop, j.lane, j.state INTO place FROM fiscal.job j
        WHERE NOT j.holder AND j.lane <> '' AND j.state <> 'dead' AND (j.shop, j.lane) > (place.shop, place.lane)
        ORDER BY j.shop, j.lane, j.id LIMIT 1;
        EXIT WHEN NOT FOUND;
        CONTINUE WHEN place.state <> 'waiting'
            OR EXISTS (SELECT FROM fiscal.job h WHERE h.holder AND h.shop = place.shop AND h.lane = place.lane);
        IF pg_try_advisory_xact_lock(1179211588, hashtext(place.shop || E'\x1f' || place.lane)) THEN
            PERFORM fiscal.settle_lane(place.shop, place.lane);
            given := given + 1;
        END IF;
    END LOOP;
    UPDATE fiscal.upkeep SET lane_shop = coalesce(place.shop, ''), lane_name = coalesce(place.lane, '');
    RETURN given;
END
$$;

-- Looks after the tables, at most once a minute in the whole fleet: makes next month's partition, drops those older
-- than `history_ms`, forgets workers long gone, looks at a slice of the events and of the lanes, raises or clears the
-- alarm of jobs whose deadline comes within `warn_ms`, and the alarm of a history that nobody has accepted. Once an hour
-- it reads all of `job`. False: somebody did it just now.
CREATE OR REPLACE FUNCTION fiscal.look_after(history_ms bigint, warn_ms bigint) RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    moment timestamptz := clock_timestamp();
BEGIN
    -- Whoever is at it holds the row: nobody waits for it.
    PERFORM FROM fiscal.upkeep u WHERE u.done_at < moment - interval '1 minute' FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE fiscal.upkeep SET done_at = moment;

    BEGIN
        PERFORM fiscal.make_attempt_partition(moment), fiscal.make_attempt_partition(moment + interval '1 month');
        PERFORM fiscal.drop_attempt_partitions(moment - history_ms * interval '1 millisecond');
    EXCEPTION
        WHEN lock_not_available THEN NULL;  -- in a minute again
    END;

    -- Nothing should be left under a worker that was rescued. Should there be, it is rescued again.
    IF EXISTS (SELECT FROM fiscal.upkeep u WHERE u.read_at < moment - interval '1 hour') THEN
        UPDATE fiscal.upkeep SET read_at = moment;
        UPDATE fiscal.worker w SET rescued_at = NULL
        WHERE w.rescued_at IS NOT NULL
          AND w.id IN (SELECT j.worker_id FROM fiscal.job j WHERE j.state = 'running');
    END IF;
    DELETE FROM fiscal.worker w WHERE w.rescued_at < moment - interval '30 days';

    PERFORM fiscal.settle_strays(1000);
    PERFORM fiscal.check_events(50000);

    PERFORM fiscal.check_deadlines(moment + warn_ms * interval '1 millisecond');

    IF NOT fiscal.is_history_known() THEN
        PERFORM fiscal.raise_alarm('history_changed', 'critical',
            'the server goes on from another history (a failover or a restore): say with fiscal-relay recover what was lost');
    END IF;
    RETURN true;
END
$$;

-- Empties the payloads of events that ended before `before`, among the next `at_most` events of a round over all: personal
-- data goes, the key stays. The only way to change an event, and it runs with its owner's rights. Returns how many were
-- emptied, and whether the round is done.
CREATE FUNCTION fiscal.empty_old_payloads(before timestamptz, at_most integer, OUT emptied bigint, OUT is_done boolean)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $$
DECLARE
    start  bigint;
    looked bigint;
    last   bigint;
BEGIN
    SELECT u.emptied_to INTO start FROM fiscal.upkeep u FOR UPDATE;
    WITH slice AS MATERIALIZED (
        SELECT o.id FROM fiscal.outbox o WHERE o.id > start AND o.created_at < before ORDER BY o.id LIMIT at_most
    ), gone AS (
        UPDATE fiscal.outbox o SET payload = 'null'::jsonb FROM slice s
        WHERE o.id = s.id AND o.payload <> 'null'::jsonb
          AND EXISTS (SELECT FROM fiscal.event_end e WHERE e.event_id = o.id AND e.at < before)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM slice), (SELECT max(s.id) FROM slice s)
    INTO emptied, looked, last;
    is_done := looked < at_most;
    UPDATE fiscal.upkeep SET emptied_to = CASE WHEN is_done THEN 0 ELSE last END;
    IF is_done THEN DELETE FROM fiscal.conflict c WHERE c.seen_at < before; END IF;
END
$$;

REVOKE ALL ON FUNCTION fiscal.check_events, fiscal.check_deadlines, fiscal.settle_strays, fiscal.empty_old_payloads
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.empty_old_payloads TO fiscal_worker;
