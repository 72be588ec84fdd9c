-- Callbacks of providers, and questions to them that no job asks.

-- That a provider called about a receipt: a hint, never the truth about it. One row per receipt that was called about.
CREATE TABLE fiscal.callback (
    receipt_id  bigint PRIMARY KEY REFERENCES fiscal.receipt (id),
    first_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    times       integer NOT NULL DEFAULT 1 CHECK (times >= 1)
) WITH (fillfactor = 90);

COMMENT ON TABLE fiscal.callback IS 'Receipts that a provider called about: why a poll came early.';

-- Notes that a provider called about a receipt, and brings the poll of its job forward.
--
-- woken: the job will ask at once. noted: there is nothing to bring forward, because the receipt is done or its job asks
-- just now, which is remembered. unknown: the shop has no receipt of this key. A caller who never stops is noted a
-- thousand times and wakes nobody after the first hundred.
CREATE FUNCTION fiscal.receive_callback(shop text, external_id text) RETURNS text
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    about record;
    said  integer;
BEGIN
    SELECT r.id, r.event_id, r.state INTO about FROM fiscal.receipt r
    WHERE r.external_id = external_id AND r.shop = shop
    ORDER BY r.id DESC LIMIT 1;
    IF NOT FOUND THEN
        RETURN 'unknown';
    END IF;
    INSERT INTO fiscal.callback AS k (receipt_id) VALUES (about.id)
    ON CONFLICT (receipt_id) DO UPDATE SET last_at = clock_timestamp(), times = k.times + 1 WHERE k.times < 1000
    RETURNING k.times INTO said;
    IF about.state IN ('planned', 'submitted') AND said <= 100 AND fiscal.wake_job(about.event_id) THEN
        RETURN 'woken';
    END IF;
    RETURN 'noted';
END
$$;

-- Brings the first poll of receipts forward that were called about while they were being sent. Called in the transaction
-- that notes their acceptance and has locked their jobs; a callback that comes later finds the job asleep.
CREATE FUNCTION fiscal.hasten_called(receipts bigint[]) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE fiscal.job j SET run_at = clock_timestamp()
    FROM fiscal.callback k JOIN fiscal.receipt r ON r.id = k.receipt_id
    WHERE k.receipt_id = ANY (receipts) AND j.id = r.event_id AND j.state = 'later';
    IF FOUND THEN
        PERFORM fiscal.tell_sleepers();
    END IF;
END
$$;

-- Takes tokens of a destination for requests that no job makes, so that they too keep within the limit of the fleet.
--
-- `granted`: how many requests may be made now, at most `wanted`, and at most half of what is there, so that receipts
-- come first. Nothing granted: not before `wait_ms` from now; NULL: not until a person opens the destination.
CREATE FUNCTION fiscal.draw_tokens(destination text, wanted integer, OUT granted integer, OUT wait_ms bigint)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    moment timestamptz := clock_timestamp();
BEGIN
    granted := 0;
    wait_ms := fiscal.queue_closed_ms(destination, moment);
    IF wait_ms IS NULL OR wait_ms > 0 THEN
        RETURN;
    END IF;
    -- The one run that probes a destination which did not answer is a receipt's.
    IF EXISTS (SELECT FROM fiscal.destination d WHERE d.name = draw_tokens.destination AND d.broken_until IS NOT NULL) THEN
        wait_ms := 1000;
        RETURN;
    END IF;
    granted := fiscal.allowance(destination, 2 * wanted, moment);
    IF granted = 0 THEN
        wait_ms := 50;  -- somebody is at the counters, or all permitted runs are under way
        RETURN;
    END IF;
    granted := least(wanted, greatest(1, granted / 2));
    PERFORM fiscal.spend(destination, granted, moment);
END
$$;

REVOKE ALL ON FUNCTION fiscal.receive_callback, fiscal.hasten_called, fiscal.draw_tokens FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.receive_callback, fiscal.hasten_called TO fiscal_worker;
GRANT EXECUTE ON FUNCTION fiscal.draw_tokens TO fiscal_worker, fiscal_admin;
GRANT SELECT ON fiscal.callback TO fiscal_worker, fiscal_admin, fiscal_reader;
