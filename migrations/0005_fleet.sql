-- The fleet: who works, what is paused, what is wrong.

CREATE TABLE fiscal.worker (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text NOT NULL,
    version       text NOT NULL,
    started_at    timestamptz NOT NULL DEFAULT now(),
    heartbeat_at  timestamptz NOT NULL DEFAULT now(),
    -- How long a heartbeat is good for.
    lease         interval NOT NULL,
    lease_until   timestamptz NOT NULL,
    -- Since when heartbeats have come without a gap. Who cannot say so of himself for a full lease may call nobody
    -- else dead: perhaps it was the database that was away.
    steady_since  timestamptz NOT NULL DEFAULT now(),
    -- It left of its own accord.
    stopped_at    timestamptz,
    -- Somebody called it dead: its jobs are up for rescue, and it never comes back under this id.
    dead_at       timestamptz,
    dead_xid      xid8,
    -- Nothing of it is left to rescue.
    rescued_at    timestamptz
) WITH (
    -- One row per process, updated in place every few seconds.
    fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100
);

COMMENT ON TABLE fiscal.worker IS 'Worker processes and their leases: the only row that a heartbeat writes.';

-- What each worker said it can run. It claims nothing else, so releases can work side by side.
CREATE TABLE fiscal.worker_step (
    worker_id  bigint NOT NULL REFERENCES fiscal.worker (id) ON DELETE CASCADE,
    kind       text NOT NULL,
    step       text NOT NULL,
    doubt      text NOT NULL CHECK (doubt IN ('none', 'lookup', 'resend', 'person')),
    timeout    interval NOT NULL,
    PRIMARY KEY (worker_id, kind, step)
);

COMMENT ON TABLE fiscal.worker_step IS 'The steps that a worker knows, and what its death means for a run of each.';

CREATE TABLE fiscal.queue (
    name        text PRIMARY KEY,
    -- Set by a person; NULL: open.
    paused_at   timestamptz,
    paused_by   text,
    paused_why  text
) WITH (fillfactor = 50);

COMMENT ON TABLE fiscal.queue IS 'Queues that somebody has paused by hand. A queue without a row is open.';

CREATE TABLE fiscal.destination (
    -- Also the name of its queue.
    name           text PRIMARY KEY,
    -- Nothing is claimed for it before; infinity: until somebody resumes it. NULL: open.
    paused_until   timestamptz,
    pause_code     text,
    pause_reason   text,
    -- The rate limit, shared by the fleet: runs per second, and how many may come at once. NULL: none.
    rate           double precision CHECK (rate > 0),
    burst          integer CHECK (burst >= 1),
    tokens         double precision,
    tokens_at      timestamptz,
    -- Runs under way at once in the whole fleet. NULL: no limit.
    concurrency    integer CHECK (concurrency >= 1),
    -- The breaker: so many failures in a row close the destination, for longer each time; then one run probes it.
    threshold      integer NOT NULL DEFAULT 5 CHECK (threshold >= 1),
    failures       integer NOT NULL DEFAULT 0,
    openings       integer NOT NULL DEFAULT 0,
    broken_until   timestamptz,
    probing_until  timestamptz,
    CONSTRAINT destination_rate CHECK ((rate IS NULL) = (burst IS NULL))
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

COMMENT ON TABLE fiscal.destination IS
    'External accounts: one row each, with pause, limits and breaker. A destination without a row is open and unlimited.';

-- Periodic work: each firing becomes a job without an event, once for the whole fleet.
CREATE TABLE fiscal.schedule (
    name       text PRIMARY KEY,
    shop       text NOT NULL,
    kind       text NOT NULL,
    lane       text NOT NULL,
    queue      text NOT NULL,
    step       text NOT NULL,
    every      interval NOT NULL CHECK (every > '0'),
    -- Whether firings that were missed are made up for one by one, or skipped.
    catch_up   boolean NOT NULL,
    next_at    timestamptz NOT NULL,
    fired_at   timestamptz
) WITH (fillfactor = 50);

COMMENT ON TABLE fiscal.schedule IS 'Periodic work and when it is due next, by the database''s clock.';

-- When the fleet last looked after its tables. One row.
CREATE TABLE fiscal.upkeep (
    only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    done_at   timestamptz NOT NULL
) WITH (fillfactor = 50);

INSERT INTO fiscal.upkeep (done_at) VALUES ('-infinity');

CREATE TABLE fiscal.alarm (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key         text NOT NULL,
    severity    text NOT NULL CHECK (severity IN ('warning', 'critical')),
    since       timestamptz NOT NULL DEFAULT now(),
    cleared_at  timestamptz,
    text        text NOT NULL
);

COMMENT ON TABLE fiscal.alarm IS 'What is wrong now (cleared_at is NULL) and was before. Raised and cleared by code.';

CREATE UNIQUE INDEX alarm_open ON fiscal.alarm (key) WHERE cleared_at IS NULL;

-- Raises an alarm; true if it was not raised already, so that it is logged once.
CREATE FUNCTION fiscal.raise_alarm(key text, severity text, text text) RETURNS boolean
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH raised AS (
        INSERT INTO fiscal.alarm (key, severity, text) VALUES ($1, $2, $3)
        ON CONFLICT (key) WHERE cleared_at IS NULL DO NOTHING
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM raised);
END;

-- Clears an alarm; true if it was raised.
CREATE FUNCTION fiscal.clear_alarm(key text) RETURNS boolean
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH cleared AS (
        UPDATE fiscal.alarm a SET cleared_at = now() WHERE a.key = $1 AND a.cleared_at IS NULL RETURNING 1
    )
    SELECT EXISTS (SELECT FROM cleared);
END;

-- A new function is open to everybody: here each is granted to those who need it.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA fiscal FROM PUBLIC;

GRANT SELECT ON fiscal.worker, fiscal.worker_step, fiscal.queue, fiscal.destination, fiscal.schedule, fiscal.upkeep, fiscal.alarm
    TO fiscal_worker, fiscal_admin, fiscal_reader;
GRANT EXECUTE ON FUNCTION fiscal.raise_alarm, fiscal.clear_alarm TO fiscal_worker, fiscal_admin;
