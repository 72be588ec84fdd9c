-- How movements reach a portal: as catalogue documents, many movements in each, and what is held after a restore.

CREATE TABLE fiscal.stock_document (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shop          text NOT NULL,
    store_id      text NOT NULL,
    -- D: written off; R: returned.
    doc_type      text NOT NULL CHECK (doc_type IN ('D', 'R')),
    -- Our key in the portal (docNumber), made of its content: the same movements, grouped alike, never make two numbers.
    number        text NOT NULL UNIQUE CHECK (length(number) <= 64),
    state         text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'conducted', 'empty', 'found')),
    -- Its id in the portal.
    portal_id     bigint,
    planned_at    timestamptz NOT NULL DEFAULT now(),
    closed_at     timestamptz
);

COMMENT ON TABLE fiscal.stock_document IS
    'Catalogue documents by which movements reach a portal. planned: its lines are fixed, the portal may have it; conducted: the portal has moved its stock; empty: the portal refused every line; found: after a restore a person found that the portal has its movements, in whatever document.';

-- One at a time per store: the next is planned when this one is conducted.
CREATE UNIQUE INDEX stock_document_open ON fiscal.stock_document (shop, store_id) WHERE state = 'planned';

CREATE TABLE fiscal.stock_refusal (
    document_id  bigint NOT NULL REFERENCES fiscal.stock_document (id),
    product_id   text NOT NULL,
    code         text NOT NULL,
    message      text NOT NULL,
    at           timestamptz NOT NULL DEFAULT now(),
    -- When a person had its movements brought once more, in another document.
    resent_at    timestamptz,
    PRIMARY KEY (document_id, product_id)
);

COMMENT ON TABLE fiscal.stock_refusal IS
    'Lines that a portal does not take into a document, with its words: left out, so that the others get through.';

ALTER TABLE fiscal.stock_movement
    ADD COLUMN document_id bigint REFERENCES fiscal.stock_document (id),
    -- A portal may have it from a time that a restore took back: a person says whether it has.
    ADD COLUMN held boolean NOT NULL DEFAULT false;

CREATE INDEX stock_movement_unsent ON fiscal.stock_movement (shop, store_id, id)
    WHERE push AND document_id IS NULL AND NOT held;
CREATE INDEX stock_movement_held ON fiscal.stock_movement (shop, store_id, id) WHERE held;
CREATE INDEX stock_movement_document ON fiscal.stock_movement (document_id) WHERE document_id IS NOT NULL;

-- MARK: documents

-- Fixes the lines of the next document of a store, unless one is open: the oldest movement that waits decides whether
-- goods left or came back, and the others of that direction join it, up to so many.
CREATE FUNCTION fiscal.plan_stock_document(shop text, store text, at_most integer) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    direction integer;
    chosen    bigint[];
    content   text;
    resent    bigint;
    document  bigint;
BEGIN
    IF EXISTS (SELECT FROM fiscal.stock_document d WHERE d.shop = $1 AND d.store_id = $2 AND d.state = 'planned') THEN
        RETURN;
    END IF;
    SELECT sign(m.quantity) INTO direction FROM fiscal.stock_movement m
    WHERE m.shop = $1 AND m.store_id = $2 AND m.push AND NOT m.held AND m.document_id IS NULL AND m.quantity <> 0
    ORDER BY m.id LIMIT 1;
    IF direction IS NULL THEN
        RETURN;
    END IF;
    WITH taken AS (
        SELECT m.id, m.transaction_id, m.line, m.product_id, m.quantity FROM fiscal.stock_movement m
        WHERE m.shop = $1 AND m.store_id = $2 AND m.push AND NOT m.held AND m.document_id IS NULL
          AND sign(m.quantity) = direction
        ORDER BY m.id LIMIT $3 FOR UPDATE
    )
    SELECT array_agg(t.id), string_agg(concat_ws(E'\x1f', t.transaction_id, t.line, t.product_id, t.quantity), E'\x1e' ORDER BY t.id)
    INTO chosen, content FROM taken t;
    IF chosen IS NULL THEN
        RETURN;
    END IF;
    -- The same movements may come once more only after a person ordered it.
    SELECT count(*) INTO resent FROM fiscal.stock_refusal r JOIN fiscal.stock_document d ON d.id = r.document_id
    WHERE d.shop = $1 AND d.store_id = $2 AND r.resent_at IS NOT NULL;
    INSERT INTO fiscal.stock_document (shop, store_id, doc_type, number)
    VALUES ($1, $2, CASE WHEN direction < 0 THEN 'D' ELSE 'R' END,
            'FR-' || left(encode(sha256(convert_to(concat_ws(E'\x1d', $1, $2, resent, content), 'UTF8')), 'hex'), 40))
    RETURNING id INTO document;
    UPDATE fiscal.stock_movement m SET document_id = document WHERE m.id = ANY (chosen);
