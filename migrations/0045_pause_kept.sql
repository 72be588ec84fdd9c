-- A pause by hand opens nothing earlier than what has closed the destination for good.

-- Pauses a destination by hand until a moment; infinity: until it is resumed. A destination that refuses our credentials
-- stays closed until it is resumed, whatever the moment.
CREATE OR REPLACE FUNCTION fiscal.pause_destination(destination text, until timestamptz, who text, why text) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    INSERT INTO fiscal.destination AS d (name, paused_until, pause_code, pause_reason)
    VALUES (destination, until, 'operator', why)
    ON CONFLICT (name) DO UPDATE
    SET paused_until = excluded.paused_until, pause_code = excluded.pause_code, pause_reason = excluded.pause_reason
    WHERE d.pause_code IS NOT DISTINCT FROM 'operator' OR d.paused_until IS DISTINCT FROM 'infinity'
       OR excluded.paused_until = 'infinity';
    INSERT INTO fiscal.operator_action (who, action, why, target, after)
    VALUES (who, 'pause_destination', why, destination, jsonb_build_object('until', until));
END
$$;
