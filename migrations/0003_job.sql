-- Jobs: what remains to be done. A job is deleted when it is finished, so the table stays as small as the work.

CREATE TYPE fiscal.job_state AS ENUM (
    'ready',     -- whoever comes first
    'later',     -- not before run_at
    'running',   -- claimed by worker_id
    'in_doubt',  -- a send whose outcome is unknown; settled at run_at by another run of the same step
    'waiting',   -- another job of its lane is in progress, or an elder comes first
    'dead'       -- a person is needed
);

CREATE TABLE fiscal.job (
    -- The event's own id; a spawned job draws from the same sequence. So order by id is order of events.
    id              bigint PRIMARY KEY,
    event_id        bigint,
    -- Grows with every claim and never goes back. Every outcome names it; an outcome of an older run changes nothing.
    run_no          bigint NOT NULL DEFAULT 0,
    -- ready: since when. later, in_doubt: not before.
    run_at          timestamptz NOT NULL,
    claimed_at      timestamptz,
    step_since      timestamptz NOT NULL,
    deadline        timestamptz,
    worker_id       bigint,
    state           fiscal.job_state NOT NULL,
    -- Snoozes, throttles and doubts since the job came to this step, and runs that ended in "later".
    attempt         integer NOT NULL DEFAULT 0,
    snoozes         integer NOT NULL DEFAULT 0,
    throttles       integer NOT NULL DEFAULT 0,
    doubts          integer NOT NULL DEFAULT 0,
    priority        smallint NOT NULL DEFAULT 0,
    part            smallint NOT NULL DEFAULT 1,
    edition         smallint NOT NULL DEFAULT 1,
    -- Workers that died with it in a row.
    crashes         smallint NOT NULL DEFAULT 0,
    -- It has the turn of its lane: begun and not finished, whatever its state. At most one per lane.
    holder          boolean NOT NULL DEFAULT false,
    spawned         boolean NOT NULL DEFAULT false,
    -- One that has not begun yet is enough per shop, kind and lane.
    single          boolean NOT NULL DEFAULT false,
    -- The outcome of an earlier run of this step is unknown until a run of it says otherwise.
    doubtful        boolean NOT NULL DEFAULT false,
    -- Somebody called while it ran: its next snooze is cut to nothing.
    woken           boolean NOT NULL DEFAULT false,
    -- It runs for a destination whose runs are counted.
    limited         boolean NOT NULL DEFAULT false,
    shop            text NOT NULL,
    kind            text NOT NULL,
    lane            text NOT NULL,
    -- The destination of the next step; local: none.
    queue           text NOT NULL,
    step            text NOT NULL,
    checkpoint      jsonb,
    reason_code     text,
    reason          text,
    -- What a run that had lost its lease answered too late.
    evidence        jsonb,
    -- What a person ordered with a replay, e.g. correction.
    ordered_as      text,
    first_snooze_at timestamptz,
    last_snooze_at  timestamptz,
    CONSTRAINT job_running CHECK (state <> 'running' OR (worker_id IS NOT NULL AND claimed_at IS NOT NULL)),
    CONSTRAINT job_holder CHECK (NOT holder OR lane <> ''),
    CONSTRAINT job_waiting CHECK (state <> 'waiting' OR NOT holder)
) WITH (
    -- Room for the next version of a row beside it.
    fillfactor = 80,
    -- The rows under the claim index die as fast as jobs are done: clean early, often, without pauses.
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0.2,
    autovacuum_analyze_threshold = 5000
);

COMMENT ON TABLE fiscal.job IS 'What remains to be done for an event. Deleted when done; see fiscal.event_end.';

-- Each index holds only the rows that one hot statement looks for, and nothing in it changes while a job runs.
-- A running job without a lane stands in none of them but the primary key.

-- The claim. A queue, a shop in it, and a priority are a stream: whatever is closed or slow costs the others nothing.
CREATE INDEX job_ready ON fiscal.job (queue, shop, priority, run_at, id) WHERE state = 'ready';

-- The claim of what has come due.
CREATE INDEX job_due ON fiscal.job (queue, run_at, id) WHERE state IN ('later', 'in_doubt');

-- One job per lane has the turn: this index is what makes it so, by being unique. It also finds the one that has it.
CREATE UNIQUE INDEX job_lane_turn ON fiscal.job (shop, lane) WHERE holder;

-- The others of a lane in their order.
CREATE INDEX job_lane_order ON fiscal.job (shop, lane, id) WHERE NOT holder AND lane <> '' AND state <> 'dead';

-- What people look for.
CREATE INDEX job_dead ON fiscal.job (id) WHERE state = 'dead';

CREATE UNIQUE INDEX job_single ON fiscal.job (shop, kind, lane) WHERE single AND run_no = 0;

-- Runs under way for a destination that bounds them. Jobs of others never stand in it.
CREATE INDEX job_limited ON fiscal.job (queue) WHERE state = 'running' AND limited;

-- The wake-up flag: until when somebody who sleeps wants to be told of new work. One row.
CREATE TABLE fiscal.wake (
    only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    wanted_until  timestamptz NOT NULL
) WITH (fillfactor = 10);

INSERT INTO fiscal.wake (wanted_until) VALUES ('-infinity');

COMMENT ON TABLE fiscal.wake IS 'Whether new work is worth a NOTIFY: only while somebody sleeps, since NOTIFY serialises commits.';

-- Makes a job of each new event, in its transaction.
--
-- Once per statement, takes no lock that another session can hold, reads no payload. A kind that nobody has declared
-- gets the step '?', which every worker knows: it ends as a dead letter, in its place in the lane.
CREATE FUNCTION fiscal.outbox_make_jobs() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO fiscal.job (id, event_id, run_at, step_since, state, priority, shop, kind, lane, queue, step)
    SELECT e.id, e.id, statement_timestamp(), statement_timestamp(), 'ready', coalesce(k.priority, 0),
           e.shop, e.kind, e.subject, 'local', coalesce(k.first_step, '?')
    FROM new_events e LEFT JOIN fiscal.kind k ON k.name = e.kind;

    IF EXISTS (SELECT FROM fiscal.wake w WHERE w.wanted_until > statement_timestamp()) THEN
        PERFORM pg_notify('fiscal_job', '');  -- one per transaction, however often it is said
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER outbox_make_jobs AFTER INSERT ON fiscal.outbox
    REFERENCING NEW TABLE AS new_events
    FOR EACH STATEMENT EXECUTE FUNCTION fiscal.outbox_make_jobs();

-- A new function is open to everybody: here each is granted to those who need it.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA fiscal FROM PUBLIC;

GRANT SELECT ON fiscal.job, fiscal.wake TO fiscal_worker, fiscal_admin, fiscal_reader;
