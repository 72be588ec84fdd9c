-- Refunds of orders move stock: fiscal.move_stock of migration 0020, with what comes back by their lines.

-- Refunds stand in lanes of receipts: their stock moves first, as that of all others.
UPDATE fiscal.kind SET first_step = 'stock' WHERE name = 'payment.refunded';

-- Moves stock as events say: the statement of one effect, for all runs of a batch.
--
-- Each row is one of four:
--   a line that leaves (sale, shipment; quantity negative) or comes back (refund; positive). A refund may leave out
--     store and product: they are those of the line of the same name in the original.
--   a cancel (line NULL): what left of its family until `untils` and did not come back yet, comes back. With an order
--     and no family: of all shipments of that order, those that come later included.
--   goods of an order of which a refund says that they came back (return; positive): of its shipments, see
--     fiscal.bring_back; or that they stay (kept).
--   a fault (code not NULL): a line that cannot be moved; it is written down, and the others go on.
-- The same transaction and line again changes nothing; with other goods or another quantity it is written down as a
-- fault, and what was moved first stands. A refund brings back no more than left: what it says beyond that is taken off
-- again, and written down.
CREATE OR REPLACE FUNCTION fiscal.move_stock(
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
    paid_shops       text[];
    paid_orders      text[];
    said_back        fiscal.stock_return;
    s                text;
BEGIN
    -- 1. One after another within an order and within a family, whatever lanes its parts come through. In one order, so
    -- never in a circle. Orders first and by themselves: only then every shipment of a cancelled one can be seen.
    INSERT INTO fiscal.stock_family AS f (shop, family)
    SELECT DISTINCT u.shop, 'order:' || u.order_id FROM unnest(shops, orders, kinds, codes) AS u (shop, order_id, kind, code)
    WHERE u.order_id IS NOT NULL AND u.kind IN ('shipment', 'cancel', 'return', 'kept') AND u.code IS NULL
    ORDER BY 1, 2
    ON CONFLICT (shop, family) DO UPDATE SET heard = f.heard + 1;

    WITH named AS (
        SELECT u.shop, u.family FROM unnest(shops, families, codes) AS u (shop, family, code)
        WHERE u.family IS NOT NULL AND u.code IS NULL
        UNION
        SELECT m.shop, m.family FROM unnest(shops, families, orders, kinds) AS u (shop, family, order_id, kind)
        JOIN fiscal.stock_movement m ON m.shop = u.shop AND m.order_id = u.order_id AND m.kind = 'shipment'
        WHERE u.family IS NULL AND u.kind IN ('cancel', 'return', 'kept')
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
        SELECT 'order:' || u.order_id WHERE u.family IS NULL AND u.order_id IS NOT NULL
        UNION
        SELECT m.family FROM fiscal.stock_movement m
        WHERE u.family IS NULL AND m.shop = u.shop AND m.order_id = u.order_id AND m.kind = 'shipment'
    ) n
    WHERE u.code IS NULL AND u.kind = 'cancel'
    ORDER BY u.shop, n.family, u.transaction_id, u.event_id
    ON CONFLICT DO NOTHING;

    -- A shipment may come after the cancel of its order.
    INSERT INTO fiscal.stock_cancellation (shop, family, transaction_id, until, event_id)
    SELECT DISTINCT ON (u.shop, u.family, c.transaction_id) u.shop, u.family, c.transaction_id, c.until, c.event_id
    FROM unnest(shops, families, kinds, orders, moments, codes) AS u (shop, family, kind, order_id, moment, code)
    JOIN fiscal.stock_cancellation c
        ON c.shop = u.shop AND c.family = 'order:' || u.order_id AND c.until >= u.moment
    WHERE u.code IS NULL AND u.kind = 'shipment'
    ORDER BY u.shop, u.family, c.transaction_id
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
    ), cancelled AS (
        SELECT o.*, -o.quantity - coalesce(
            (SELECT sum(r.quantity) FROM fiscal.stock_movement r
             WHERE r.shop = o.shop AND r.family = o.family AND r.kind = 'return' AND r.takes_back = o.id), 0) AS gone
        FROM out_line o WHERE o.cancelled_by IS NOT NULL
    ), back AS (
        SELECT m.shop, m.family, m.product_id, sum(m.quantity) AS quantity
        FROM unnest(touched_shops, touched_families) AS t (shop, family)
        JOIN fiscal.stock_movement m ON m.shop = t.shop AND m.family = t.family AND m.kind IN ('refund', 'excess')
        GROUP BY 1, 2, 3
    ), share AS (
        SELECT o.*, o.gone - least(o.gone, greatest(0, coalesce(b.quantity, 0)
               - coalesce(sum(o.gone) OVER (PARTITION BY o.shop, o.family, o.product_id ORDER BY o.id
                                                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) AS remaining
        FROM cancelled o LEFT JOIN back b USING (shop, family, product_id)
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

    -- 6. What refunds of orders say has come back, of shipments that are known by now.
    SELECT array_agg(u.shop), array_agg(u.order_id) INTO paid_shops, paid_orders
    FROM unnest(shops, orders, kinds, codes) AS u (shop, order_id, kind, code)
    WHERE u.order_id IS NOT NULL AND u.code IS NULL AND u.kind IN ('shipment', 'return', 'kept');
    -- At the shipment already: payloads may be emptied before a refund comes.
    IF paid_shops IS NOT NULL THEN
        PERFORM fiscal.note_paid(paid_shops, paid_orders);
    END IF;
    INSERT INTO fiscal.stock_return (shop, transaction_id, line, order_id, quantity, stays, occurred_at, event_id)
    SELECT DISTINCT ON (u.shop, u.transaction_id, u.line) u.shop, u.transaction_id, u.line, u.order_id, u.quantity,
           u.kind = 'kept', u.moment, u.event_id
    FROM unnest(events, places, shops, transactions, kinds, lines, quantities, orders, moments, codes)
        AS u (event_id, place, shop, transaction_id, kind, line, quantity, order_id, moment, code)
    WHERE u.code IS NULL AND u.kind IN ('return', 'kept')
    ORDER BY u.shop, u.transaction_id, u.line, u.event_id, u.place
    ON CONFLICT DO NOTHING;
    FOR said_back IN
        SELECT r.* FROM fiscal.stock_return r
        WHERE (r.shop, r.order_id) IN (
            SELECT u.shop, u.order_id FROM unnest(shops, orders, kinds, codes) AS u (shop, order_id, kind, code)
            WHERE u.order_id IS NOT NULL AND u.code IS NULL AND u.kind IN ('shipment', 'return', 'kept'))
        ORDER BY r.shop, r.order_id, r.line, r.occurred_at, r.transaction_id
    LOOP
        moved := moved || fiscal.bring_back(said_back);
    END LOOP;

    -- 7. What refunds brought back beyond what left is taken off again, and said.
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
        SELECT m.event_id, 0, 'refund_exceeds', m.shop, min(m.family), min(m.product_id),
               string_agg('Refunds bring back more of product ' || m.product_id || ' than left with ' || m.family || ': '
                          || trim_scale(abs(m.quantity)) || ' was taken off again.', ' ' ORDER BY m.product_id)
        FROM made m WHERE m.event_id IS NOT NULL GROUP BY m.event_id, m.shop ORDER BY m.event_id
        -- What comes to light later is said too, and is open again.
        ON CONFLICT (event_id, place, code)
        DO UPDATE SET message = stock_fault.message || ' ' || excluded.message, settled_at = NULL
        RETURNING shop
    )
    SELECT coalesce((SELECT array_agg(m.id) FROM made m), '{}'), (SELECT array_agg(DISTINCT f.shop) FROM said f)
    INTO ids, fault_shops;
    moved := moved || ids;

    -- 8. What could not be moved, and what was said before in other words.
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
        UNION ALL
        SELECT u.event_id, u.place, 'line_differs', u.shop, u.transaction_id, u.line,
               'Line ' || u.line || ' was said to have come back before otherwise; what was said first stands.'
        FROM unnest(events, places, shops, transactions, kinds, lines, quantities, codes)
            AS u (event_id, place, shop, transaction_id, kind, line, quantity, code)
        JOIN fiscal.stock_return r ON r.shop = u.shop AND r.transaction_id = u.transaction_id AND r.line = u.line
        WHERE u.code IS NULL AND u.kind IN ('return', 'kept')
          AND (r.quantity <> u.quantity OR r.stays <> (u.kind = 'kept'))
        UNION ALL
        SELECT r.event_id, u.place, 'payment_unknown', u.shop, u.transaction_id, u.line,
               'The payment that ' || u.transaction_id || ' gives back is not known, so nothing of line ' || u.line
               || ' came back. It does once the order.paid of that payment is heard; otherwise count what is there.'
        FROM unnest(places, shops, transactions, kinds, lines, codes) AS u (place, shop, transaction_id, kind, line, code)
        JOIN fiscal.stock_return r ON r.shop = u.shop AND r.transaction_id = u.transaction_id AND r.line = u.line
        WHERE u.code IS NULL AND u.kind = 'return' AND r.waits
    ), kept AS (
        INSERT INTO fiscal.stock_fault (event_id, place, code, shop, transaction_id, line, message)
        SELECT DISTINCT ON (s.event_id, s.place, s.code) s.event_id, s.place, s.code, s.shop, s.transaction_id, s.line, s.message
        FROM said s WHERE s.event_id IS NOT NULL ORDER BY s.event_id, s.place, s.code
        ON CONFLICT DO NOTHING
        RETURNING shop
    )
    SELECT array_agg(DISTINCT k.shop) INTO more_shops FROM kept k;

    -- 9. The levels last: they are what rivals wait for.
    IF cardinality(moved) > 0 THEN
        PERFORM fiscal.apply_stock(moved);
    END IF;
    FOR s IN SELECT DISTINCT n FROM unnest(fault_shops || more_shops) AS u (n) ORDER BY n LOOP
        PERFORM fiscal.raise_alarm('stock_fault:' || s, 'warning',
            'Lines of transactions of shop ' || s || ' did not move stock as they say: see fiscal-relay stock faults');
    END LOOP;
END
$$;
