-- Refunds and payments that did not see each other: what came back is counted anew once both are there to be seen.

-- Remembers the orders of which refunds gave something back, and payments were told that nobody has counted: those that
-- were heard by releases that do not say so. What is remembered once too often is counted to the same again. Reads the
-- payments of all orders with refunds. Returns how many orders those are.
CREATE FUNCTION fiscal.hear_uncounted_payments() RETURNS bigint
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH told AS (
        INSERT INTO fiscal.stock_heard (shop, order_id)
        SELECT DISTINCT r.shop, r.order_id FROM fiscal.stock_return r
        JOIN fiscal.outbox o
            ON o.shop = r.shop AND o.subject = 'order:' || r.order_id AND o.subject <> '' AND o.kind = 'order.paid'
        WHERE NOT r.stays AND o.payload #>> '{payment,id}' <> ''
          AND NOT EXISTS (SELECT FROM fiscal.stock_paid p
                          WHERE p.shop = r.shop AND p.order_id = r.order_id AND p.line = ''
                            AND p.payment = o.payload #>> '{payment,id}')
        RETURNING 1
    )
    SELECT count(*) FROM told;
END;

REVOKE ALL ON FUNCTION fiscal.hear_uncounted_payments FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.hear_uncounted_payments TO fiscal_admin;

-- A refund is counted once more after its transaction: a payment that was heard beside it could not know of it, nor it
-- of the payment.
CREATE FUNCTION fiscal.stock_return_told() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO fiscal.stock_heard (shop, order_id)
    SELECT DISTINCT n.shop, n.order_id FROM new_returns n WHERE NOT n.stays;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION fiscal.stock_return_told FROM PUBLIC;

CREATE TRIGGER stock_return_told AFTER INSERT ON fiscal.stock_return
    REFERENCING NEW TABLE AS new_returns
    FOR EACH STATEMENT EXECUTE FUNCTION fiscal.stock_return_told();

-- After the trigger, whose lock lets nobody add a refund that neither of the two would see.
SELECT fiscal.hear_uncounted_payments();

COMMENT ON TABLE fiscal.stock_heard IS
    'Orders whose refunds are to be counted anew, since a payment was heard of, or may have been beside a refund.';

-- Brings back what waited for its payment, of `at_most` orders whose payments have come, and counts the refunds anew of
-- the orders of as many rows of fiscal.stock_heard, those of longest ago first. What was said of them as faults is
-- settled. The shops' portals are told soon. Returns how many movements were made.
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
        -- What this transaction told itself is counted after its end, when nothing is hidden from it any more.
        WHERE h.ctid = ANY (ARRAY(SELECT k.ctid FROM fiscal.stock_heard k WHERE k.heard_at <> now()
                                  ORDER BY k.heard_at LIMIT at_most FOR UPDATE SKIP LOCKED))
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
    -- What one refund lets go another may have to bring back, so once more until nothing moves. Each round settles at
    -- least the earliest refund that was not settled, and no later one moves it again.
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
                      WHERE r.shop = f.shop AND r.transaction_id = f.transaction_id AND r.line = f.line
                        AND NOT r.waits);
        IF NOT EXISTS (SELECT FROM fiscal.stock_fault f WHERE f.shop = s AND f.settled_at IS NULL) THEN
            PERFORM fiscal.clear_alarm('stock_fault:' || s);
        END IF;
    END LOOP;
    RETURN cardinality(ids);
END
$$;
