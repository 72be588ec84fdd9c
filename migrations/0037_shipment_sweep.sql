-- How far each shop's portal has been read for orders that left its stores unpaid and untold: a window of time, read by rising
-- ids of shipments in as many pieces as it takes, so that no single comparison uses up the calls that the portal allows.
CREATE TABLE fiscal.shipment_sweep (
    shop          text PRIMARY KEY,
    -- Shipments that left from the first instant until before the second.
    window_start  timestamptz NOT NULL,
    window_end    timestamptz NOT NULL,
    -- The highest id that was read; 0: none.
    last_shipment bigint NOT NULL,
    done          boolean NOT NULL,
    -- What was found and stands until it is paid or told of: [{"order", "shipment", "leftAt"}].
    suspects      jsonb NOT NULL,
    changed_at    timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE fiscal.shipment_sweep IS 'How far the portals'' shipments have been read for unpaid orders; one row per shop.';

CREATE FUNCTION fiscal.keep_shipment_sweep(
    shop text, window_start timestamptz, window_end timestamptz, last_shipment bigint, done boolean, suspects jsonb)
    RETURNS void
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO fiscal.shipment_sweep (shop, window_start, window_end, last_shipment, done, suspects)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (shop) DO UPDATE
    SET window_start = excluded.window_start, window_end = excluded.window_end, last_shipment = excluded.last_shipment,
        done = excluded.done, suspects = excluded.suspects, changed_at = now();
END;

REVOKE ALL ON FUNCTION fiscal.keep_shipment_sweep FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.keep_shipment_sweep TO fiscal_worker;
GRANT SELECT ON fiscal.shipment_sweep TO fiscal_worker, fiscal_admin, fiscal_reader;