END
$$;

-- What a portal did with a document: conducted; or, with every line refused, empty.
CREATE FUNCTION fiscal.close_stock_document(document bigint, portal bigint, outcome text) RETURNS void
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE fiscal.stock_document d SET state = $3, portal_id = coalesce($2, d.portal_id), closed_at = clock_timestamp()
    WHERE d.id = $1 AND d.state = 'planned';
END;

-- A line that a portal does not take: left out of its document, and alarmed.
CREATE FUNCTION fiscal.refuse_stock_line(document bigint, product text, code text, message text) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    place record;
BEGIN
    SELECT d.shop, d.store_id INTO place FROM fiscal.stock_document d WHERE d.id = $1;
    INSERT INTO fiscal.stock_refusal (document_id, product_id, code, message) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING;
    PERFORM fiscal.raise_alarm('stock_refused:' || place.shop, 'warning',
        'The portal of shop ' || place.shop || ' does not take some lines of stock documents: see fiscal-relay stock movements --refused');
END
$$;

-- Has what waits brought soon.
CREATE FUNCTION fiscal.push_stock(shop text) RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT fiscal.spawn(ARRAY[NULL::bigint], ARRAY[$1], ARRAY['stock.push'], ARRAY['stock'], ARRAY['local'],
                        ARRAY['dispatch'], ARRAY[0], ARRAY[NULL::text], ARRAY[0::bigint], ARRAY[true]);
    SELECT fiscal.tell_sleepers();
END;

-- Has movements that a portal refused brought once more. Returns how many.
CREATE FUNCTION fiscal.resend_stock(shop text, who text, why text) RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    resent bigint;
    holds  boolean;
BEGIN
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

-- MARK: after a restore

-- A document's number is made of the movements that it groups. The portal remembers groups of the lost time, we do not, and
-- the same movements grouped otherwise would be another number: moved twice. So whatever may have been brought in the
-- lost time is held until a person says. Documents that are on record keep their number, and so settle themselves.
CREATE FUNCTION fiscal.hold_stock() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    s text;
BEGIN
    UPDATE fiscal.stock_movement m SET held = true
    WHERE m.push AND m.document_id IS NULL AND NOT m.held AND m.quantity <> 0;
    FOR s IN SELECT DISTINCT m.shop FROM fiscal.stock_movement m WHERE m.held ORDER BY 1 LOOP
        PERFORM fiscal.alarm_held_stock(s);
    END LOOP;
    RETURN NULL;
END
$$;

CREATE TRIGGER epoch_holds_stock AFTER INSERT ON fiscal.epoch
    FOR EACH ROW WHEN (NEW.lost_since IS NOT NULL) EXECUTE FUNCTION fiscal.hold_stock();

-- The same for what comes again: an event that was there before the restore, or that happened before it and arrives
-- within thirty days. Movements know whole seconds.
CREATE FUNCTION fiscal.stock_movement_held() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.held := EXISTS (
        SELECT FROM fiscal.epoch e JOIN fiscal.outbox o ON o.id = NEW.event_id
        WHERE e.lost_since IS NOT NULL
          AND (o.created_at < e.began_at
               OR o.created_at < e.began_at + interval '30 days'
                  AND least(o.occurred_at, NEW.occurred_at + interval '1 second') < e.began_at));
    IF NEW.held THEN PERFORM fiscal.alarm_held_stock(NEW.shop); END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER stock_movement_held BEFORE INSERT ON fiscal.stock_movement
    FOR EACH ROW WHEN (NEW.push AND NEW.quantity <> 0) EXECUTE FUNCTION fiscal.stock_movement_held();

CREATE FUNCTION fiscal.alarm_held_stock(shop text) RETURNS void
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT fiscal.raise_alarm('stock_held:' || $1, 'warning',
        'The portal of shop ' || $1 || ' may have movements from before the restore: see fiscal-relay stock movements --held');
END;

-- A person says of held movements, by store and product, whether the portal has them (`brought`) or not, and then they are
-- brought. Returns how many. The alarm ends with the last.
CREATE FUNCTION fiscal.release_stock(
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

REVOKE ALL ON FUNCTION fiscal.plan_stock_document, fiscal.close_stock_document, fiscal.refuse_stock_line,
    fiscal.push_stock, fiscal.resend_stock, fiscal.hold_stock, fiscal.stock_movement_held, fiscal.alarm_held_stock,
    fiscal.release_stock FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.plan_stock_document, fiscal.close_stock_document, fiscal.refuse_stock_line
    TO fiscal_worker;
GRANT EXECUTE ON FUNCTION fiscal.resend_stock, fiscal.release_stock TO fiscal_admin;
GRANT SELECT ON fiscal.stock_document, fiscal.stock_refusal TO fiscal_worker, fiscal_admin, fiscal_reader;
