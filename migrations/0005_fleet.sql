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
    -- Somebody called it dead: from here on its outcomes count no more, and it never comes back under this id.
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
    pause_reason   text
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

COMMENT ON TABLE fiscal.destination IS 'External accounts: one row each, with its pause. A destination without a row is open.';

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

GRANT SELECT ON fiscal.worker, fiscal.worker_step, fiscal.queue, fiscal.destination, fiscal.alarm
    TO fiscal_worker, fiscal_admin, fiscal_reader;
GRANT EXECUTE ON FUNCTION fiscal.raise_alarm, fiscal.clear_alarm TO fiscal_worker, fiscal_admin;
