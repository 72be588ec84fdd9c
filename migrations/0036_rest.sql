-- Destinations that are away by their own word, where whatever is sent meanwhile may be lost to us without having failed.

-- Leaves a destination alone for as long as it asks, and takes that for a failure of it that opens its breaker at once: when
-- its rest is over one run probes it, and not as many as may be under way. Each rest in a row lasts at least twice as long as
-- a broken destination is left alone: 5 s, 10 s, up to 5 minutes. Runs that were under way make it longer and count no more.
CREATE FUNCTION fiscal.rest_destination(name text, for_ms bigint, code text, reason text) RETURNS void
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

REVOKE ALL ON FUNCTION fiscal.rest_destination FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.rest_destination TO fiscal_worker;

-- Tells destinations how runs for them went: `successes` and `failures` per name, and when the last of the failed ones
-- was claimed (without failures: the last of all). Returns the names of those that broke or healed by it, so that it is
-- said once.
--
-- A success clears the count of failures and closes the breaker, unless the destination rests by its own word: what was under
-- way when it asked for that does not say that it is back. So many failures in a row as its threshold, or one
-- by the probe, open it: for 5 s, twice as long each time up to 5 minutes. A destination in order is not written to.
-- Runs claimed before the breaker let a probe through were under way when it broke, however late they end: they say
-- nothing new. A probe that heard nothing is given up, so that another run can be one.
CREATE OR REPLACE FUNCTION fiscal.report_destinations(
    names text[], successes integer[], failures integer[], claimed timestamptz[])
    RETURNS TABLE (name text, broken boolean)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    r      record;
    was    fiscal.destination;
    moment timestamptz := clock_timestamp();
BEGIN
    FOR r IN
        SELECT u.name, u.good, u.bad, u.claimed FROM unnest(names, successes, failures, claimed) AS u (name, good, bad, claimed)
        ORDER BY u.name
    LOOP
        IF r.good > 0 THEN
            UPDATE fiscal.destination d
            SET failures = 0, openings = 0, broken_until = NULL, probing_until = NULL
            FROM (SELECT b.name, b.broken_until FROM fiscal.destination b
                  WHERE b.name = r.name AND (b.failures > 0 OR b.broken_until IS NOT NULL)
                    AND (b.broken_until > moment AND b.paused_until >= b.broken_until AND r.claimed < b.broken_until)
                        IS NOT TRUE
                  FOR UPDATE) old
            WHERE d.name = old.name
            RETURNING d.name, old.broken_until IS NOT NULL INTO name, broken;
            IF broken THEN
                broken := false;
                PERFORM fiscal.clear_alarm('destination_down:' || r.name);
                PERFORM fiscal.tell_sleepers();
                RETURN NEXT;
            END IF;
        ELSIF r.bad > 0 THEN
            INSERT INTO fiscal.destination (name) VALUES (r.name) ON CONFLICT DO NOTHING;
            SELECT * INTO STRICT was FROM fiscal.destination d WHERE d.name = r.name FOR UPDATE;
            CONTINUE WHEN r.claimed < was.broken_until;
            IF was.broken_until IS NULL AND was.failures + r.bad < was.threshold THEN
                UPDATE fiscal.destination d SET failures = d.failures + r.bad WHERE d.name = r.name;
            ELSE
                UPDATE fiscal.destination d
                SET failures = d.failures + r.bad, openings = d.openings + 1, probing_until = NULL,
                    broken_until = moment + least(300, 5 * power(2, least(d.openings, 10))) * interval '1 second'
                WHERE d.name = r.name;
                PERFORM fiscal.raise_alarm('destination_down:' || r.name, 'warning', r.name || ' does not answer');
                IF was.broken_until IS NULL THEN
                    name := r.name;
                    broken := true;
                    RETURN NEXT;
                END IF;
            END IF;
        ELSE
            UPDATE fiscal.destination d SET probing_until = NULL
            WHERE d.name = r.name AND d.broken_until <= r.claimed AND d.probing_until IS NOT NULL;
        END IF;
    END LOOP;
END
$$;
