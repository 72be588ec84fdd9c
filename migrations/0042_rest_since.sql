-- Stragglers of an outage: runs that were sent before a destination's rest and hear of the outage only after it.

-- Leaves a destination alone for as long as it asks, and takes that for a failure of it that opens its breaker at once:
-- when its rest is over one run probes it, and not as many as may be under way. Each rest in a row lasts at least twice
-- as long as a broken destination is left alone: 5 s, 10 s, up to 5 minutes. `claimed` is when the run was claimed that
-- heard it; NULL: nobody knows. Runs that were under way make a rest longer and count no more while it lasts; when it
-- is over they say nothing new, and the probe is asked.
CREATE FUNCTION fiscal.rest_destination(name text, for_ms bigint, code text, reason text, claimed timestamptz)
    RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    was    fiscal.destination;
    moment timestamptz;
    until  timestamptz;
    is_new boolean;
BEGIN
    INSERT INTO fiscal.destination (name) VALUES ($1) ON CONFLICT DO NOTHING;
    SELECT * INTO STRICT was FROM fiscal.destination d WHERE d.name = $1 FOR UPDATE;
    moment := clock_timestamp();
    is_new := was.broken_until IS NULL OR was.broken_until <= moment;
    IF is_new AND $5 < was.broken_until THEN
        RETURN;
    END IF;
    until := greatest(
        moment + greatest(0, $2) * interval '1 millisecond',
        CASE WHEN is_new THEN moment + least(300, 5 * power(2, least(was.openings, 10))) * interval '1 second'
             ELSE was.broken_until END);
    UPDATE fiscal.destination d
    SET broken_until = until, probing_until = NULL,
        failures = d.failures + is_new::integer, openings = d.openings + is_new::integer
    WHERE d.name = $1;
    UPDATE fiscal.destination d SET paused_until = until, pause_code = $3, pause_reason = $4
    WHERE d.name = $1 AND (d.paused_until IS NULL OR d.paused_until < until);
    PERFORM fiscal.raise_alarm('destination_down:' || $1, 'warning', $1 || ' is away by its own word');
END
$$;

REVOKE ALL ON FUNCTION fiscal.rest_destination(text, bigint, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.rest_destination(text, bigint, text, text, timestamptz) TO fiscal_worker;

-- For workers of the release before, which do not say when the run was claimed.
CREATE OR REPLACE FUNCTION fiscal.rest_destination(name text, for_ms bigint, code text, reason text) RETURNS void
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT fiscal.rest_destination($1, $2, $3, $4, NULL);
END;
