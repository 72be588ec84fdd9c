-- Firings and spawned jobs meet in one order, and what keeps late words goes by indexes whatever a session planned first.

-- Makes the jobs of schedules that are due; returns how many. Whoever comes first does it, the others pass by.
--
-- A schedule that skips makes one job for all the firings it missed, and none while the last one has not begun.
-- One that catches up makes a job for each, at most 1,000 at a time. They are made in the order of their lanes, as
-- fiscal.spawn makes its own: the two may wait for each other's single jobs.
CREATE OR REPLACE FUNCTION fiscal.fire_schedules() RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    s      fiscal.schedule;
    moment timestamptz := clock_timestamp();
    firing timestamptz;
    fired  integer := 0;
    made   integer;
BEGIN
    FOR s IN SELECT * FROM fiscal.schedule d WHERE d.next_at <= moment
             ORDER BY d.shop, d.kind, d.lane, d.name FOR UPDATE SKIP LOCKED LOOP
        firing := s.next_at;
        made := 0;
        LOOP
            INSERT INTO fiscal.job (id, run_at, step_since, state, spawned, single, shop, kind, lane, queue, step, checkpoint)
            VALUES (nextval('fiscal.outbox_id_seq'), moment, moment, 'ready', true, NOT s.catch_up, s.shop, s.kind, s.lane,
                    s.queue, s.step, jsonb_build_object('schedule', s.name, 'due_at', firing))
            ON CONFLICT (shop, kind, lane) WHERE single AND run_no = 0 DO NOTHING;
            made := made + 1;
            firing := firing + s.every;
            EXIT WHEN firing > moment OR made >= 1000 OR NOT s.catch_up;
        END LOOP;
        IF NOT s.catch_up AND firing <= moment THEN
            firing := firing + s.every * ceil(extract(epoch FROM moment - firing) / extract(epoch FROM s.every));
            IF firing <= moment THEN firing := firing + s.every; END IF;
        END IF;
        UPDATE fiscal.schedule d SET next_at = firing, fired_at = moment WHERE d.name = s.name;
        fired := fired + made;
    END LOOP;
    IF fired > 0 THEN PERFORM fiscal.tell_sleepers(); END IF;
    RETURN fired;
END
$$;

-- A plan of a time when there were few jobs may outlive it.
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'fiscal'::regnamespace AND p.proname = 'keep_evidence' LOOP
        EXECUTE format('ALTER FUNCTION %s SET enable_seqscan = off', f);
        EXECUTE format('ALTER FUNCTION %s SET jit = off', f);
    END LOOP;
END
$$;
