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
    WHERE excluded.paused_until = 'infinity' OR d.paused_until IS DISTINCT FROM 'infinity'
       -- The alarm tells of a refusal also where a pause by hand stood before it, or came after.
       OR d.pause_code IS NOT DISTINCT FROM 'operator' AND NOT EXISTS (
           SELECT FROM fiscal.alarm a WHERE a.key = 'unauthorised:' || destination AND a.cleared_at IS NULL);
    INSERT INTO fiscal.operator_action (who, action, why, target, after)
    VALUES (who, 'pause_destination', why, destination, jsonb_build_object('until', until));
END
$$;
