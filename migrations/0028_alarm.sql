-- Alarms that say what is true now, and that a person can end.

ALTER TABLE fiscal.alarm
    -- When severity or text last changed while it was open; NULL: never.
    ADD COLUMN changed_at timestamptz;

COMMENT ON TABLE fiscal.alarm IS
    'What is wrong now (cleared_at is NULL) and was before. Raised and cleared by code, cleared by people too.';

-- Whoever ends an alarm by what stands in a table takes this first, and looks then: who raises it meanwhile waits, and
-- raises it anew.
CREATE FUNCTION fiscal.lock_alarm(key text) RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT pg_advisory_xact_lock(1179211591, hashtext($1));
END;

-- Raises an alarm; true if it was not raised already, so that it is logged once. One that is open takes over severity and
-- text, and goes on. Whoever says again what it says already locks no row, and waits for nobody but who is about to end it:
-- its word would be lost with the alarm.
CREATE OR REPLACE FUNCTION fiscal.raise_alarm(key text, severity text, text text) RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    is_new boolean;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1179211591, hashtext($1));
    IF EXISTS (SELECT FROM fiscal.alarm a
               WHERE a.key = $1 AND a.cleared_at IS NULL AND a.severity = $2 AND a.text = $3) THEN
        RETURN false;
    END IF;
    INSERT INTO fiscal.alarm AS a (key, severity, text) VALUES ($1, $2, $3)
    ON CONFLICT (key) WHERE cleared_at IS NULL
    DO UPDATE SET severity = excluded.severity, text = excluded.text, changed_at = clock_timestamp()
    -- A row that was inserted has been touched by nobody else.
    RETURNING a.xmax = 0 INTO is_new;
    RETURN is_new;
END
$$;

-- Clears an alarm; true if it was raised.
CREATE OR REPLACE FUNCTION fiscal.clear_alarm(key text) RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    -- What nobody has raised, or not yet, is not waited for.
    IF NOT EXISTS (SELECT FROM fiscal.alarm a WHERE a.key = $1 AND a.cleared_at IS NULL) THEN RETURN false; END IF;
    PERFORM fiscal.lock_alarm($1);
    UPDATE fiscal.alarm a SET cleared_at = now() WHERE a.key = $1 AND a.cleared_at IS NULL;
    RETURN FOUND;
END
$$;

-- A person ends an alarm. Outcome: cleared, not_open, no_such_alarm, stands. One that tells of rows which stand in a table
-- ends with those and not by a word: it is raised when a row is written, and would not come again. Any other is raised anew,
-- as another, if its cause goes on.
CREATE FUNCTION fiscal.dismiss_alarm(alarm bigint, who text, why text) RETURNS text
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    was   fiscal.alarm;
    named text;
BEGIN
    PERFORM fiscal.lock_alarm(a.key) FROM fiscal.alarm a WHERE a.id = $1;
    SELECT * INTO was FROM fiscal.alarm a WHERE a.id = $1 FOR UPDATE;
    IF was.id IS NULL THEN RETURN 'no_such_alarm'; END IF;
    IF was.cleared_at IS NOT NULL THEN RETURN 'not_open'; END IF;
    named := substr(was.key, strpos(was.key, ':') + 1);
    IF (CASE split_part(was.key, ':', 1)
           WHEN 'order_missing' THEN EXISTS (
               SELECT FROM fiscal.writeback_trouble t
               WHERE t.shop = named AND t.kind = 'order_missing' AND t.ended_at IS NULL)
           WHEN 'order_overlapped' THEN EXISTS (
               SELECT FROM fiscal.writeback_trouble t
               WHERE t.shop = named AND t.kind = 'overlapped' AND t.ended_at IS NULL)
           WHEN 'stock_fault' THEN EXISTS (
               SELECT FROM fiscal.stock_fault f WHERE f.shop = named AND f.settled_at IS NULL)
           WHEN 'stock_refused' THEN EXISTS (
               SELECT FROM fiscal.stock_refusal r JOIN fiscal.stock_document d ON d.id = r.document_id
               WHERE d.shop = named AND r.resent_at IS NULL)
           WHEN 'stock_held' THEN EXISTS (
               SELECT FROM fiscal.stock_movement m WHERE m.shop = named AND m.held)
           WHEN 'stock_negative' THEN EXISTS (
               SELECT FROM fiscal.stock_below_zero b WHERE b.shop = named)
           ELSE false
        END) THEN
        RETURN 'stands';
    END IF;
    UPDATE fiscal.alarm a SET cleared_at = clock_timestamp() WHERE a.id = $1;
    INSERT INTO fiscal.operator_action (who, action, why, target, before)
    VALUES ($2, 'clear_alarm', $3, 'alarm:' || was.key,
            jsonb_build_object('id', was.id, 'severity', was.severity, 'since', was.since, 'text', was.text));
    RETURN 'cleared';
END
$$;

-- Who ends these alarms sees what others have just written.

-- A person has dealt with the faulty lines of an event. Returns how many were open. The alarm ends with the last.
CREATE OR REPLACE FUNCTION fiscal.settle_stock_fault(event bigint, who text, why text) RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    named   text;
    settled integer;
