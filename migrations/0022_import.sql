-- Import of files of events: in batches, at the priority of bulk work, gone on where they were cut off.

-- How far imports of files have come, so that one that was cut off goes on where it stood.
CREATE TABLE fiscal.import_progress (
    -- SHA-256 of the file and of what it is read as.
    digest       bytea PRIMARY KEY CHECK (length(digest) = 32),
    name         text NOT NULL,
    size         bigint NOT NULL,
    -- The next byte to be read, and the number of its line.
    position     bigint NOT NULL,
    line         bigint NOT NULL,
    created      bigint NOT NULL DEFAULT 0,
    existing     bigint NOT NULL DEFAULT 0,
    started_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz
);

COMMENT ON TABLE fiscal.import_progress IS 'One row per imported file: written in the transactions that take its events.';

CREATE TABLE fiscal.import_fault (
    digest   bytea NOT NULL REFERENCES fiscal.import_progress (digest) ON DELETE CASCADE,
    line     bigint NOT NULL,
    -- rejected: not taken. conflict: its key is known with another content. doubtful: taken, but part of it is wrong.
    kind     text NOT NULL CHECK (kind IN ('rejected', 'conflict', 'doubtful')),
    reason   text NOT NULL,
    PRIMARY KEY (digest, line, reason)
);

COMMENT ON TABLE fiscal.import_fault IS 'The rows of an import that a person must look at.';

-- As before, but for an import: what it brings gives way to what happens now.
CREATE OR REPLACE FUNCTION fiscal.outbox_make_jobs() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    bulk CONSTANT smallint := CASE WHEN current_setting('fiscal.bulk', true) = 'on' THEN 1 ELSE 0 END;
BEGIN
    INSERT INTO fiscal.job (id, event_id, run_at, step_since, state, priority, shop, kind, lane, queue, step)
    SELECT e.id, e.id, statement_timestamp(), statement_timestamp(), 'ready', greatest(coalesce(k.priority, 0), bulk),
           e.shop, e.kind, e.subject, 'local', coalesce(k.first_step, '?')
    FROM new_events e LEFT JOIN fiscal.kind k ON k.name = e.kind;

    IF EXISTS (SELECT FROM fiscal.wake w WHERE w.wanted_until > statement_timestamp()) THEN
        PERFORM pg_notify('fiscal_job', '');  -- one per transaction, however often it is said
    END IF;
    RETURN NULL;
END
$$;

-- Puts many events into the outbox in one statement. One row per event, in order: created, existing or conflict, as
-- fiscal.enqueue says for one; a conflict is kept in fiscal.conflict.
CREATE FUNCTION fiscal.enqueue_batch(
    shops text[], kinds text[], keys text[], subjects text[], payloads jsonb[], moments timestamptz[])
    RETURNS TABLE (place bigint, outcome text)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    made_shops text[];
    made_keys  text[];
BEGIN
    PERFORM set_config('fiscal.bulk', 'on', true);
    WITH made AS (
        INSERT INTO fiscal.outbox AS o (shop, kind, event_key, subject, payload, occurred_at)
        SELECT DISTINCT ON (u.shop, u.event_key) u.shop, u.kind, u.event_key, coalesce(u.subject, ''), u.payload,
               coalesce(u.moment, now())
        FROM unnest(shops, kinds, keys, subjects, payloads, moments) WITH ORDINALITY
            AS u (shop, kind, event_key, subject, payload, moment, place)
        -- Rivals that bring the same keys wait for each other: all in one order.
        ORDER BY u.shop, u.event_key, u.place
        ON CONFLICT ON CONSTRAINT outbox_event_key DO NOTHING
        RETURNING o.shop, o.event_key
    )
    SELECT coalesce(array_agg(m.shop), '{}'), coalesce(array_agg(m.event_key), '{}') INTO made_shops, made_keys FROM made m;
    PERFORM set_config('fiscal.bulk', '', true);

    RETURN QUERY
    WITH said AS MATERIALIZED (
        SELECT u.*, row_number() OVER (PARTITION BY u.shop, u.event_key ORDER BY u.place) AS time
        FROM unnest(shops, kinds, keys, subjects, payloads) WITH ORDINALITY
            AS u (shop, kind, event_key, subject, payload, place)
    ), judged AS MATERIALIZED (
        SELECT s.*, o.id AS event_id, CASE
                WHEN m.event_key IS NOT NULL AND s.time = 1 THEN 'created'
                WHEN o.payload = 'null'::jsonb OR (o.kind, o.subject, o.payload) = (s.kind, coalesce(s.subject, ''), s.payload)
                    THEN 'existing'
                ELSE 'conflict' END AS outcome
        FROM said s
        JOIN fiscal.outbox o ON o.shop = s.shop AND o.event_key = s.event_key
        LEFT JOIN unnest(made_shops, made_keys) AS m (shop, event_key) ON m.shop = s.shop AND m.event_key = s.event_key
    ), refused AS (
        INSERT INTO fiscal.conflict AS c (event_id, kind, subject, payload, digest)
        SELECT j.event_id, j.kind, coalesce(j.subject, ''), j.payload,
               sha256(convert_to(concat_ws(E'\x1f', j.kind, coalesce(j.subject, ''), j.payload::text), 'UTF8'))
        FROM judged j WHERE j.outcome = 'conflict' ORDER BY j.event_id
        ON CONFLICT (event_id, digest) DO NOTHING
    )
    SELECT j.place, j.outcome FROM judged j ORDER BY j.place;
END
$$;

-- Orders receipts of events that are too old for one by themselves, as a replay does: of those that came with the
-- transaction of the caller, by its word. Returns how many.
CREATE FUNCTION fiscal.order_imported(shops text[], keys text[], who text, why text) RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ordered bigint;
BEGIN
    UPDATE fiscal.job j SET ordered_as = 'receipt'
    FROM unnest(shops, keys) AS u (shop, key)
    JOIN fiscal.outbox o ON o.shop = u.shop AND o.event_key = u.key
    -- Nobody else has seen an event of this transaction.
    WHERE j.id = o.id AND o.xmin = pg_current_xact_id()::xid AND j.run_no = 0;
    GET DIAGNOSTICS ordered = ROW_COUNT;
    IF ordered > 0 THEN
        INSERT INTO fiscal.operator_action (who, action, why, target, after)
        VALUES (who, 'import_receipts', why, 'outbox', jsonb_build_object('events', ordered));
    END IF;
    RETURN ordered;
END
$$;

REVOKE ALL ON FUNCTION fiscal.enqueue_batch, fiscal.order_imported FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.enqueue_batch TO fiscal_writer, fiscal_worker, fiscal_admin;
GRANT EXECUTE ON FUNCTION fiscal.order_imported TO fiscal_admin;
GRANT SELECT ON fiscal.import_progress, fiscal.import_fault TO fiscal_worker, fiscal_admin, fiscal_reader;
GRANT INSERT, UPDATE, DELETE ON fiscal.import_progress, fiscal.import_fault TO fiscal_worker, fiscal_admin;
