-- Old history is dropped even where runs are recorded without a pause.

-- Makes this month's partition or the next one's, or drops those older than `history_ms`: one of these, since the
-- locks of each are held until the end of the transaction. False: somebody was in the way all the time.
--
-- The lock that a drop needs is not waited for, as long as it can be had in a pause between two records. What should
-- have gone a day ago has found none: then those who come after wait with us, for a quarter of a second at most, until
-- those who are at it have ended. If even that has failed for a week somebody reads the history all the time, and an
-- alarm says so.
CREATE OR REPLACE FUNCTION fiscal.keep_attempt_partitions(moment timestamptz, history_ms bigint) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before timestamptz := moment - history_ms * interval '1 millisecond';
BEGIN
    FOR tried IN 1..20 LOOP
        BEGIN
            IF NOT (fiscal.make_attempt_partition(moment) OR fiscal.make_attempt_partition(moment + interval '1 month')) THEN
                PERFORM fiscal.drop_attempt_partitions(before);
                PERFORM fiscal.clear_alarm('history_overdue');
            END IF;
            RETURN true;
        EXCEPTION
            WHEN lock_not_available THEN PERFORM pg_sleep(0.005);
        END;
    END LOOP;
    IF fiscal.has_attempts_before(before - interval '1 day') THEN
        BEGIN
            SET LOCAL lock_timeout = '250ms';
            LOCK TABLE ONLY fiscal.attempt IN ACCESS EXCLUSIVE MODE;
            PERFORM fiscal.drop_attempt_partitions(before);
            PERFORM fiscal.clear_alarm('history_overdue');
            RETURN true;
        EXCEPTION
            WHEN lock_not_available OR deadlock_detected THEN NULL;
        END;
    END IF;
    IF fiscal.has_attempts_before(before - interval '7 days') THEN
        PERFORM fiscal.raise_alarm('history_overdue', 'warning',
            'history that should have been dropped a week ago is still there: somebody reads fiscal.attempt all the time '
            '(see pg_stat_activity)');
    END IF;
    RETURN false;
END
$$;

-- Whether there is a partition whose month ended at `before` or earlier.
CREATE FUNCTION fiscal.has_attempts_before(before timestamptz) RETURNS boolean
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $$
    SELECT EXISTS (
        SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'fiscal.attempt'::regclass AND c.relname ~ '^attempt_\d{4}_\d{2}$'
          AND to_timestamp(substr(c.relname, 9), 'YYYY_MM') + interval '1 month' <= before)
$$;

REVOKE ALL ON FUNCTION fiscal.has_attempts_before FROM PUBLIC;
