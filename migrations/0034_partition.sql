-- Partitions of the history come and go without anybody waiting for it, and are vacuumed as what is written once.

-- Rows here are written once: vacuum them early, and for good, so that no vacuum ever reads a whole month again.
CREATE FUNCTION fiscal.tune_attempt_partition(partition text) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format(
        'ALTER TABLE fiscal.%I SET (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_vacuum_insert_threshold = 10000,
             autovacuum_analyze_scale_factor = 0.05, autovacuum_freeze_min_age = 0)', partition);
END
$$;

SELECT fiscal.tune_attempt_partition(c.relname) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'fiscal.attempt'::regclass;

-- Makes the partition of the month in which `moment` lies. True if it was made now.
--
-- Rows of that month may lie in the DEFAULT partition already (nobody made it in time): they move. The locks that this
-- needs stop those who read the DEFAULT partition, so they are not waited for: then lock_not_available is thrown, nothing
-- has changed, and the caller comes back later. Nobody queues up behind a lock that is not asked for.
CREATE OR REPLACE FUNCTION fiscal.make_attempt_partition(moment timestamptz) RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $$
DECLARE
    first_day timestamptz := date_trunc('month', moment);
    next_day  timestamptz := date_trunc('month', moment) + interval '1 month';
    partition text := 'attempt_' || to_char(moment, 'YYYY_MM');
BEGIN
    IF to_regclass('fiscal.' || partition) IS NOT NULL THEN
        RETURN false;
    END IF;
    LOCK TABLE ONLY fiscal.attempt IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;  -- one maker at a time
    IF to_regclass('fiscal.' || partition) IS NOT NULL THEN
        RETURN false;
    END IF;
    LOCK TABLE fiscal.attempt_default IN ACCESS EXCLUSIVE MODE NOWAIT;
    EXECUTE format('CREATE TABLE fiscal.%I (LIKE fiscal.attempt INCLUDING DEFAULTS)', partition);
    PERFORM fiscal.tune_attempt_partition(partition);
    EXECUTE format(
        'WITH moved AS (DELETE FROM fiscal.attempt_default WHERE ended_at >= $1 AND ended_at < $2 RETURNING *)
         INSERT INTO fiscal.%I SELECT * FROM moved', partition) USING first_day, next_day;
    EXECUTE format('ALTER TABLE fiscal.attempt ATTACH PARTITION fiscal.%I FOR VALUES FROM (%L) TO (%L)',
                   partition, first_day, next_day);
    RETURN true;
END
$$;

-- Drops the partitions whose months ended before `before`; returns their names. lock_not_available as above: a dropped
-- partition takes its parent's lock, which stops everybody who records a run.
CREATE OR REPLACE FUNCTION fiscal.drop_attempt_partitions(before timestamptz) RETURNS SETOF text
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $$
DECLARE
    partition text;
BEGIN
    FOR partition IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'fiscal.attempt'::regclass AND c.relname ~ '^attempt_\d{4}_\d{2}$'
          AND to_timestamp(substr(c.relname, 9), 'YYYY_MM') + interval '1 month' <= before
        ORDER BY c.relname
    LOOP
        EXECUTE format('LOCK TABLE fiscal.%I IN ACCESS EXCLUSIVE MODE NOWAIT', partition);
        LOCK TABLE ONLY fiscal.attempt IN ACCESS EXCLUSIVE MODE NOWAIT;
        EXECUTE format('DROP TABLE fiscal.%I', partition);
        RETURN NEXT partition;
    END LOOP;
END
$$;

-- Makes this month's partition or the next one's, or drops those older than `history_ms`: one of these, since the
-- locks of each are held until the end of the transaction. False: somebody was in the way, now and for 100 ms.
CREATE FUNCTION fiscal.keep_attempt_partitions(moment timestamptz, history_ms bigint) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    FOR tried IN 1..20 LOOP
        BEGIN
            IF NOT (fiscal.make_attempt_partition(moment) OR fiscal.make_attempt_partition(moment + interval '1 month')) THEN
                PERFORM fiscal.drop_attempt_partitions(moment - history_ms * interval '1 millisecond');
            END IF;
            RETURN true;
        EXCEPTION
            WHEN lock_not_available THEN PERFORM pg_sleep(0.005);
        END;
    END LOOP;
    RETURN false;
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
    -- At last, since its locks stop others: they are let go with the end of this transaction.
    PERFORM fiscal.keep_attempt_partitions(moment, history_ms);  -- in a minute again, if somebody was in the way
    RETURN true;
END
$$;

REVOKE ALL ON FUNCTION fiscal.tune_attempt_partition, fiscal.keep_attempt_partitions FROM PUBLIC;