BEGIN
    SELECT f.shop INTO named FROM fiscal.stock_fault f WHERE f.event_id = event LIMIT 1;
    PERFORM fiscal.lock_alarm('stock_fault:' || named);
    UPDATE fiscal.stock_fault f SET settled_at = clock_timestamp() WHERE f.event_id = event AND f.settled_at IS NULL;
    GET DIAGNOSTICS settled = ROW_COUNT;
    IF settled > 0 THEN
        INSERT INTO fiscal.operator_action (who, action, why, target, after)
        VALUES (who, 'settle_stock_fault', why, 'event:' || event, jsonb_build_object('lines', settled));
        IF NOT EXISTS (SELECT FROM fiscal.stock_fault f WHERE f.shop = named AND f.settled_at IS NULL) THEN
            PERFORM fiscal.clear_alarm('stock_fault:' || named);
        END IF;
    END IF;
    RETURN settled;
END
$$;

-- Has movements that a portal refused brought once more. Returns how many.
CREATE OR REPLACE FUNCTION fiscal.resend_stock(shop text, who text, why text) RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    resent bigint;
    holds  boolean;
BEGIN
    PERFORM fiscal.lock_alarm('stock_refused:' || $1);
    WITH again AS (
        UPDATE fiscal.stock_refusal r SET resent_at = clock_timestamp() FROM fiscal.stock_document d
        WHERE d.id = r.document_id AND d.shop = $1 AND d.state <> 'planned' AND r.resent_at IS NULL
        RETURNING r.document_id, r.product_id, r.at
    ), freed AS (
        UPDATE fiscal.stock_movement m
        -- Somebody may have had them resent in a time that a restore took back.
        SET document_id = NULL,
            held = EXISTS (SELECT FROM fiscal.epoch e WHERE e.lost_since IS NOT NULL AND a.at < e.began_at)
        FROM again a
        WHERE m.document_id = a.document_id AND m.product_id = a.product_id
        RETURNING m.held
    )
    SELECT count(*), coalesce(bool_or(f.held), false) INTO resent, holds FROM freed f;
    IF resent > 0 THEN
        INSERT INTO fiscal.operator_action (who, action, why, target, after)
        VALUES ($2, 'resend_stock', $3, 'stock:' || $1, jsonb_build_object('movements', resent));
        PERFORM fiscal.clear_alarm('stock_refused:' || $1);
        IF holds THEN PERFORM fiscal.alarm_held_stock($1); END IF;
        PERFORM fiscal.push_stock($1);
    END IF;
    RETURN resent;
END
$$;

-- A person says of held movements, by store and product, whether the portal has them (`brought`) or not, and then they are
-- brought. Returns how many. The alarm ends with the last.
CREATE OR REPLACE FUNCTION fiscal.release_stock(
    shop text, stores text[], products text[], brought boolean, who text, why text) RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    place    record;
    document bigint;
    freed    bigint;
    released bigint := 0;
BEGIN
    PERFORM fiscal.lock_alarm('stock_held:' || $1);
    -- One at a time, and no document is planned meanwhile of what is looked at.
    PERFORM FROM fiscal.stock_movement m JOIN unnest($2, $3) AS u (store, product)
        ON m.store_id = u.store AND m.product_id = u.product
    WHERE m.shop = $1 AND m.held ORDER BY m.id FOR UPDATE OF m;
    FOR place IN
        SELECT m.store_id, sign(m.quantity) AS direction, array_agg(m.id) AS ids
        FROM fiscal.stock_movement m JOIN unnest($2, $3) AS u (store, product)
            ON m.store_id = u.store AND m.product_id = u.product
        WHERE m.shop = $1 AND m.held GROUP BY 1, 2 ORDER BY 1, 2
    LOOP
        document := NULL;
        IF $4 THEN
            INSERT INTO fiscal.stock_document (shop, store_id, doc_type, number, state, closed_at)
            VALUES ($1, place.store_id, CASE WHEN place.direction < 0 THEN 'D' ELSE 'R' END,
                    'found-' || gen_random_uuid(), 'found', clock_timestamp())
            RETURNING id INTO document;
        END IF;
        UPDATE fiscal.stock_movement m SET held = false, document_id = document WHERE m.id = ANY (place.ids);
        GET DIAGNOSTICS freed = ROW_COUNT;
        released := released + freed;
    END LOOP;
    IF released > 0 THEN
        INSERT INTO fiscal.operator_action (who, action, why, target, after)
        VALUES ($5, 'release_stock', $6, 'stock:' || $1,
                jsonb_build_object('movements', released, 'brought', $4, 'places', cardinality($2)));
        IF NOT EXISTS (SELECT FROM fiscal.stock_movement m WHERE m.shop = $1 AND m.held) THEN
            PERFORM fiscal.clear_alarm('stock_held:' || $1);
        END IF;
        IF NOT $4 THEN PERFORM fiscal.push_stock($1); END IF;
    END IF;
    RETURN released;
END
$$;

REVOKE ALL ON FUNCTION fiscal.dismiss_alarm, fiscal.lock_alarm FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.dismiss_alarm TO fiscal_admin;
