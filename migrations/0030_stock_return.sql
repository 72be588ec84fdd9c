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
    -- Goods of a refund with stock_effect "none": they stay where they are, and count as money given back.
    stays           boolean NOT NULL DEFAULT false,
    -- Its payment is not known, nor, then, how much of what was paid for has left: nothing moves before that is heard.
    waits           boolean NOT NULL DEFAULT false,
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

CREATE INDEX stock_return_waiting ON fiscal.stock_return (shop, order_id) WHERE waits;

CREATE TABLE fiscal.stock_paid (
    shop      text NOT NULL,
    order_id  text NOT NULL,
    payment   text NOT NULL,
    -- As payments, shipments and refunds name it; '': the payment itself.
    line      text NOT NULL,
    quantity  numeric NOT NULL,
    -- Whether it pays these goods in full: such payments add up. Parts of one price name the same goods again.
    is_whole  boolean NOT NULL,
    -- By the shop's clock.
    paid_at   timestamptz NOT NULL,
    PRIMARY KEY (shop, order_id, line, payment)
);

COMMENT ON TABLE fiscal.stock_paid IS
    'How much of each line the payments of orders were for, as far as their stock was asked about. Outlives the payloads.';

-- Writes down what the payments of orders were for. A payload is whatever the shop wrote: what is no quantity is left out.
CREATE FUNCTION fiscal.note_paid(shops text[], orders text[]) RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO fiscal.stock_paid (shop, order_id, payment, line, quantity, is_whole, paid_at)
    SELECT DISTINCT ON (u.shop, u.order_id, l.line, o.payload #>> '{payment,id}')
           u.shop, u.order_id, o.payload #>> '{payment,id}', l.line, l.quantity,
           coalesce(o.payload ->> 'settlement', 'full_prepayment') IN ('full_prepayment', 'full_payment'), o.occurred_at
    FROM (SELECT DISTINCT n.shop, n.order_id FROM unnest($1, $2) AS n (shop, order_id)) u
    JOIN fiscal.outbox o ON o.shop = u.shop AND o.subject = 'order:' || u.order_id AND o.subject <> '' AND o.kind = 'order.paid'
    CROSS JOIN LATERAL (
        SELECT '' AS line, 0::numeric AS quantity
        UNION ALL
        SELECT i.item ->> 'id',
               sum(CASE WHEN i.item ->> 'quantity' ~ '^[0-9]{1,15}([.][0-9]{1,6})?$'
                        THEN (i.item ->> 'quantity')::numeric END)
        FROM jsonb_array_elements(
            CASE jsonb_typeof(o.payload -> 'items') WHEN 'array' THEN o.payload -> 'items' ELSE '[]' END) AS i (item)
        WHERE i.item ->> 'id' <> '' GROUP BY 1
    ) l
    WHERE o.payload #>> '{payment,id}' <> '' AND l.quantity IS NOT NULL
    ORDER BY u.shop, u.order_id, l.line, o.payload #>> '{payment,id}', o.id
    ON CONFLICT DO NOTHING;
END;

-- Whether a refund gives a payment's money back.
CREATE FUNCTION fiscal.is_refund_of(transaction_id text, payment text) RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
RETURN starts_with($1, 'refund:' || $2 || ':');

-- Brings goods of an order back as a line of a refund says, as far as they left before it and did not come back yet.
--
-- The buyer keeps no more of a line than was paid for before the refund and not given back with it: money for what was
-- never handed over brings nothing back. Where the payment is known and has no such line, all of it counts as handed over;
-- while the payment is not known the refund waits for it (`waits`). Once more, with shipments that were not known before,
-- it brings back what is missing. Returns the movements.
CREATE FUNCTION fiscal.bring_back(said fiscal.stock_return) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- How much the buyer may keep; NULL: his payments do not say.
    due      numeric;
    kept     numeric;
    wanted   numeric;
    part     numeric;
    total    numeric := 0;
    source   record;
    made     bigint;
    before   bigint;
    ids      bigint[] := '{}';
BEGIN
    IF said.stays OR said.moved = said.quantity THEN RETURN ids; END IF;
    IF NOT EXISTS (SELECT FROM fiscal.stock_paid p
                   WHERE p.shop = said.shop AND p.order_id = said.order_id AND p.line = ''
                     AND fiscal.is_refund_of(said.transaction_id, p.payment)) THEN
        UPDATE fiscal.stock_return r SET waits = true
        WHERE NOT r.waits AND r.shop = said.shop AND r.transaction_id = said.transaction_id AND r.line = said.line;
        RETURN ids;
    END IF;
    UPDATE fiscal.stock_return r SET waits = false
    WHERE r.waits AND r.shop = said.shop AND r.transaction_id = said.transaction_id AND r.line = said.line;
    WITH given AS (
        SELECT r.transaction_id, r.quantity FROM fiscal.stock_return r
        WHERE r.shop = said.shop AND r.order_id = said.order_id AND r.line = said.line
          AND (r.occurred_at, r.transaction_id) <= (said.occurred_at, said.transaction_id)
    ), paid AS (
        SELECT p.payment, p.quantity, p.is_whole FROM fiscal.stock_paid p
        WHERE p.shop = said.shop AND p.order_id = said.order_id AND p.line = said.line
          AND (p.paid_at <= said.occurred_at
               OR EXISTS (SELECT FROM given g WHERE fiscal.is_refund_of(g.transaction_id, p.payment)))
    )
    SELECT greatest(sum(p.quantity) FILTER (WHERE p.is_whole), max(p.quantity) FILTER (WHERE NOT p.is_whole))
           - coalesce((SELECT sum(g.quantity) FROM given g
                       WHERE EXISTS (SELECT FROM paid k WHERE fiscal.is_refund_of(g.transaction_id, k.payment))), 0)
    INTO due FROM paid p
    HAVING bool_or(fiscal.is_refund_of(said.transaction_id, p.payment));
    -- What of it the buyer had before this refund.
    SELECT coalesce(sum(s.gone), 0) INTO kept FROM fiscal.shipped_line(said, true) s;
    wanted := least(said.quantity, kept, greatest(0, kept - coalesce(due, 0))) - said.moved;
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

-- Brings back what waited for its payment, of `at_most` orders whose payments have come. What was said of them as
-- faults is settled. The shops' portals are told soon. Returns how many movements were made.
CREATE FUNCTION fiscal.bring_back_waiting(at_most bigint) RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    shops   text[];
    orders  text[];
    said    fiscal.stock_return;
    ids     bigint[] := '{}';
    s       text;
BEGIN
    SELECT array_agg(n.shop ORDER BY n.shop, n.order_id), array_agg(n.order_id ORDER BY n.shop, n.order_id)
    INTO shops, orders
    FROM (SELECT DISTINCT r.shop, r.order_id FROM fiscal.stock_return r
          WHERE r.waits AND EXISTS (
              SELECT FROM fiscal.outbox o
              WHERE o.shop = r.shop AND o.subject = 'order:' || r.order_id AND o.subject <> '' AND o.kind = 'order.paid'
                AND fiscal.is_refund_of(r.transaction_id, o.payload #>> '{payment,id}'))
          LIMIT at_most) n;
    -- As fiscal.move_stock: orders first, families after them, each in one order.
    INSERT INTO fiscal.stock_family AS f (shop, family)
    SELECT u.shop, 'order:' || u.order_id FROM unnest(shops, orders) AS u (shop, order_id) ORDER BY 1, 2
    ON CONFLICT (shop, family) DO UPDATE SET heard = f.heard + 1;
    INSERT INTO fiscal.stock_family AS f (shop, family)
    SELECT DISTINCT m.shop, m.family FROM unnest(shops, orders) AS u (shop, order_id)
    JOIN fiscal.stock_movement m ON m.shop = u.shop AND m.order_id = u.order_id AND m.kind = 'shipment'
    ORDER BY 1, 2
    ON CONFLICT (shop, family) DO UPDATE SET heard = f.heard + 1;
    PERFORM fiscal.note_paid(shops, orders);
    FOR said IN
        SELECT r.* FROM fiscal.stock_return r
        JOIN unnest(shops, orders) AS u (shop, order_id) ON r.shop = u.shop AND r.order_id = u.order_id
        ORDER BY r.shop, r.order_id, r.line, r.occurred_at, r.transaction_id
    LOOP
        ids := ids || fiscal.bring_back(said);
    END LOOP;
    IF cardinality(ids) > 0 THEN PERFORM fiscal.apply_stock(ids); END IF;
    FOR s IN SELECT DISTINCT m.shop FROM fiscal.stock_movement m WHERE m.id = ANY (ids) AND m.push ORDER BY 1 LOOP
        PERFORM fiscal.push_stock(s);
    END LOOP;
    -- Also of what another event of the order has brought back meanwhile.
    FOR s IN SELECT DISTINCT f.shop FROM fiscal.stock_fault f
        JOIN fiscal.stock_return r ON r.shop = f.shop AND r.transaction_id = f.transaction_id AND r.line = f.line
        WHERE f.settled_at IS NULL AND f.code = 'payment_unknown' AND NOT r.waits ORDER BY 1
    LOOP
        PERFORM fiscal.lock_alarm('stock_fault:' || s);
        UPDATE fiscal.stock_fault f SET settled_at = clock_timestamp()
        WHERE f.shop = s AND f.settled_at IS NULL AND f.code = 'payment_unknown'
          AND EXISTS (SELECT FROM fiscal.stock_return r
                      WHERE r.shop = f.shop AND r.transaction_id = f.transaction_id AND r.line = f.line AND NOT r.waits);
        IF NOT EXISTS (SELECT FROM fiscal.stock_fault f WHERE f.shop = s AND f.settled_at IS NULL) THEN
            PERFORM fiscal.clear_alarm('stock_fault:' || s);
        END IF;
    END LOOP;
    RETURN cardinality(ids);
END
$$;

REVOKE ALL ON FUNCTION fiscal.bring_back, fiscal.shipped_line, fiscal.note_paid, fiscal.is_refund_of,
    fiscal.bring_back_waiting FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.bring_back_waiting TO fiscal_worker;
GRANT SELECT ON fiscal.stock_return, fiscal.stock_paid TO fiscal_worker, fiscal_admin, fiscal_reader;
