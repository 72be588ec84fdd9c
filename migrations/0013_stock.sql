-- Stock: what left which store, what came back, and what a store should hold by it.
--
-- fiscal.stock_movement is the ledger: one row per shop, transaction and line, whatever arrives twice, late or out of
-- order. fiscal.stock_level is its running total: the quantity of a level is the sum of the quantities of its movements,
-- always, since both are written in one transaction by fiscal.apply_stock. Quantities are numeric, exact to a millionth;
-- what leaves is negative.
--
-- A family is a transaction with what takes it back: a sale at a point of sale with its refunds and cancels (the number
-- of the sale), a shipment with its undoings (shipment:<id>). Whatever order its parts come in, its sum is the same.

-- The step of release N+1: a worker of release N does not know it and leaves such jobs to those that do. Jobs that
-- stand at a later step already stay there.
INSERT INTO fiscal.kind (name, first_step) VALUES ('pos.transaction', 'stock');
UPDATE fiscal.kind SET first_step = 'stock' WHERE name IN ('order.shipped', 'shipment.undone', 'order.cancelled');

-- Jobs whose stock waits for the turn of their lane: it is moved ahead of the turn.
CREATE INDEX job_stock_waiting ON fiscal.job (id) WHERE state = 'waiting' AND step = 'stock';

CREATE TABLE fiscal.stock_level (
    shop        text NOT NULL,
    store_id    text NOT NULL,
    product_id  text NOT NULL,
    quantity    numeric(24, 6) NOT NULL,
    moved_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (shop, store_id, product_id)
) WITH (
    -- The same rows change over and over: room for the next version beside each, and no index but the key.
    fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500
);

COMMENT ON TABLE fiscal.stock_level IS
    'Running total of fiscal.stock_movement per shop, store and product. May be below zero: then it stands in fiscal.stock_below_zero too.';

-- A small table beside the levels, since an index on their quantity would make every movement pay for it.
CREATE TABLE fiscal.stock_below_zero (
    shop        text NOT NULL,
    store_id    text NOT NULL,
    product_id  text NOT NULL,
    since       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (shop, store_id, product_id)
);

COMMENT ON TABLE fiscal.stock_below_zero IS 'The levels that are below zero now, and since when. Alarm: stock_negative:<shop>.';

CREATE TABLE fiscal.stock_family (
    shop         text NOT NULL,
    family       text NOT NULL,
    -- Of how many events it was heard; each time its row is locked, so that rivals decide one after another.
    heard        integer NOT NULL DEFAULT 1,
    PRIMARY KEY (shop, family)
) WITH (fillfactor = 90);

COMMENT ON TABLE fiscal.stock_family IS 'One row per family of transactions: what its parts take turns by. Holds no stock itself.';

CREATE TABLE fiscal.stock_document (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shop          text NOT NULL,
    store_id      text NOT NULL,
    -- D: written off; R: returned.
    doc_type      text NOT NULL CHECK (doc_type IN ('D', 'R')),
    -- Our key in the portal (docNumber), made of its content: the same movements never make two numbers.
    number        text NOT NULL UNIQUE CHECK (length(number) <= 64),
    state         text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'conducted', 'empty')),
    -- Its id in the portal.
    portal_id     bigint,
    planned_at    timestamptz NOT NULL DEFAULT now(),
    closed_at     timestamptz
);

COMMENT ON TABLE fiscal.stock_document IS
    'Catalogue documents by which movements reach a portal. planned: its lines are fixed, the portal may have it; conducted: the portal has moved its stock; empty: the portal refused every line.';

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

