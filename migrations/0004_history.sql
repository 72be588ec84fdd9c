-- History: what was done. Rows here never change.

CREATE TABLE fiscal.attempt (
    job_id        bigint NOT NULL,
    run_no        bigint NOT NULL,
    event_id      bigint,
    worker_id     bigint,
    started_at    timestamptz,
    -- By the worker's clock: when its request began to leave, and when the answer was complete.
    sent_at       timestamptz,
    answered_at   timestamptz,
    ended_at      timestamptz NOT NULL,
    -- Polls of this step that changed nothing and so have no row of their own.
    polls         integer NOT NULL DEFAULT 0,
    first_poll_at timestamptz,
    last_poll_at  timestamptz,
    attempt       integer NOT NULL,
    part          smallint NOT NULL,
    edition       smallint NOT NULL,
    kind          text NOT NULL,
    step          text NOT NULL,
    -- finish, next, later, throttled, unauthorised, in_doubt, dead: what the run said.
    -- lost: its worker died. fenced: it answered after it had lost its lease; kept as evidence, changed nothing.
    outcome       text NOT NULL,
    -- Our code of the failure, or the other side's code of its answer.
    code          text,
    message       text,
    digest        bytea,
    evidence      jsonb
) PARTITION BY RANGE (ended_at);

COMMENT ON TABLE fiscal.attempt IS 'One row per closed run. By (job_id, run_no) a repeated report of an outcome knows itself.';

CREATE INDEX attempt_run ON fiscal.attempt (job_id, run_no);

-- Whatever no month has been made for: nothing is ever refused for want of a partition.
CREATE TABLE fiscal.attempt_default PARTITION OF fiscal.attempt DEFAULT;

-- Makes the partition of the month in which `moment` lies. True if it was made now.
--
-- Rows of that month may lie in the DEFAULT partition already (nobody made it in time): they move. The lock that
-- ATTACH needs stops writers, so it is not waited for longer than 200 ms: then lock_not_available is thrown, nothing
-- has changed, and the caller comes back later.
CREATE FUNCTION fiscal.make_attempt_partition(moment timestamptz) RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET lock_timeout = '200ms'
    SET timezone = 'UTC'
AS $$
DECLARE
    first_day timestamptz := date_trunc('month', moment);
    next_day  timestamptz := date_trunc('month', moment) + interval '1 month';
    partition text := 'attempt_' || to_char(moment, 'YYYY_MM');
BEGIN
    PERFORM pg_advisory_xact_lock(1179211587, 1);  -- one maker at a time
    IF to_regclass('fiscal.' || partition) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE fiscal.%I (LIKE fiscal.attempt INCLUDING DEFAULTS)', partition);
    LOCK TABLE fiscal.attempt IN SHARE UPDATE EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM fiscal.attempt_default d WHERE d.ended_at >= first_day AND d.ended_at < next_day) THEN
        LOCK TABLE fiscal.attempt_default IN ACCESS EXCLUSIVE MODE;
        EXECUTE format(
            'WITH moved AS (DELETE FROM fiscal.attempt_default WHERE ended_at >= $1 AND ended_at < $2 RETURNING *)
             INSERT INTO fiscal.%I SELECT * FROM moved', partition) USING first_day, next_day;
    END IF;
    EXECUTE format('ALTER TABLE fiscal.attempt ATTACH PARTITION fiscal.%I FOR VALUES FROM (%L) TO (%L)',
                   partition, first_day, next_day);
    RETURN true;
END
$$;

-- Drops the partitions whose months ended before `before`; returns their names. lock_not_available as above.
CREATE FUNCTION fiscal.drop_attempt_partitions(before timestamptz) RETURNS SETOF text
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET lock_timeout = '200ms'
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
        EXECUTE format('DROP TABLE fiscal.%I', partition);
        RETURN NEXT partition;
    END LOOP;
END
$$;

SELECT fiscal.make_attempt_partition(now()), fiscal.make_attempt_partition(now() + interval '1 month');

CREATE TABLE fiscal.event_end (
    -- No foreign key: it would lock the event's row for every end, and the event cannot vanish.
    event_id  bigint PRIMARY KEY,
    outcome   text NOT NULL,
    at        timestamptz NOT NULL
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);

COMMENT ON TABLE fiscal.event_end IS
    'How each event ended: insert only, permanent, in the transaction that deletes its job. Every event has a job or an end.';

-- A new function is open to everybody: here each is granted to those who need it.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA fiscal FROM PUBLIC;

GRANT EXECUTE ON FUNCTION fiscal.make_attempt_partition, fiscal.drop_attempt_partitions TO fiscal_worker;
GRANT SELECT ON fiscal.attempt, fiscal.event_end TO fiscal_worker, fiscal_admin, fiscal_reader;
