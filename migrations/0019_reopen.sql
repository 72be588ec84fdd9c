-- Opens a destination again that a worker found to let us in. Recorded as a worker's act: it can take no person's name.
CREATE FUNCTION fiscal.reopen_destination(name text, who text, why text) RETURNS boolean
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$ SELECT fiscal.resume_destination($1, 'worker: ' || $2, $3) $$;

REVOKE ALL ON FUNCTION fiscal.reopen_destination FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.reopen_destination TO fiscal_worker;
