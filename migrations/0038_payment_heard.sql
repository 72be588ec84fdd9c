-- Payments of an order that are heard of after its refunds: how much the buyer may keep was counted without them, so what
-- came back by those refunds is counted anew.

-- Orders whose payments were heard of, and of which refunds had said something before. Taken by fiscal.bring_back_waiting.
CREATE TABLE fiscal.stock_heard (
    shop      text NOT NULL,
    order_id  text NOT NULL,
    heard_at  timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE fiscal.stock_heard IS 'Orders whose refunds are to be counted anew, since another payment of theirs was heard of.';

-- Remembers those of these orders, whose payments have come, that refunds gave something back of.
CREATE FUNCTION fiscal.hear_payments(shops text[], orders text[]) RETURNS void
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO fiscal.stock_heard (shop, order_id)
    SELECT DISTINCT u.shop, u.order_id FROM unnest($1, $2) AS u (shop, order_id)
    WHERE EXISTS (SELECT FROM fiscal.stock_return r WHERE r.shop = u.shop AND r.order_id = u.order_id AND NOT r.stays);
END;

-- Brings goods of an order back as a line of a refund says, as far as they left before it and did not come back yet.
--
-- The buyer keeps no more of a line than was paid for before the refund and not given back with it: money for what was
-- never handed over brings nothing back. Where the payment is known and has no such line, all of it counts as handed over;
-- while the payment is not known the refund waits for it (`waits`). Once more, with shipments that were not known before,
-- it brings back what is missing; with payments that were not known, it lets go what came back too much: a movement of the
-- same kind below zero, to where the goods left from, the first that left first, since the last came back first. Goods whose
-- shipment or order was cancelled came back with that in any case, and stay. Returns the movements.
CREATE OR REPLACE FUNCTION fiscal.bring_back(said fiscal.stock_return) RETURNS bigint[]
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
    IF said.stays THEN RETURN ids; END IF;
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
    -- Brought back: the latest first, since what left after an earlier refund is not there for it. Let go: the other way
    -- round, and only by an order that nobody cancelled.
    FOR source IN
        SELECT m.*, CASE WHEN wanted > 0 THEN s.gone ELSE b.returned END AS room, coalesce(b.times, 0) AS times
        FROM fiscal.shipped_line(said, false) s JOIN fiscal.stock_movement m ON m.id = s.id
        LEFT JOIN LATERAL (
            SELECT sum(r.quantity) AS returned, count(*) AS times FROM fiscal.stock_movement r
            WHERE r.shop = m.shop AND r.family = m.family AND r.kind = 'return' AND r.takes_back = m.id
              AND r.transaction_id = said.transaction_id
        ) b ON true
        WHERE CASE WHEN wanted > 0 THEN s.gone > 0
                   ELSE b.returned > 0 AND NOT fiscal.is_cancelled(m.shop, m.family, m.transaction_id, m.line, m.occurred_at) END
        ORDER BY CASE WHEN wanted > 0 THEN m.occurred_at END DESC, CASE WHEN wanted > 0 THEN m.id END DESC,
                 m.occurred_at, m.id
    LOOP
        EXIT WHEN wanted = 0;
        part := least(abs(wanted), source.room) * sign(wanted);
        -- It may have moved some of these goods before, when less of the order was known.
        before := source.times;
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
    WHERE total <> 0 AND r.shop = said.shop AND r.transaction_id = said.transaction_id AND r.line = said.line;
    RETURN ids;
END
$$;

-- Whether a line that left was taken back as a whole, with its shipment or its order.
CREATE FUNCTION fiscal.is_cancelled(shop text, family text, transaction_id text, line text, left_at timestamptz)
    RETURNS boolean
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM fiscal.stock_movement c
                   WHERE c.shop = $1 AND c.family = $2 AND c.kind = 'cancel'
                     AND c.line = CASE WHEN $3 = $2 THEN $4 ELSE $3 || '/' || $4 END)
        -- All of it had come back before.
        OR EXISTS (SELECT FROM fiscal.stock_cancellation c WHERE c.shop = $1 AND c.family = $2 AND c.until > $5);
END;

-- Brings back what waited for its payment, of `at_most` orders whose payments have come, and counts the refunds of as many
-- orders anew of which a payment was heard after them. What was said of them as faults is settled. The shops' portals are
-- told soon. Returns how many movements were made.
CREATE OR REPLACE FUNCTION fiscal.bring_back_waiting(at_most bigint) RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    shops   text[];
    orders  text[];
    said    fiscal.stock_return;
    ids     bigint[] := '{}';
    more    bigint[];
    s       text;
BEGIN
    WITH heard AS (
        DELETE FROM fiscal.stock_heard h
        WHERE h.ctid = ANY (ARRAY(SELECT k.ctid FROM fiscal.stock_heard k LIMIT at_most FOR UPDATE SKIP LOCKED))
        RETURNING h.shop, h.order_id
    ), waiting AS (
        SELECT DISTINCT r.shop, r.order_id FROM fiscal.stock_return r
        WHERE r.waits AND EXISTS (
            SELECT FROM fiscal.outbox o
            WHERE o.shop = r.shop AND o.subject = 'order:' || r.order_id AND o.subject <> '' AND o.kind = 'order.paid'
              AND fiscal.is_refund_of(r.transaction_id, o.payload #>> '{payment,id}'))
        LIMIT at_most
    )
    SELECT array_agg(n.shop ORDER BY n.shop, n.order_id), array_agg(n.order_id ORDER BY n.shop, n.order_id)
    INTO shops, orders
    FROM (SELECT h.shop, h.order_id FROM heard h UNION SELECT w.shop, w.order_id FROM waiting w) n;
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
    -- What one refund lets go another may have to bring back, so once more until nothing moves. Each round settles at least
    -- the earliest refund that was not settled, and no later one moves it again.
    LOOP
        more := '{}';
        FOR said IN
            SELECT r.* FROM fiscal.stock_return r
            JOIN unnest(shops, orders) AS u (shop, order_id) ON r.shop = u.shop AND r.order_id = u.order_id
            ORDER BY r.shop, r.order_id, r.line, r.occurred_at, r.transaction_id
        LOOP
            more := more || fiscal.bring_back(said);
        END LOOP;
        EXIT WHEN cardinality(more) = 0;
        ids := ids || more;
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

REVOKE ALL ON FUNCTION fiscal.hear_payments, fiscal.is_cancelled FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.hear_payments TO fiscal_worker;
GRANT SELECT ON fiscal.stock_heard TO fiscal_worker, fiscal_admin, fiscal_reader;