CREATE TABLE fiscal.stock_movement (
    id              bigint GENERATED ALWAYS AS IDENTITY,
    shop            text NOT NULL,
    -- A transaction of a till by its number; shipment:<id>@<time>, shipment:<id>:undone@<time>, order:<id>:cancelled@<time>
    -- for orders; count:<time> for a level taken over from a portal.
    transaction_id  text NOT NULL,
    -- The line's own id, or #<place> where it has none; of a reversal, the line that it takes back.
    line            text NOT NULL,
    -- sale, shipment: goods leave. refund: goods come back by lines. cancel: what is left of its family comes back.
    -- excess: takes off what refunds brought back beyond what had left. count: a level was set by a person.
    kind            text NOT NULL CHECK (kind IN ('sale', 'shipment', 'refund', 'cancel', 'excess', 'count')),
    -- The transaction whose goods these are: its own, or of a reversal the original.
    family          text NOT NULL,
    store_id        text NOT NULL,
    product_id      text NOT NULL,
    -- What was moved: negative leaves the store.
    quantity        numeric(24, 6) NOT NULL,
    -- What the event said. Differs from quantity only for a refund of what was cancelled as a whole.
    stated          numeric(24, 6) NOT NULL,
    order_id        text,
    event_id        bigint REFERENCES fiscal.outbox (id),
    -- By the shop's clock.
    occurred_at     timestamptz NOT NULL,
    recorded_at     timestamptz NOT NULL DEFAULT now(),
    -- Whether it is to reach the portal as a document; decided by the settings of the moment. False: left to Bitrix.
    push            boolean NOT NULL DEFAULT false,
    document_id     bigint REFERENCES fiscal.stock_document (id),
    PRIMARY KEY (shop, transaction_id, line)
);

COMMENT ON TABLE fiscal.stock_movement IS
    'The ledger of stock: once per shop, transaction and line. Insert only, but for document_id. Its sums are fiscal.stock_level.';

