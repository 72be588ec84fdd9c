-- Goods of an order that come back with the money for them: lines of a refund take back what left with its shipments.

ALTER TABLE fiscal.stock_movement
    -- Of a return: the movement whose goods these are.
    ADD COLUMN takes_back bigint,
    DROP CONSTRAINT stock_movement_kind_check,
    -- return: goods of a shipment come back by a refund of their order.
    ADD CONSTRAINT stock_movement_kind_check
        CHECK (kind IN ('sale', 'shipment', 'refund', 'cancel', 'excess', 'count', 'return'));

CREATE TABLE fiscal.stock_return (
    shop            text NOT NULL,
    -- refund:<payment>:<refund>
    transaction_id  text NOT NULL,
    -- The line of the sale, as order and shipments name it.
    line            text NOT NULL,
    order_id        text NOT NULL,
    -- Above zero.
    quantity        numeric(24, 6) NOT NULL,
    -- How much of it has come back: less where it was not handed over at all, or came back in another way.
    moved           numeric(24, 6) NOT NULL DEFAULT 0 CHECK (moved BETWEEN 0 AND quantity),
    -- By the shop's clock.
    occurred_at     timestamptz NOT NULL,
    event_id        bigint REFERENCES fiscal.outbox (id),
    recorded_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (shop, transaction_id, line)
);

COMMENT ON TABLE fiscal.stock_return IS
    'What refunds of orders give back, line by line, and how much of it were goods that had left. Shipments that are heard of later are looked for here.';

CREATE INDEX stock_return_order ON fiscal.stock_return (shop, order_id);

-- Brings goods of an order back as a line of a refund says, as far as they left before it and did not come back yet.
--
-- The buyer keeps no more of a line than was paid for and not given back: money for what was never handed over brings
-- nothing back. How much was paid for stand in the payments of the order; where none says, all of it was handed over.
-- Once more, with shipments that were not known before, it brings back what is missing. Returns the movements.
CREATE FUNCTION fiscal.bring_back(said fiscal.stock_return) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    paid_for numeric;
    given    numeric;
    kept     numeric;
    wanted   numeric;
    part     numeric;
    total    numeric := 0;
    source   record;
    made     bigint;
    before   bigint;
    ids      bigint[] := '{}';
BEGIN
    IF said.moved = said.quantity THEN RETURN ids; END IF;
    -- A payload is whatever the shop wrote: what is no quantity counts as none.
    SELECT max(CASE WHEN i ->> 'quantity' ~ '^[0-9]{1,15}([.][0-9]{1,6})?$' THEN (i ->> 'quantity')::numeric END)
    INTO paid_for
    FROM fiscal.outbox o
    CROSS JOIN LATERAL jsonb_array_elements(
        CASE jsonb_typeof(o.payload -> 'items') WHEN 'array' THEN o.payload -> 'items' ELSE '[]' END) AS i
    WHERE o.shop = said.shop AND o.subject = 'order:' || said.order_id AND o.kind = 'order.paid'
      AND i ->> 'id' = said.line;
    SELECT sum(r.quantity) INTO given FROM fiscal.stock_return r
    WHERE r.shop = said.shop AND r.order_id = said.order_id AND r.line = said.line
      AND (r.occurred_at, r.transaction_id) <= (said.occurred_at, said.transaction_id);
    -- What of it the buyer had before this refund.
    SELECT coalesce(sum(s.gone), 0) INTO kept FROM fiscal.shipped_line(said, true) s;
    wanted := least(said.quantity, greatest(0, kept - (coalesce(paid_for, kept + given - said.quantity) - given)))
              - said.moved;
    -- The latest first: what left after an earlier refund is not there for it.
    FOR source IN
        SELECT s.gone, m.* FROM fiscal.shipped_line(said, false) s JOIN fiscal.stock_movement m ON m.id = s.id
        WHERE s.gone > 0 ORDER BY m.occurred_at DESC, m.id DESC
    LOOP
        EXIT WHEN wanted <= 0;
        part := least(wanted, source.gone);
        -- It may have brought something of these goods back before, when less of the order was known.
        SELECT count(*) INTO before FROM fiscal.stock_movement m
        WHERE m.shop = said.shop AND m.transaction_id = said.transaction_id AND m.takes_back = source.id;
        INSERT INTO fiscal.stock_movement (shop, transaction_id, line, kind, family, store_id, product_id, quantity, stated,
                                           order_id, event_id, occurred_at, push, takes_back)
        VALUES (said.shop, said.transaction_id, source.transaction_id || '/' || source.line
                || CASE WHEN before > 0 THEN '#' || before + 1 ELSE '' END, 'return', source.family,
                source.store_id, source.product_id, part, part, said.order_id, said.event_id, said.occurred_at,
                source.push, source.id)
        RETURNING id INTO made;
        ids := ids || made;
        wanted := wanted - part;
        total := total + part;
    END LOOP;
    UPDATE fiscal.stock_return r SET moved = r.moved + total
    WHERE total > 0 AND r.shop = said.shop AND r.transaction_id = said.transaction_id AND r.line = said.line;
    RETURN ids;
END
$$;

-- The movements by which a line of an order left before a refund, and how much of each has not come back: by cancels, and
-- by refunds before this one alone (`earlier`), or by all.
CREATE FUNCTION fiscal.shipped_line(said fiscal.stock_return, earlier boolean) RETURNS TABLE (id bigint, gone numeric)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT m.id, -m.quantity
        - coalesce((SELECT sum(c.quantity) FROM fiscal.stock_movement c
                    WHERE c.shop = m.shop AND c.family = m.family AND c.kind = 'cancel'
                      AND c.line = CASE WHEN m.transaction_id = m.family THEN m.line
                                        ELSE m.transaction_id || '/' || m.line END), 0)
        - coalesce((SELECT sum(b.quantity) FROM fiscal.stock_movement b
                    WHERE b.shop = m.shop AND b.family = m.family AND b.kind = 'return' AND b.takes_back = m.id
                      AND (NOT $2 OR (b.occurred_at, b.transaction_id) < (($1).occurred_at, ($1).transaction_id))), 0)
    FROM fiscal.stock_movement m
    WHERE m.shop = ($1).shop AND m.order_id = ($1).order_id AND m.kind = 'shipment' AND m.line = ($1).line
      AND m.occurred_at <= ($1).occurred_at;
END;

REVOKE ALL ON FUNCTION fiscal.bring_back, fiscal.shipped_line FROM PUBLIC;
GRANT SELECT ON fiscal.stock_return TO fiscal_worker, fiscal_admin, fiscal_reader;
