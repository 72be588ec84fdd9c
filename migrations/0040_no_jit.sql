-- Functions that keep the planner from reading whole tables do so by making that look costly beyond measure, and the
-- server compiles to machine code what looks costly: for each execution anew, which takes longer than all that a claim
-- does. Whatever the server's setting is, these are not compiled.
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN
        SELECT p.oid FROM pg_proc p
        WHERE p.pronamespace = 'fiscal'::regnamespace
          AND EXISTS (SELECT FROM unnest(p.proconfig) AS c (setting) WHERE c.setting LIKE 'enable\_%=off')
        ORDER BY p.oid
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET jit = off', f);
    END LOOP;
END
$$;
