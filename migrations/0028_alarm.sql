-- Alarms that say what is true now, and that a person can end.

ALTER TABLE fiscal.alarm
    -- When severity or text last changed while it was open; NULL: never.
    ADD COLUMN changed_at timestamptz;

COMMENT ON TABLE fiscal.alarm IS
    'What is wrong now (cleared_at is NULL) and was before. Raised and cleared by code, cleared by people too.';

-- Raises an alarm; true if it was not raised already, so that it is logged once. One that is open takes over severity and
-- text, and goes on. Whoever says again what it says already locks nothing and waits for nobody.
CREATE OR REPLACE FUNCTION fiscal.raise_alarm(key text, severity text, text text) RETURNS boolean
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH said AS (
        SELECT FROM fiscal.alarm a
        WHERE a.key = $1 AND a.cleared_at IS NULL AND a.severity = $2 AND a.text = $3
    ), raised AS (
        INSERT INTO fiscal.alarm AS a (key, severity, text)
        SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT FROM said)
        ON CONFLICT (key) WHERE cleared_at IS NULL
        DO UPDATE SET severity = excluded.severity, text = excluded.text, changed_at = clock_timestamp()
        -- A row that was inserted has been touched by nobody else.
        RETURNING a.xmax = 0 AS is_new
    )
    SELECT coalesce(bool_or(r.is_new), false) FROM raised r;
END;

-- A person ends an alarm. Outcome: cleared, not_open, no_such_alarm. If its cause goes on it is raised anew, as another.
CREATE FUNCTION fiscal.dismiss_alarm(alarm bigint, who text, why text) RETURNS text
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    was fiscal.alarm;
BEGIN
    SELECT * INTO was FROM fiscal.alarm a WHERE a.id = $1 FOR UPDATE;
    IF was.id IS NULL THEN RETURN 'no_such_alarm'; END IF;
    IF was.cleared_at IS NOT NULL THEN RETURN 'not_open'; END IF;
    UPDATE fiscal.alarm a SET cleared_at = clock_timestamp() WHERE a.id = $1;
    INSERT INTO fiscal.operator_action (who, action, why, target, before)
    VALUES ($2, 'clear_alarm', $3, 'alarm:' || was.key,
            jsonb_build_object('id', was.id, 'severity', was.severity, 'since', was.since, 'text', was.text));
    RETURN 'cleared';
END
$$;

REVOKE ALL ON FUNCTION fiscal.dismiss_alarm FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.dismiss_alarm TO fiscal_admin;
