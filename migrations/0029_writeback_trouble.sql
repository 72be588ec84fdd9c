-- Write-backs that ended without a fault of ours and that somebody has to look at all the same.

CREATE TABLE fiscal.writeback_trouble (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shop        text NOT NULL,
    order_id    text NOT NULL,
    -- order_missing: the portal has no such order, so its result shows nowhere. overlapped: somebody saved the order while
    -- it was written, and what he changed may have been overwritten.
    kind        text NOT NULL CHECK (kind IN ('order_missing', 'overlapped')),
    -- The newest receipt that was to be shown.
    receipt_id  bigint NOT NULL REFERENCES fiscal.receipt (id),
    detail      text,
    -- How often it was met while it was open.
    times       integer NOT NULL DEFAULT 1,
    first_at    timestamptz NOT NULL DEFAULT now(),
    last_at     timestamptz NOT NULL DEFAULT now(),
    ended_at    timestamptz,
    -- Who said that it is dealt with; NULL: the portal has the order after all.
    ended_by    text
);

COMMENT ON TABLE fiscal.writeback_trouble IS
    'What a person is to look at in orders of a portal. Alarms: order_missing:<shop>, order_overlapped:<shop>.';

CREATE UNIQUE INDEX writeback_trouble_open ON fiscal.writeback_trouble (shop, kind, order_id) WHERE ended_at IS NULL;

-- Raises or clears the alarm of one kind of trouble in a shop by what is open. One after another per shop: who clears it
-- must see what others have just noted.
CREATE FUNCTION fiscal.tell_writeback_trouble(shop text, kind text) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    open_ones bigint;
    alarm     text := CASE $2 WHEN 'order_missing' THEN 'order_missing:' ELSE 'order_overlapped:' END || $1;
BEGIN
    PERFORM pg_advisory_xact_lock(1179211590, hashtext(alarm));
    SELECT count(*) INTO open_ones FROM fiscal.writeback_trouble t
    WHERE t.shop = $1 AND t.kind = $2 AND t.ended_at IS NULL;
    IF open_ones = 0 THEN
        PERFORM fiscal.clear_alarm(alarm);
    ELSE
        PERFORM fiscal.raise_alarm(alarm, 'warning',
            CASE $2 WHEN 'order_missing' THEN 'The portal of shop ' || $1 || ' does not have ' || open_ones
                        || ' orders whose receipts are printed'
                    ELSE open_ones || ' orders of shop ' || $1
                        || ' were saved by somebody else while their results were written: what was changed then may be lost'
            END || ': see fiscal-relay writebacks list');
    END IF;
END
$$;

-- Notes trouble met by write-backs; one order and kind is one row for as long as it is open.
CREATE FUNCTION fiscal.note_writeback_trouble(
    shops text[], orders text[], receipts bigint[], kinds text[], details text[]) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    place record;
BEGIN
    INSERT INTO fiscal.writeback_trouble AS t (shop, order_id, kind, receipt_id, detail)
    SELECT DISTINCT ON (u.shop, u.kind, u.order_id) u.shop, u.order_id, u.kind, u.receipt, u.detail
    FROM unnest($1, $2, $3, $4, $5) AS u (shop, order_id, receipt, kind, detail)
    ORDER BY u.shop, u.kind, u.order_id, u.receipt DESC
    ON CONFLICT (shop, kind, order_id) WHERE ended_at IS NULL
    DO UPDATE SET receipt_id = excluded.receipt_id, detail = coalesce(excluded.detail, t.detail), times = t.times + 1,
                  last_at = clock_timestamp();
    FOR place IN SELECT DISTINCT u.shop, u.kind FROM unnest($1, $4) AS u (shop, kind) ORDER BY 1, 2 LOOP
        PERFORM fiscal.tell_writeback_trouble(place.shop, place.kind);
    END LOOP;
END
$$;

-- The portal has these orders: what was said of their absence is over.
CREATE FUNCTION fiscal.end_missing_orders(shops text[], orders text[]) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    s text;
    ended text[];
BEGIN
    WITH found AS (
        SELECT t.id FROM fiscal.writeback_trouble t
        JOIN unnest($1, $2) AS u (shop, order_id) ON t.shop = u.shop AND t.order_id = u.order_id
        WHERE t.kind = 'order_missing' AND t.ended_at IS NULL ORDER BY t.id FOR UPDATE OF t
    ), done AS (
        UPDATE fiscal.writeback_trouble t SET ended_at = clock_timestamp() FROM found f WHERE t.id = f.id
        RETURNING t.shop
    )
    SELECT array_agg(DISTINCT d.shop) INTO ended FROM done d;
    FOR s IN SELECT n FROM unnest(ended) AS e (n) ORDER BY n LOOP
        PERFORM fiscal.tell_writeback_trouble(s, 'order_missing');
    END LOOP;
END
$$;

-- A person has dealt with it. Outcome: settled, not_open, no_such_trouble. The alarm ends with the last.
CREATE FUNCTION fiscal.settle_writeback_trouble(trouble bigint, who text, why text) RETURNS text
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    was fiscal.writeback_trouble;
BEGIN
    SELECT * INTO was FROM fiscal.writeback_trouble t WHERE t.id = $1 FOR UPDATE;
    IF was.id IS NULL THEN RETURN 'no_such_trouble'; END IF;
    IF was.ended_at IS NOT NULL THEN RETURN 'not_open'; END IF;
    UPDATE fiscal.writeback_trouble t SET ended_at = clock_timestamp(), ended_by = $2 WHERE t.id = $1;
    INSERT INTO fiscal.operator_action (who, action, why, target, before)
    VALUES ($2, 'settle_writeback', $3, 'writeback:' || was.shop || ':' || was.order_id,
            jsonb_build_object('trouble', was.id, 'kind', was.kind, 'detail', was.detail));
    PERFORM fiscal.tell_writeback_trouble(was.shop, was.kind);
    RETURN 'settled';
END
$$;

-- Has the results of an order written once more through the portal's queue. False: that waits to be done already.
CREATE FUNCTION fiscal.repeat_writeback(shop text, order_id text, portal text, who text, why text) RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made integer;
BEGIN
    made := fiscal.spawn(ARRAY[NULL::bigint], ARRAY[$1], ARRAY['order.writeback'], ARRAY['writeback:' || $2], ARRAY[$3],
                         ARRAY['write'], ARRAY[0], ARRAY[NULL::text], ARRAY[0::bigint], ARRAY[true]);
    INSERT INTO fiscal.operator_action (who, action, why, target, after)
    VALUES ($4, 'repeat_writeback', $5, 'writeback:' || $1 || ':' || $2, jsonb_build_object('ordered', made > 0));
    PERFORM fiscal.tell_sleepers();
    RETURN made > 0;
END
$$;

REVOKE ALL ON FUNCTION fiscal.tell_writeback_trouble, fiscal.note_writeback_trouble, fiscal.end_missing_orders,
    fiscal.settle_writeback_trouble, fiscal.repeat_writeback FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.note_writeback_trouble, fiscal.end_missing_orders TO fiscal_worker;
GRANT EXECUTE ON FUNCTION fiscal.settle_writeback_trouble, fiscal.repeat_writeback TO fiscal_admin;
GRANT SELECT ON fiscal.writeback_trouble TO fiscal_worker, fiscal_admin, fiscal_reader;
