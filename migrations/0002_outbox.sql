-- The outbox: what shops write. Everything else in this schema follows from its rows.

CREATE TABLE fiscal.kind (
    name        text PRIMARY KEY,
    -- The step at which the job of such an event begins.
    first_step  text NOT NULL,
    -- 0: somebody waits for it; 1: bulk.
    priority    smallint NOT NULL DEFAULT 0 CHECK (priority IN (0, 1))
);

COMMENT ON TABLE fiscal.kind IS 'Kinds of events that this installation knows. Others are accepted and end as dead letters.';

INSERT INTO fiscal.kind (name, first_step) VALUES
    ('order.paid', 'build'),
    ('payment.refunded', 'build'),
    ('order.shipped', 'build'),
    ('receipt.correction', 'build'),
    ('payment.cancelled', 'decide'),
    ('shipment.undone', 'record'),
    ('order.cancelled', 'record');

CREATE TABLE fiscal.outbox (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shop         text NOT NULL,
    kind         text NOT NULL,
    -- Names the event within its shop: the same key is the same event, for ever.
    event_key    text NOT NULL,
    -- What the event is about, e.g. order:1001. Events of one subject are worked on one at a time and in order.
    subject      text NOT NULL DEFAULT '',
    -- JSON null once retention has emptied it.
    payload      jsonb NOT NULL,
    -- By the shop's clock.
    occurred_at  timestamptz NOT NULL DEFAULT now(),
    -- By the database's clock.
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT outbox_event_key UNIQUE (shop, event_key),
    -- Keys live in indexes, which cannot hold longer ones: better a clear refusal than error 54000.
    CONSTRAINT outbox_lengths CHECK (
        length(shop) BETWEEN 1 AND 100 AND length(kind) BETWEEN 1 AND 100
        AND length(event_key) BETWEEN 1 AND 300 AND length(subject) <= 200)
) WITH (
    -- Rows only ever come, so vacuum has little to do; what it freezes stays frozen.
    autovacuum_vacuum_insert_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.05
);

COMMENT ON TABLE fiscal.outbox IS
    'Events of the shops: insert only, and the permanent ledger of keys seen. Only payloads are ever emptied.';

-- Whoever may write here at all may not rewrite history. The one permitted change empties a payload.
CREATE FUNCTION fiscal.outbox_keep() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'events are immutable: fiscal.outbox takes no % (event %)', TG_OP, OLD.id
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER outbox_keep_row BEFORE DELETE ON fiscal.outbox
    FOR EACH ROW EXECUTE FUNCTION fiscal.outbox_keep();

CREATE TRIGGER outbox_keep_content BEFORE UPDATE ON fiscal.outbox
    FOR EACH ROW
    WHEN (NEW.payload <> 'null'::jsonb
          OR (NEW.id, NEW.shop, NEW.kind, NEW.event_key, NEW.subject, NEW.occurred_at, NEW.created_at)
             IS DISTINCT FROM (OLD.id, OLD.shop, OLD.kind, OLD.event_key, OLD.subject, OLD.occurred_at, OLD.created_at))
    EXECUTE FUNCTION fiscal.outbox_keep();

CREATE TABLE fiscal.conflict (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The event that came first and stands.
    event_id   bigint NOT NULL REFERENCES fiscal.outbox (id),
    -- What came later under the same key.
    kind       text NOT NULL,
    subject    text NOT NULL,
    payload    jsonb NOT NULL,
    digest     bytea NOT NULL,
    seen_at    timestamptz NOT NULL DEFAULT now(),
    -- The same contradiction said again is no news.
    UNIQUE (event_id, digest)
);

COMMENT ON TABLE fiscal.conflict IS 'Events refused because their key stands for another event already.';

-- Puts an event into the outbox, unless its key is known.
--
-- created: it is new. existing: this very event is known. conflict: the key is known with another kind, subject or
-- payload; the first stands, this one is kept in fiscal.conflict for a person. A payload emptied by retention can no
-- longer be compared and counts as the same. Waits for nobody but a rival with the same key.
CREATE FUNCTION fiscal.enqueue(
    shop text, kind text, event_key text, subject text, payload jsonb, occurred_at timestamptz DEFAULT now(),
    OUT event_id bigint, OUT outcome text)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    known fiscal.outbox;
BEGIN
    INSERT INTO fiscal.outbox AS o (shop, kind, event_key, subject, payload, occurred_at)
    VALUES ($1, $2, $3, coalesce($4, ''), $5, coalesce($6, now()))
    ON CONFLICT ON CONSTRAINT outbox_event_key DO NOTHING
    RETURNING o.id INTO event_id;
    IF FOUND THEN
        outcome := 'created';
        RETURN;
    END IF;

    SELECT * INTO STRICT known FROM fiscal.outbox o WHERE o.shop = $1 AND o.event_key = $3;
    event_id := known.id;
    IF known.payload = 'null'::jsonb
       OR (known.kind, known.subject, known.payload) = ($2, coalesce($4, ''), $5) THEN
        outcome := 'existing';
        RETURN;
    END IF;

    outcome := 'conflict';
    INSERT INTO fiscal.conflict AS c (event_id, kind, subject, payload, digest)
    VALUES (known.id, $2, coalesce($4, ''), $5,
            sha256(convert_to(concat_ws(E'\x1f', $2, coalesce($4, ''), $5::text), 'UTF8')))
    ON CONFLICT (event_id, digest) DO NOTHING;
END
$$;

COMMENT ON FUNCTION fiscal.enqueue IS 'Puts an event into the outbox: created, existing or conflict.';

-- Empties payloads of events that ended before `before`: personal data goes, the key stays. The only way to change an
-- event, and it runs with its owner's rights. Returns how many were emptied, at most `at_most`.
CREATE FUNCTION fiscal.empty_payloads(before timestamptz, at_most integer) RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    emptied bigint;
BEGIN
    WITH old AS MATERIALIZED (
        SELECT o.id FROM fiscal.outbox o
        WHERE o.created_at < before AND o.payload <> 'null'::jsonb
          AND EXISTS (SELECT FROM fiscal.event_end e WHERE e.event_id = o.id AND e.at < before)
        ORDER BY o.id
        LIMIT at_most
        FOR UPDATE SKIP LOCKED
    )
    UPDATE fiscal.outbox o SET payload = 'null'::jsonb FROM old WHERE o.id = old.id;
    GET DIAGNOSTICS emptied = ROW_COUNT;
    DELETE FROM fiscal.conflict WHERE seen_at < before;
    RETURN emptied;
END
$$;

-- A new function is open to everybody: here each is granted to those who need it.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA fiscal FROM PUBLIC;

-- fiscal_writer: the six columns, what RETURNING and conflict targets need to see, and the function. Nothing else.
GRANT INSERT (shop, kind, event_key, subject, payload, occurred_at), SELECT (id, shop, event_key)
    ON fiscal.outbox TO fiscal_writer;
GRANT EXECUTE ON FUNCTION fiscal.enqueue TO fiscal_writer, fiscal_worker, fiscal_admin;
-- A worker makes events of its own too: a payment found by a sweep, a callback turned into an event.
GRANT SELECT, INSERT (shop, kind, event_key, subject, payload, occurred_at) ON fiscal.outbox TO fiscal_worker, fiscal_admin;
GRANT EXECUTE ON FUNCTION fiscal.empty_payloads TO fiscal_worker;
GRANT SELECT ON fiscal.outbox, fiscal.kind, fiscal.conflict TO fiscal_reader, fiscal_admin, fiscal_worker;