CREATE UNIQUE INDEX stock_movement_id ON fiscal.stock_movement (id);
CREATE INDEX stock_movement_family ON fiscal.stock_movement (shop, family);
CREATE INDEX stock_movement_product ON fiscal.stock_movement (shop, store_id, product_id, id);
CREATE INDEX stock_movement_order ON fiscal.stock_movement (shop, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX stock_movement_unsent ON fiscal.stock_movement (shop, store_id, id) WHERE push AND document_id IS NULL;
CREATE INDEX stock_movement_document ON fiscal.stock_movement (document_id) WHERE document_id IS NOT NULL;

CREATE TABLE fiscal.stock_cancellation (
    shop            text NOT NULL,
    family          text NOT NULL,
    -- The transaction that cancels.
    transaction_id  text NOT NULL,
    -- What left at this time or before is taken back; infinity: whatever comes.
    until           timestamptz NOT NULL,
    event_id        bigint REFERENCES fiscal.outbox (id),
    recorded_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (shop, family, transaction_id)
);

COMMENT ON TABLE fiscal.stock_cancellation IS
    'Families that were cancelled or undone. One whose goods have not come yet waits here: they are reversed as they come.';

CREATE TABLE fiscal.stock_fault (
    event_id        bigint NOT NULL REFERENCES fiscal.outbox (id),
    -- Place of the line in the payload, from 1; 0: all of it.
    place           integer NOT NULL,
    code            text NOT NULL,
    shop            text NOT NULL,
    transaction_id  text NOT NULL,
    line            text NOT NULL,
    message         text NOT NULL,
    recorded_at     timestamptz NOT NULL DEFAULT now(),
    -- When a person said that it is dealt with.
    settled_at      timestamptz,
    PRIMARY KEY (event_id, place, code)
);

COMMENT ON TABLE fiscal.stock_fault IS
    'Lines that did not move stock as their event says, and why. The other lines of the event did. Alarm: stock_fault:<shop>.';

CREATE INDEX stock_fault_open ON fiscal.stock_fault (shop, event_id) WHERE settled_at IS NULL;

CREATE TABLE fiscal.stock_ahead (
    event_id  bigint PRIMARY KEY REFERENCES fiscal.outbox (id),
    at        timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE fiscal.stock_ahead IS
    'Events whose stock was moved while their job waits for its lane, so that a receipt that cannot be made stops no stock.';

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

-- Adds movements to their levels. The only writer of levels.
--
-- Levels are locked in the order of their keys and late in the transaction, so that many lanes at one product wait for
-- each other's commit only, and never in a circle. Below zero is taken as it is: the goods are gone.
CREATE FUNCTION fiscal.apply_stock(ids bigint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    down text[];
    up   text[];
    s    text;
BEGIN
    WITH delta AS MATERIALIZED (
        SELECT m.shop, m.store_id, m.product_id, sum(m.quantity) AS quantity FROM fiscal.stock_movement m
        WHERE m.id = ANY (ids) GROUP BY 1, 2, 3
    ), changed AS (
        INSERT INTO fiscal.stock_level AS l (shop, store_id, product_id, quantity, moved_at)
        SELECT d.shop, d.store_id, d.product_id, d.quantity, clock_timestamp() FROM delta d
        ORDER BY d.shop, d.store_id, d.product_id
        ON CONFLICT (shop, store_id, product_id)
        DO UPDATE SET quantity = l.quantity + excluded.quantity, moved_at = excluded.moved_at
        RETURNING l.shop, l.store_id, l.product_id, l.quantity
    ), crossed AS (
        SELECT c.shop, c.store_id, c.product_id, c.quantity < 0 AS below FROM changed c
        JOIN delta d USING (shop, store_id, product_id)
        WHERE (c.quantity < 0) <> (c.quantity - d.quantity < 0)
    ), fell AS (
        INSERT INTO fiscal.stock_below_zero (shop, store_id, product_id)
        SELECT c.shop, c.store_id, c.product_id FROM crossed c WHERE c.below ORDER BY 1, 2, 3
        ON CONFLICT DO NOTHING
    ), rose AS (
        DELETE FROM fiscal.stock_below_zero b USING crossed c
        WHERE NOT c.below AND (b.shop, b.store_id, b.product_id) = (c.shop, c.store_id, c.product_id)
    )
    SELECT array_agg(DISTINCT c.shop) FILTER (WHERE c.below), array_agg(DISTINCT c.shop) FILTER (WHERE NOT c.below)
    INTO down, up FROM crossed c;

    -- One lock per shop, and only where a level crossed zero: who clears the alarm must see every level that fell.
    FOR s IN SELECT DISTINCT n FROM unnest(down || up) AS u (n) ORDER BY n LOOP
        PERFORM pg_advisory_xact_lock(1179211589, hashtext(s));
    END LOOP;
    FOR s IN SELECT DISTINCT n FROM unnest(down || up) AS u (n) ORDER BY n LOOP
        IF EXISTS (SELECT FROM fiscal.stock_below_zero b WHERE b.shop = s) THEN
            PERFORM fiscal.raise_alarm('stock_negative:' || s, 'warning',
                'Stock of shop ' || s || ' is below zero: see fiscal-relay stock levels --below-zero');
        ELSE
            PERFORM fiscal.clear_alarm('stock_negative:' || s);
        END IF;
    END LOOP;
END
$$;

-- Moves stock as events say: the statement of one effect, for all runs of a batch.
--
-- Each row is one of three:
--   a line that leaves (sale, shipment; quantity negative) or comes back (refund; positive). A refund may leave out
--     store and product: they are those of the line of the same name in the original.
--   a cancel (line NULL): what left of its family until `untils` and did not come back yet, comes back. With an order
--     and no family: of all shipments of that order.
--   a fault (code not NULL): a line that cannot be moved; it is written down, and the others go on.
-- The same transaction and line again changes nothing; with other goods or another quantity it is written down as a
-- fault, and what was moved first stands. A refund brings back no more than left: what it says beyond that is taken off
-- again, and written down.
CREATE FUNCTION fiscal.move_stock(
    events bigint[], places bigint[], shops text[], transactions text[], families text[], kinds text[], lines text[],
    stores text[], products text[], quantities numeric[], orders text[], moments timestamptz[], untils timestamptz[],
    pushes boolean[], codes text[], messages text[]) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    touched_shops    text[];
    touched_families text[];
    fault_shops      text[];
    more_shops       text[];
    moved            bigint[] := '{}';
    ids              bigint[];
    s                text;
BEGIN
    -- 1. One after another within a family, whatever lanes its parts come through. In one order, so never in a circle.
    WITH named AS (
        SELECT u.shop, u.family FROM unnest(shops, families, codes) AS u (shop, family, code)
        WHERE u.family IS NOT NULL AND u.code IS NULL
        UNION
        SELECT m.shop, m.family FROM unnest(shops, families, orders, kinds) AS u (shop, family, order_id, kind)
        JOIN fiscal.stock_movement m ON m.shop = u.shop AND m.order_id = u.order_id AND m.kind = 'shipment'
        WHERE u.family IS NULL AND u.kind = 'cancel'
    ), locked AS (
        INSERT INTO fiscal.stock_family AS f (shop, family)
        SELECT n.shop, n.family FROM named n ORDER BY 1, 2
        ON CONFLICT (shop, family) DO UPDATE SET heard = f.heard + 1
        RETURNING f.shop, f.family
    )
    SELECT array_agg(l.shop), array_agg(l.family) INTO touched_shops, touched_families FROM locked l;

    -- 2. Goods that leave.
    WITH made AS (
        INSERT INTO fiscal.stock_movement (shop, transaction_id, line, kind, family, store_id, product_id, quantity, stated,
                                           order_id, event_id, occurred_at, push)
        SELECT DISTINCT ON (u.shop, u.transaction_id, u.line) u.shop, u.transaction_id, u.line, u.kind, u.family,
               u.store_id, u.product_id, u.quantity, u.quantity, u.order_id, u.event_id, u.moment, u.push
        FROM unnest(events, places, shops, transactions, families, kinds, lines, stores, products, quantities, orders,
                    moments, pushes, codes)
            AS u (event_id, place, shop, transaction_id, family, kind, line, store_id, product_id, quantity, order_id,
                  moment, push, code)
        WHERE u.code IS NULL AND u.kind IN ('sale', 'shipment')
        ORDER BY u.shop, u.transaction_id, u.line, u.event_id, u.place
        ON CONFLICT (shop, transaction_id, line) DO NOTHING
        RETURNING id
    )
    SELECT coalesce(array_agg(m.id), '{}') INTO moved FROM made m;

    -- 3. Goods that come back by lines. Of a family that is cancelled as a whole they came back with that.
    WITH made AS (
        INSERT INTO fiscal.stock_movement (shop, transaction_id, line, kind, family, store_id, product_id, quantity, stated,
                                           order_id, event_id, occurred_at, push)
        SELECT DISTINCT ON (u.shop, u.transaction_id, u.line) u.shop, u.transaction_id, u.line, u.kind, u.family,
               coalesce(u.store_id, o.store_id), coalesce(u.product_id, o.product_id),
               CASE WHEN c.cancelled THEN 0 ELSE u.quantity END, u.quantity, u.order_id, u.event_id, u.moment,
               u.push AND NOT c.cancelled
        FROM unnest(events, places, shops, transactions, families, kinds, lines, stores, products, quantities, orders,
                    moments, pushes, codes)
            AS u (event_id, place, shop, transaction_id, family, kind, line, store_id, product_id, quantity, order_id,
                  moment, push, code)
        LEFT JOIN fiscal.stock_movement o
            ON o.shop = u.shop AND o.transaction_id = u.family AND o.line = u.line AND o.kind = 'sale'
        CROSS JOIN LATERAL (
            SELECT EXISTS (SELECT FROM fiscal.stock_cancellation x WHERE x.shop = u.shop AND x.family = u.family) AS cancelled
        ) c
        WHERE u.code IS NULL AND u.kind = 'refund'
          AND coalesce(u.store_id, o.store_id) IS NOT NULL AND coalesce(u.product_id, o.product_id) IS NOT NULL
        ORDER BY u.shop, u.transaction_id, u.line, u.event_id, u.place
        ON CONFLICT (shop, transaction_id, line) DO NOTHING
        RETURNING id
    )
    SELECT coalesce(array_agg(m.id), '{}') INTO ids FROM made m;
    moved := moved || ids;

    -- 4. Cancels are known from now on, also to what comes after them.
    INSERT INTO fiscal.stock_cancellation (shop, family, transaction_id, until, event_id)
    SELECT DISTINCT ON (u.shop, n.family, u.transaction_id) u.shop, n.family, u.transaction_id, u.until, u.event_id
    FROM unnest(events, shops, transactions, families, kinds, orders, untils, codes)
        AS u (event_id, shop, transaction_id, family, kind, order_id, until, code)
    CROSS JOIN LATERAL (
        SELECT u.family WHERE u.family IS NOT NULL
        UNION
        SELECT m.family FROM fiscal.stock_movement m
        WHERE u.family IS NULL AND m.shop = u.shop AND m.order_id = u.order_id AND m.kind = 'shipment'
    ) n
    WHERE u.code IS NULL AND u.kind = 'cancel'
    ORDER BY u.shop, n.family, u.transaction_id, u.event_id
    ON CONFLICT DO NOTHING;

    -- 5. What left under a cancel and did not come back yet, comes back to where it left from. What came back by lines
    -- is counted off in the order of the lines.
    WITH out_line AS (
        SELECT m.*, (
            SELECT c.transaction_id FROM fiscal.stock_cancellation c
            WHERE c.shop = m.shop AND c.family = m.family AND c.until >= m.occurred_at
              -- Goods that come after their undoing, at its very moment, left anew.
              AND (c.until > m.occurred_at OR NOT m.id = ANY (moved))
            ORDER BY c.until, c.transaction_id LIMIT 1) AS cancelled_by
        FROM unnest(touched_shops, touched_families) AS t (shop, family)
        JOIN fiscal.stock_movement m ON m.shop = t.shop AND m.family = t.family AND m.kind IN ('sale', 'shipment')
    ), back AS (
        SELECT m.shop, m.family, m.product_id, sum(m.quantity) AS quantity
        FROM unnest(touched_shops, touched_families) AS t (shop, family)
        JOIN fiscal.stock_movement m ON m.shop = t.shop AND m.family = t.family AND m.kind IN ('refund', 'excess')
        GROUP BY 1, 2, 3
    ), share AS (
        SELECT o.*, -o.quantity - least(-o.quantity, greatest(0, coalesce(b.quantity, 0)
               - coalesce(sum(-o.quantity) OVER (PARTITION BY o.shop, o.family, o.product_id ORDER BY o.id
                                                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) AS remaining
        FROM out_line o LEFT JOIN back b USING (shop, family, product_id)
        WHERE o.cancelled_by IS NOT NULL
    ), made AS (
        INSERT INTO fiscal.stock_movement (shop, transaction_id, line, kind, family, store_id, product_id, quantity, stated,
                                           order_id, event_id, occurred_at, push)
        SELECT r.shop, r.cancelled_by,
               CASE WHEN r.transaction_id = r.family THEN r.line ELSE r.transaction_id || '/' || r.line END,
               'cancel', r.family, r.store_id, r.product_id, r.remaining, r.remaining, r.order_id, c.event_id,
               coalesce(nullif(c.until, 'infinity'), c.recorded_at), r.push
        FROM share r
        JOIN fiscal.stock_cancellation c
            ON c.shop = r.shop AND c.family = r.family AND c.transaction_id = r.cancelled_by
        WHERE r.remaining > 0 AND NOT EXISTS (
            SELECT FROM fiscal.stock_movement m
            WHERE m.shop = r.shop AND m.family = r.family AND m.kind = 'cancel'
              AND m.line = CASE WHEN r.transaction_id = r.family THEN r.line ELSE r.transaction_id || '/' || r.line END)
        ORDER BY 1, 2, 3
        ON CONFLICT (shop, transaction_id, line) DO NOTHING
        RETURNING id
    )
    SELECT coalesce(array_agg(m.id), '{}') INTO ids FROM made m;
    moved := moved || ids;

    -- 6. What refunds brought back beyond what left is taken off again, and said.
    WITH total AS (
        SELECT m.shop, m.family, m.product_id, max(m.event_id) FILTER (WHERE m.kind = 'refund') AS event_id,
               max(m.transaction_id) FILTER (WHERE m.kind = 'refund') AS refund,
               max(m.store_id) FILTER (WHERE m.kind = 'refund') AS store_id, bool_or(m.push) AS push,
               max(m.occurred_at) AS occurred_at, sum(m.quantity) AS actual,
               count(*) FILTER (WHERE m.kind = 'excess') AS corrections,
               CASE WHEN EXISTS (SELECT FROM fiscal.stock_cancellation c WHERE c.shop = m.shop AND c.family = m.family)
                    THEN 0
                    ELSE least(0, sum(m.quantity) FILTER (WHERE m.kind <> 'excess')) END AS right_sum
        FROM unnest(touched_shops, touched_families) AS t (shop, family)
        JOIN fiscal.stock_movement m ON m.shop = t.shop AND m.family = t.family
        WHERE EXISTS (SELECT FROM fiscal.stock_movement r WHERE r.shop = t.shop AND r.family = t.family AND r.kind = 'refund')
          AND EXISTS (SELECT FROM fiscal.stock_movement o WHERE o.shop = t.shop AND o.family = t.family AND o.kind = 'sale')
        GROUP BY 1, 2, 3
        HAVING count(*) FILTER (WHERE m.kind = 'refund') > 0
    ), made AS (
        INSERT INTO fiscal.stock_movement (shop, transaction_id, line, kind, family, store_id, product_id, quantity, stated,
                                           event_id, occurred_at, push)
        SELECT t.shop, t.family, 'excess:' || t.product_id || ':' || t.corrections + 1, 'excess', t.family, t.store_id,
               t.product_id, t.right_sum - t.actual, t.right_sum - t.actual, t.event_id, t.occurred_at, t.push
        FROM total t WHERE t.right_sum <> t.actual
        ORDER BY 1, 2, 3
        ON CONFLICT (shop, transaction_id, line) DO NOTHING
        RETURNING id, shop, event_id, product_id, family, quantity
    ), said AS (
        INSERT INTO fiscal.stock_fault (event_id, place, code, shop, transaction_id, line, message)
        SELECT m.event_id, 0, 'refund_exceeds', m.shop, m.family, m.product_id,
               'Refunds bring back more of product ' || m.product_id || ' than left with ' || m.family || ': '
               || trim_scale(abs(m.quantity)) || ' was taken off again.'
        FROM made m WHERE m.event_id IS NOT NULL ORDER BY m.event_id
        ON CONFLICT DO NOTHING
        RETURNING shop
    )
    SELECT coalesce((SELECT array_agg(m.id) FROM made m), '{}'), (SELECT array_agg(DISTINCT f.shop) FROM said f)
    INTO ids, fault_shops;
    moved := moved || ids;

    -- 7. What could not be moved, and what was said before in other words.
    WITH said AS (
        SELECT u.event_id, u.place, u.code, u.shop, coalesce(u.transaction_id, '') AS transaction_id,
               coalesce(u.line, '') AS line, u.message
        FROM unnest(events, places, codes, shops, transactions, lines, messages)
            AS u (event_id, place, code, shop, transaction_id, line, message)
        WHERE u.code IS NOT NULL
        UNION ALL
        SELECT u.event_id, u.place, CASE WHEN m.id IS NULL THEN 'original_unknown' ELSE 'line_differs' END, u.shop,
               u.transaction_id, u.line,
               CASE WHEN m.id IS NULL
                    THEN 'Line ' || u.line || ' names no product or store, and its original ' || u.family
                         || ' is not known to have such a line.'
                    ELSE 'Line ' || u.line || ' was moved before with other goods or another quantity; what was moved first stands.'
               END
        FROM unnest(events, places, shops, transactions, families, kinds, lines, stores, products, quantities, codes)
            AS u (event_id, place, shop, transaction_id, family, kind, line, store_id, product_id, quantity, code)
        LEFT JOIN fiscal.stock_movement m
            ON m.shop = u.shop AND m.transaction_id = u.transaction_id AND m.line = u.line
        WHERE u.code IS NULL AND u.kind IN ('sale', 'shipment', 'refund')
          AND (m.id IS NULL OR (m.kind, m.family, m.stated) IS DISTINCT FROM (u.kind, u.family, u.quantity)
               OR m.store_id <> coalesce(u.store_id, m.store_id) OR m.product_id <> coalesce(u.product_id, m.product_id))
    ), kept AS (
        INSERT INTO fiscal.stock_fault (event_id, place, code, shop, transaction_id, line, message)
        SELECT DISTINCT ON (s.event_id, s.place, s.code) s.event_id, s.place, s.code, s.shop, s.transaction_id, s.line, s.message
        FROM said s WHERE s.event_id IS NOT NULL ORDER BY s.event_id, s.place, s.code
        ON CONFLICT DO NOTHING
        RETURNING shop
    )
    SELECT array_agg(DISTINCT k.shop) INTO more_shops FROM kept k;

    -- 8. The levels last: they are what rivals wait for.
    IF cardinality(moved) > 0 THEN
        PERFORM fiscal.apply_stock(moved);
    END IF;
    FOR s IN SELECT DISTINCT n FROM unnest(fault_shops || more_shops) AS u (n) ORDER BY n LOOP
        PERFORM fiscal.raise_alarm('stock_fault:' || s, 'warning',
            'Lines of transactions of shop ' || s || ' did not move stock as they say: see fiscal-relay stock faults');
    END LOOP;
END
$$;

-- Notes events whose stock was moved ahead of the turn of their job.
CREATE FUNCTION fiscal.note_stock_ahead(events bigint[]) RETURNS void
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO fiscal.stock_ahead (event_id) SELECT u FROM unnest($1) AS u ORDER BY u ON CONFLICT DO NOTHING;
END;

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
    WHERE m.shop = $1 AND m.store_id = $2 AND m.push AND m.document_id IS NULL AND m.quantity <> 0
    ORDER BY m.id LIMIT 1;
    IF direction IS NULL THEN
        RETURN;
    END IF;
    WITH taken AS (
        SELECT m.id, m.transaction_id, m.line, m.product_id, m.quantity FROM fiscal.stock_movement m
        WHERE m.shop = $1 AND m.store_id = $2 AND m.push AND m.document_id IS NULL AND sign(m.quantity) = direction
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

-- Sets levels to what a person counted, or took over from a portal, by movements that make up the difference. Returns
-- how many levels changed.
CREATE FUNCTION fiscal.count_stock(
    shop text, stores text[], products text[], quantities numeric[], who text, why text) RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    moment timestamptz := clock_timestamp();
    ids    bigint[];
BEGIN
    INSERT INTO fiscal.stock_level AS l (shop, store_id, product_id, quantity)
    SELECT $1, u.store, u.product, 0 FROM unnest($2, $3) AS u (store, product) ORDER BY 2, 3
    -- Locked in the order in which movements lock them.
    ON CONFLICT (shop, store_id, product_id) DO UPDATE SET moved_at = l.moved_at;
    WITH made AS (
        INSERT INTO fiscal.stock_movement (shop, transaction_id, line, kind, family, store_id, product_id, quantity, stated,
                                           occurred_at)
        SELECT $1, 'count:' || extract(epoch FROM moment), u.store || '/' || u.product, 'count',
               'count:' || extract(epoch FROM moment), u.store, u.product, u.quantity - l.quantity, u.quantity, moment
        FROM unnest($2, $3, $4) AS u (store, product, quantity)
        JOIN fiscal.stock_level l ON l.shop = $1 AND l.store_id = u.store AND l.product_id = u.product
        WHERE l.quantity <> u.quantity
        ORDER BY u.store, u.product
        RETURNING id
    )
    SELECT coalesce(array_agg(m.id), '{}') INTO ids FROM made m;
    IF cardinality(ids) > 0 THEN
        PERFORM fiscal.apply_stock(ids);
    END IF;
    INSERT INTO fiscal.operator_action (who, action, why, target, after)
    VALUES ($5, 'count_stock', $6, 'stock:' || $1, jsonb_build_object('levels', cardinality(ids)));
    RETURN cardinality(ids);
END
$$;

-- A person has dealt with the faulty lines of an event. Returns how many were open. The alarm ends with the last.
CREATE FUNCTION fiscal.settle_stock_fault(event bigint, who text, why text) RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    named   text;
    settled integer;
BEGIN
    SELECT f.shop INTO named FROM fiscal.stock_fault f WHERE f.event_id = event LIMIT 1;
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
CREATE FUNCTION fiscal.resend_stock(shop text, who text, why text) RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    resent bigint;
BEGIN
    WITH again AS (
        UPDATE fiscal.stock_refusal r SET resent_at = clock_timestamp() FROM fiscal.stock_document d
        WHERE d.id = r.document_id AND d.shop = $1 AND d.state <> 'planned' AND r.resent_at IS NULL
        RETURNING r.document_id, r.product_id
    ), freed AS (
        UPDATE fiscal.stock_movement m SET document_id = NULL FROM again a
        WHERE m.document_id = a.document_id AND m.product_id = a.product_id
        RETURNING 1
    )
    SELECT count(*) INTO resent FROM freed;
    IF resent > 0 THEN
        INSERT INTO fiscal.operator_action (who, action, why, target, after)
        VALUES ($2, 'resend_stock', $3, 'stock:' || $1, jsonb_build_object('movements', resent));
        PERFORM fiscal.clear_alarm('stock_refused:' || $1);
        PERFORM fiscal.spawn(ARRAY[NULL::bigint], ARRAY[$1], ARRAY['stock.push'], ARRAY['stock'], ARRAY['local'],
                             ARRAY['dispatch'], ARRAY[0], ARRAY[NULL::text], ARRAY[0::bigint], ARRAY[true]);
        PERFORM fiscal.tell_sleepers();
    END IF;
    RETURN resent;
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

REVOKE ALL ON FUNCTION fiscal.apply_stock, fiscal.move_stock, fiscal.note_stock_ahead, fiscal.plan_stock_document,
    fiscal.close_stock_document, fiscal.refuse_stock_line, fiscal.count_stock, fiscal.settle_stock_fault,
    fiscal.resend_stock, fiscal.enqueue_batch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.move_stock, fiscal.note_stock_ahead, fiscal.plan_stock_document,
    fiscal.close_stock_document, fiscal.refuse_stock_line TO fiscal_worker;
GRANT EXECUTE ON FUNCTION fiscal.count_stock, fiscal.settle_stock_fault, fiscal.resend_stock TO fiscal_admin;
GRANT EXECUTE ON FUNCTION fiscal.enqueue_batch TO fiscal_writer, fiscal_worker, fiscal_admin;

GRANT SELECT ON fiscal.stock_level, fiscal.stock_below_zero, fiscal.stock_family, fiscal.stock_document,
    fiscal.stock_refusal, fiscal.stock_movement, fiscal.stock_cancellation, fiscal.stock_fault, fiscal.stock_ahead,
    fiscal.import_progress, fiscal.import_fault TO fiscal_worker, fiscal_admin, fiscal_reader;
GRANT INSERT, UPDATE, DELETE ON fiscal.import_progress, fiscal.import_fault TO fiscal_worker, fiscal_admin;
