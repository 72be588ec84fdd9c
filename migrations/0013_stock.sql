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
    PRIMARY KEY (shop, transaction_id, line)
);

COMMENT ON TABLE fiscal.stock_movement IS
    'The ledger of stock: once per shop, transaction and line. Insert only, but for how a movement reaches its portal. Its sums are fiscal.stock_level.';

CREATE UNIQUE INDEX stock_movement_id ON fiscal.stock_movement (id);
CREATE INDEX stock_movement_family ON fiscal.stock_movement (shop, family);
CREATE INDEX stock_movement_product ON fiscal.stock_movement (shop, store_id, product_id, id);
CREATE INDEX stock_movement_order ON fiscal.stock_movement (shop, order_id) WHERE order_id IS NOT NULL;

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

REVOKE ALL ON FUNCTION fiscal.apply_stock, fiscal.count_stock, fiscal.settle_stock_fault FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.count_stock, fiscal.settle_stock_fault TO fiscal_admin;

GRANT SELECT ON fiscal.stock_level, fiscal.stock_below_zero, fiscal.stock_family, fiscal.stock_movement,
    fiscal.stock_cancellation, fiscal.stock_fault, fiscal.stock_ahead TO fiscal_worker, fiscal_admin, fiscal_reader;
