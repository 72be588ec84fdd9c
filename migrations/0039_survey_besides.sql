-- What work there is besides streams in which a worker knows of plenty: to find the first living row of such a one is to
-- walk over all that died in front of it, which grows with the backlog, while the first job of another shop waits.

-- The first stream with ready jobs behind one stream and in front of another, in the order of the claim's index. In parts
-- that each end at one column: a scan up to a row of several would go on to the end of the first one's range.
-- Called by fiscal.survey, whose settings it needs.
CREATE FUNCTION fiscal.stream_between(
    after_queue text, after_shop text, after_priority smallint,
    before_queue text, before_shop text, before_priority smallint,
    OUT queue text, OUT shop text, OUT priority smallint)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    one_queue boolean := after_queue = before_queue;
BEGIN
    IF one_queue AND after_shop = before_shop THEN
        SELECT j.queue, j.shop, j.priority INTO queue, shop, priority FROM fiscal.job j
        WHERE j.state = 'ready' AND j.queue = after_queue AND j.shop = after_shop
          AND j.priority > after_priority AND j.priority < before_priority
        ORDER BY j.queue, j.shop, j.priority LIMIT 1;
        RETURN;
    END IF;
    SELECT j.queue, j.shop, j.priority INTO queue, shop, priority FROM fiscal.job j
    WHERE j.state = 'ready' AND j.queue = after_queue AND j.shop = after_shop AND j.priority > after_priority
    ORDER BY j.queue, j.shop, j.priority LIMIT 1;
    IF FOUND THEN RETURN; END IF;
    IF one_queue THEN
        SELECT j.queue, j.shop, j.priority INTO queue, shop, priority FROM fiscal.job j
        WHERE j.state = 'ready' AND j.queue = after_queue AND j.shop > after_shop AND j.shop < before_shop
        ORDER BY j.queue, j.shop, j.priority LIMIT 1;
        IF FOUND THEN RETURN; END IF;
    ELSE
        SELECT j.queue, j.shop, j.priority INTO queue, shop, priority FROM fiscal.job j
        WHERE j.state = 'ready' AND j.queue = after_queue AND j.shop > after_shop
        ORDER BY j.queue, j.shop, j.priority LIMIT 1;
        IF FOUND THEN RETURN; END IF;
        SELECT j.queue, j.shop, j.priority INTO queue, shop, priority FROM fiscal.job j
        WHERE j.state = 'ready' AND j.queue > after_queue AND j.queue < before_queue
        ORDER BY j.queue, j.shop, j.priority LIMIT 1;
        IF FOUND THEN RETURN; END IF;
        SELECT j.queue, j.shop, j.priority INTO queue, shop, priority FROM fiscal.job j
        WHERE j.state = 'ready' AND j.queue = before_queue AND j.shop < before_shop
        ORDER BY j.queue, j.shop, j.priority LIMIT 1;
        IF FOUND THEN RETURN; END IF;
    END IF;
    SELECT j.queue, j.shop, j.priority INTO queue, shop, priority FROM fiscal.job j
    WHERE j.state = 'ready' AND j.queue = before_queue AND j.shop = before_shop AND j.priority < before_priority
    ORDER BY j.queue, j.shop, j.priority LIMIT 1;
END
$$;

-- As fiscal.survey() for due jobs; of ready ones those streams are passed over that `besides_…` name.
CREATE FUNCTION fiscal.survey(
    besides_queues text[], besides_shops text[], besides_priorities smallint[],
    OUT queue text, OUT shop text, OUT priority smallint, OUT wait_ms bigint, OUT closed_ms bigint) RETURNS SETOF record
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET enable_sort = off
    SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    seen   record;
    moment timestamptz := clock_timestamp();
    place  integer := 1;
BEGIN
    -- In the order of the index, whatever the order in which they were given.
    SELECT coalesce(array_agg(u.q ORDER BY u.q, u.s, u.p), '{}'), array_agg(u.s ORDER BY u.q, u.s, u.p),
           array_agg(u.p ORDER BY u.q, u.s, u.p)
    INTO besides_queues, besides_shops, besides_priorities
    FROM unnest(besides_queues, besides_shops, besides_priorities) AS u (q, s, p);
    queue := '';
    shop := '';
    priority := -32768;
    LOOP
        IF place <= cardinality(besides_queues) THEN
            SELECT b.queue, b.shop, b.priority INTO seen
            FROM fiscal.stream_between(
                survey.queue, survey.shop, survey.priority,
                besides_queues[place], besides_shops[place], besides_priorities[place]) b;
            IF seen.queue IS NULL THEN
                queue := besides_queues[place];
                shop := besides_shops[place];
                priority := besides_priorities[place];
                place := place + 1;
                CONTINUE;
            END IF;
        ELSE
            SELECT j.queue, j.shop, j.priority INTO seen FROM fiscal.job j
            WHERE j.state = 'ready' AND (j.queue, j.shop, j.priority) > (survey.queue, survey.shop, survey.priority)
            ORDER BY j.queue, j.shop, j.priority LIMIT 1;
            EXIT WHEN NOT FOUND;
        END IF;
        queue := seen.queue;
        shop := seen.shop;
        priority := seen.priority;
        wait_ms := 0;
        closed_ms := fiscal.queue_closed_ms(seen.queue, moment);
        RETURN NEXT;
    END LOOP;

    shop := NULL;
    priority := NULL;
    SELECT j.queue, j.run_at INTO seen FROM fiscal.job j WHERE j.state IN ('later', 'in_doubt')
    ORDER BY j.queue, j.run_at LIMIT 1;
    WHILE seen.queue IS NOT NULL LOOP
        queue := seen.queue;
        wait_ms := CASE WHEN seen.run_at = 'infinity' THEN 86400000
                        ELSE greatest(0, least(86400000, ceil(extract(epoch FROM seen.run_at - moment) * 1000))) END;
        closed_ms := fiscal.queue_closed_ms(seen.queue, moment);
        RETURN NEXT;
        SELECT j.queue, j.run_at INTO seen FROM fiscal.job j
        WHERE j.state IN ('later', 'in_doubt') AND j.queue > seen.queue
        ORDER BY j.queue, j.run_at LIMIT 1;
    END LOOP;
END
$$;

-- For the release before this one.
CREATE OR REPLACE FUNCTION fiscal.survey(
    OUT queue text, OUT shop text, OUT priority smallint, OUT wait_ms bigint, OUT closed_ms bigint) RETURNS SETOF record
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.queue, s.shop, s.priority, s.wait_ms, s.closed_ms FROM fiscal.survey('{}', '{}', '{}') s;
$$;

REVOKE ALL ON FUNCTION fiscal.stream_between, fiscal.survey(text[], text[], smallint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.survey(text[], text[], smallint[]) TO fiscal_worker;
