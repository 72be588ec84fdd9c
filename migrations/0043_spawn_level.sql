-- A single job that waits already stands for all that was committed before it begins, not only before it was ordered.

-- Makes the jobs that runs ordered, each about its parent's event and shop. Call it for parents whose outcome counted.
--
-- A single job shows what is on record when it runs. Where one waits already no other is made, but it must not begin
-- before what the caller has written is committed, or it would show the record of before and nobody would look again: a
-- share lock keeps claims away from it until then. Should it have begun, another one is made.
CREATE OR REPLACE FUNCTION fiscal.spawn(
    parents_event bigint[], shops text[], kinds text[], lanes text[], queues text[], steps text[], priorities integer[],
    checkpoints text[], delays bigint[], singles boolean[]) RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET enable_hashjoin = off
    SET enable_mergejoin = off
    SET plan_cache_mode = force_generic_plan
    SET jit = off
AS $$
DECLARE
    number integer;
    made   integer := 0;
    moment timestamptz := clock_timestamp();
    -- Places in the arrays of what remains to be made.
    places bigint[] := ARRAY(SELECT generate_series(1, cardinality(kinds)));
BEGIN
    LOOP
        INSERT INTO fiscal.job (id, event_id, run_at, step_since, state, priority, spawned, single, shop, kind, lane,
                                queue, step, checkpoint)
        SELECT nextval('fiscal.outbox_id_seq'), n.event_id, moment + n.delay * interval '1 millisecond', moment,
               CASE WHEN n.delay > 0 THEN 'later'::fiscal.job_state ELSE 'ready' END,
               n.priority, true, n.single, n.shop, n.kind, n.lane, n.queue, n.step, n.checkpoint::jsonb
        FROM (SELECT * FROM unnest(parents_event, shops, kinds, lanes, queues, steps, priorities, checkpoints, delays,
                                   singles) WITH ORDINALITY
                  AS u (event_id, shop, kind, lane, queue, step, priority, checkpoint, delay, single, place)
              WHERE u.place = ANY (places)
              -- Rivals that make the same single job wait for each other: all in one order.
              ORDER BY u.shop, u.kind, u.lane) n
        ON CONFLICT (shop, kind, lane) WHERE single AND run_no = 0 DO NOTHING;
        GET DIAGNOSTICS number = ROW_COUNT;
        made := made + number;
        EXIT WHEN NOT true = ANY (singles);

        WITH wanted AS MATERIALIZED (
            SELECT * FROM unnest(shops, kinds, lanes, singles) WITH ORDINALITY AS u (shop, kind, lane, single, place)
            WHERE u.single AND u.place = ANY (places)
            ORDER BY u.shop, u.kind, u.lane
        ), kept AS MATERIALIZED (
            SELECT w.place FROM wanted w
            JOIN fiscal.job j ON j.shop = w.shop AND j.kind = w.kind AND j.lane = w.lane AND j.single AND j.run_no = 0
            FOR KEY SHARE OF j
        )
        SELECT coalesce(array_agg(w.place), '{}') INTO places FROM wanted w
        WHERE NOT EXISTS (SELECT FROM kept k WHERE k.place = w.place);
        EXIT WHEN cardinality(places) = 0;
    END LOOP;
    RETURN made;
END
$$;
