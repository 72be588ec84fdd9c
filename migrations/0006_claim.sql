-- Claiming: how a worker gets its jobs.

-- For how many milliseconds from `moment` the queue stays closed. 0: it is open. NULL: until somebody opens it.
--
-- Closed by a person, by its destination's pause, its breaker, or because its tokens are spent.
CREATE FUNCTION fiscal.queue_closed_ms(queue text, moment timestamptz) RETURNS bigint
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    d       fiscal.destination;
    until   timestamptz := moment;
    tokens  double precision;
BEGIN
    IF EXISTS (SELECT FROM fiscal.queue q WHERE q.name = queue AND q.paused_at IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    SELECT * INTO d FROM fiscal.destination a WHERE a.name = queue;
    IF d.name IS NULL THEN
        RETURN 0;
    END IF;
    IF d.paused_until = 'infinity' AND d.paused_until > moment THEN
        RETURN NULL;
    END IF;
    until := greatest(until, d.paused_until, d.broken_until, CASE WHEN d.broken_until IS NOT NULL THEN d.probing_until END);
    IF d.rate IS NOT NULL THEN
        tokens := least(d.burst, d.tokens + greatest(0, extract(epoch FROM moment - d.tokens_at)) * d.rate);
        IF tokens < 1 THEN
            until := greatest(until, moment + (1 - tokens) / d.rate * interval '1 second');
        END IF;
    END IF;
    RETURN ceil(extract(epoch FROM until - moment) * 1000);
END
$$;

-- How many of `wanted` runs a destination allows now: 0 also if another claim is at its counters this instant.
--
-- Locks the counters until the end of the transaction, if there are any: fiscal.spend takes what was used.
CREATE FUNCTION fiscal.allowance(destination text, wanted integer, moment timestamptz) RETURNS integer
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    d       fiscal.destination;
    allowed integer := wanted;
BEGIN
    SELECT * INTO d FROM fiscal.destination a WHERE a.name = destination;
    IF d.name IS NULL OR d.rate IS NULL AND d.concurrency IS NULL AND d.broken_until IS NULL THEN
        RETURN wanted;
    END IF;
    SELECT * INTO d FROM fiscal.destination a WHERE a.name = destination FOR UPDATE SKIP LOCKED;
    IF d.name IS NULL OR d.broken_until > moment OR d.broken_until IS NOT NULL AND d.probing_until > moment THEN
        RETURN 0;
    END IF;
    IF d.broken_until IS NOT NULL THEN
        allowed := least(allowed, 1);  -- half open: one run probes
    END IF;
    IF d.rate IS NOT NULL THEN
        d.tokens := least(d.burst, d.tokens + greatest(0, extract(epoch FROM moment - d.tokens_at)) * d.rate);
        UPDATE fiscal.destination a SET tokens = d.tokens, tokens_at = moment WHERE a.name = destination;
        allowed := least(allowed, floor(d.tokens)::integer);
    END IF;
    IF d.concurrency IS NOT NULL THEN
        allowed := least(allowed, d.concurrency - (
            SELECT count(*) FROM fiscal.job j WHERE j.state = 'running' AND j.limited AND j.queue = destination)::integer);
    END IF;
    RETURN greatest(0, allowed);
END
$$;

-- Takes what a claim used of an allowance.
CREATE FUNCTION fiscal.spend(destination text, used integer, moment timestamptz) RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE fiscal.destination d
    SET tokens = d.tokens - $2,
        -- Should the probing worker die its probe is given up, and somebody else probes.
        probing_until = CASE WHEN d.broken_until IS NOT NULL THEN $3 + interval '60 seconds' ELSE d.probing_until END
    WHERE d.name = $1 AND (d.rate IS NOT NULL OR d.broken_until IS NOT NULL);
END;

-- Which streams (queue, shop, priority) have ready jobs, and which queues have jobs that come due, and when.
--
-- A loose scan: one look into an index per stream, however long the streams are. A row with a shop is a stream of
-- ready jobs. A row without tells in `wait_ms` how long it is until the first job of the queue comes due (0: now).
-- `closed_ms` is as in fiscal.queue_closed_ms.
CREATE FUNCTION fiscal.survey(
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
    seen record;
    moment timestamptz := clock_timestamp();
BEGIN
    SELECT j.queue, j.shop, j.priority INTO seen FROM fiscal.job j WHERE j.state = 'ready'
    ORDER BY j.queue, j.shop, j.priority LIMIT 1;
    WHILE seen.queue IS NOT NULL LOOP
        queue := seen.queue;
        shop := seen.shop;
        priority := seen.priority;
        wait_ms := 0;
        closed_ms := fiscal.queue_closed_ms(seen.queue, moment);
        RETURN NEXT;
        SELECT j.queue, j.shop, j.priority INTO seen FROM fiscal.job j
        WHERE j.state = 'ready' AND (j.queue, j.shop, j.priority) > (seen.queue, seen.shop, seen.priority)
        ORDER BY j.queue, j.shop, j.priority LIMIT 1;
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

-- Sorts the candidates of a claim by what their lanes allow, and returns those that may run.
--
-- A job that has the turn of its lane already may run. A job whose lane nobody has the turn of may run if it is the
-- eldest of it. Every other one steps aside ("waiting") until the one before it is done, so that a held lane costs the
-- next claim nothing. It steps aside only while a share lock keeps the one that has the turn from finishing unseen:
-- either the finisher sees it waiting, or it stays ready. A lane that somebody is at work on this instant is left alone.
-- Nothing here waits. The caller holds locks on the candidates; each step below has a snapshot of its own, and the
-- order of the steps is what makes this right.
CREATE FUNCTION fiscal.admit(ids bigint[], shops text[], lanes text[], holders boolean[]) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    lane_shops  text[];
    lane_names  text[];
    held_shops  text[];
    held_names  text[];
    free_shops  text[];
    free_names  text[];
    eldest      bigint[];
    aside       bigint[];
    admitted    bigint[];
BEGIN
    -- 1. Nobody else may give away the turn of these lanes until we commit.
    WITH wanted AS MATERIALIZED (
        SELECT DISTINCT c.shop, c.lane FROM unnest(shops, lanes, holders) AS c (shop, lane, holder)
        WHERE NOT c.holder AND c.lane <> ''
    )
    SELECT array_agg(w.shop), array_agg(w.lane) INTO lane_shops, lane_names FROM wanted w
    WHERE pg_try_advisory_xact_lock(1179211588, hashtext(w.shop || E'\x1f' || w.lane));

    -- 2. Whose turn is it?
    SELECT array_agg(l.shop) FILTER (WHERE l.holder_id IS NOT NULL), array_agg(l.lane) FILTER (WHERE l.holder_id IS NOT NULL),
           array_agg(l.shop) FILTER (WHERE l.holder_id IS NULL), array_agg(l.lane) FILTER (WHERE l.holder_id IS NULL)
    INTO held_shops, held_names, free_shops, free_names
    FROM (SELECT w.shop, w.lane,
                 (SELECT h.id FROM fiscal.job h WHERE h.holder AND h.shop = w.shop AND h.lane = w.lane) AS holder_id
          FROM unnest(lane_shops, lane_names) AS w (shop, lane)) l;

    -- 3. Of the lanes that somebody has the turn of, those that he cannot leave before we commit.
    IF held_shops IS NOT NULL THEN
        WITH kept AS MATERIALIZED (
            SELECT h.shop, h.lane FROM unnest(held_shops, held_names) AS w (shop, lane)
            JOIN fiscal.job h ON h.holder AND h.shop = w.shop AND h.lane = w.lane
            FOR KEY SHARE OF h SKIP LOCKED
        )
        SELECT array_agg(c.id) INTO aside FROM kept k
        JOIN unnest(ids, shops, lanes, holders) AS c (id, shop, lane, holder)
            ON c.shop = k.shop AND c.lane = k.lane AND NOT c.holder;
    END IF;

    -- 4. Of the free lanes, the eldest job that is committed.
    IF free_shops IS NOT NULL THEN
        SELECT array_agg(e.id) INTO eldest FROM unnest(free_shops, free_names) AS w (shop, lane)
        CROSS JOIN LATERAL (
            SELECT r.id FROM fiscal.job r
            WHERE NOT r.holder AND r.lane <> '' AND r.state <> 'dead' AND r.shop = w.shop AND r.lane = w.lane
            ORDER BY r.id LIMIT 1) e;
        SELECT aside || coalesce(array_agg(c.id), '{}') INTO aside FROM unnest(free_shops, free_names) AS w (shop, lane)
        JOIN unnest(ids, shops, lanes, holders) AS c (id, shop, lane, holder)
            ON c.shop = w.shop AND c.lane = w.lane AND NOT c.holder AND NOT c.id = ANY (eldest);
    END IF;

    IF aside IS NOT NULL THEN
        UPDATE fiscal.job j SET state = 'waiting' WHERE j.id = ANY (aside);
    END IF;

    SELECT array_agg(c.id) INTO admitted FROM unnest(ids, lanes, holders) AS c (id, lane, holder)
    WHERE c.holder OR c.lane = '' OR c.id = ANY (eldest);
    RETURN admitted;
END
$$;

-- Claims up to `room` jobs for a worker.
--
-- The streams to visit come in the order in which they are to be visited, each with its own limit and its floor: the
-- position (ready_at, id) below which the worker has claimed all that it saw, so that rows which died since need not
-- be walked over before vacuum removes them; a transaction held open elsewhere may keep it from that for hours.
-- Every row that becomes ready gets a fresh ready_at, so only a producer that commits late can fall below a floor:
-- look at all of it ('-infinity', 0) from time to time.
-- `due_queues` are the queues whose due jobs are wanted, with floors of their own.
--
-- The first row has no id and says in `visited` how many candidates each stream had, then each due queue (NULL: not
-- visited, for want of room; 0 also if it is closed). A worker that was called dead gets no row at all.
CREATE FUNCTION fiscal.claim(
    worker bigint, room integer,
    queues text[], shops text[], priorities smallint[], floors timestamptz[], floor_ids bigint[], limits integer[],
    due_queues text[], due_floors timestamptz[], due_floor_ids bigint[], due_first boolean)
    RETURNS TABLE (
        visited integer[], id bigint, run_no bigint, event_id bigint, shop text, kind text, event_key text, lane text,
        queue text, step text, part smallint, edition smallint, attempt integer, snoozes integer, doubts integer,
        checkpoint text, payload text, occurred_at timestamptz, created_at timestamptz, claimed_at timestamptz,
        step_since timestamptz, deadline timestamptz, doubtful boolean, spawned boolean, evidence text, ordered_as text,
        priority smallint, ready_at timestamptz)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET enable_hashjoin = off
    SET enable_mergejoin = off
    SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    moment     timestamptz := clock_timestamp();
    ids        bigint[] := '{}';
    c_shops    text[] := '{}';
    c_lanes    text[] := '{}';
    c_holders  boolean[] := '{}';
    counts     integer[] := array_fill(NULL::integer, ARRAY[cardinality(queues)]);
    due_counts integer[] := array_fill(NULL::integer, ARRAY[cardinality(due_queues)]);
    got        record;
    quota      integer;
    bounded    text[];
    i          integer;
    pass       integer;
BEGIN
    -- The lock keeps everybody from calling this worker dead until the claim is committed: a claim that a burial
    -- overtook would leave jobs running under a worker whose jobs have been rescued already. Heartbeats do not wait
    -- for it, and whoever looks for dead workers passes over it.
    PERFORM FROM fiscal.worker w WHERE w.id = worker AND w.dead_at IS NULL FOR KEY SHARE;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    FOR pass IN 1..2 LOOP
        IF (pass = 1) = due_first THEN
            FOR i IN 1..cardinality(due_queues) LOOP
                EXIT WHEN room <= 0;
                quota := room;
                IF due_queues[i] <> 'local' THEN
                    quota := fiscal.allowance(due_queues[i], quota, moment);
                END IF;
                WITH candidate AS MATERIALIZED (
                    SELECT j.id, j.shop, j.lane, j.holder FROM fiscal.job j
                    WHERE (SELECT fiscal.queue_closed_ms(due_queues[i], moment)) = 0
                      AND j.state IN ('later', 'in_doubt') AND j.queue = due_queues[i]
                      AND (j.run_at, j.id) >= (due_floors[i], due_floor_ids[i]) AND j.run_at <= moment
                      AND (j.step = '?' OR EXISTS (SELECT FROM fiscal.worker_step s
                           WHERE s.worker_id = worker AND s.kind = j.kind AND s.step = j.step))
                    ORDER BY j.queue, j.run_at, j.id
                    LIMIT quota
                    FOR UPDATE OF j SKIP LOCKED
                )
                SELECT coalesce(array_agg(c.id), '{}') AS ids, array_agg(c.shop) AS shops, array_agg(c.lane) AS lanes,
                       array_agg(c.holder) AS holders, count(*)::integer AS number
                INTO got FROM candidate c;
                due_counts[i] := got.number;
                IF got.number > 0 AND due_queues[i] <> 'local' THEN
                    PERFORM fiscal.spend(due_queues[i], got.number, moment);
                END IF;
                room := room - got.number;
                ids := ids || got.ids;
                c_shops := c_shops || got.shops;
                c_lanes := c_lanes || got.lanes;
                c_holders := c_holders || got.holders;
            END LOOP;
        ELSE
            FOR i IN 1..cardinality(queues) LOOP
                EXIT WHEN room <= 0;
                quota := least(room, limits[i]);
                IF queues[i] <> 'local' THEN
                    quota := fiscal.allowance(queues[i], quota, moment);
                END IF;
                WITH candidate AS MATERIALIZED (
                    SELECT j.id, j.shop, j.lane, j.holder FROM fiscal.job j
                    -- Asked in the snapshot that sees the jobs: who closes a queue hands a job back to it in the
                    -- same transaction.
                    WHERE (SELECT fiscal.queue_closed_ms(queues[i], moment)) = 0
                      AND j.state = 'ready' AND j.queue = queues[i] AND j.shop = shops[i] AND j.priority = priorities[i]
                      AND (j.run_at, j.id) >= (floors[i], floor_ids[i])
                      AND (j.step = '?' OR EXISTS (SELECT FROM fiscal.worker_step s
                           WHERE s.worker_id = worker AND s.kind = j.kind AND s.step = j.step))
                    ORDER BY j.queue, j.shop, j.priority, j.run_at, j.id
                    LIMIT quota
                    FOR UPDATE OF j SKIP LOCKED
                )
                SELECT coalesce(array_agg(c.id), '{}') AS ids, array_agg(c.shop) AS shops, array_agg(c.lane) AS lanes,
                       array_agg(c.holder) AS holders, count(*)::integer AS number
                INTO got FROM candidate c;
                counts[i] := got.number;
                IF got.number > 0 AND queues[i] <> 'local' THEN
                    PERFORM fiscal.spend(queues[i], got.number, moment);
                END IF;
                room := room - got.number;
                ids := ids || got.ids;
                c_shops := c_shops || got.shops;
                c_lanes := c_lanes || got.lanes;
                c_holders := c_holders || got.holders;
            END LOOP;
        END IF;
    END LOOP;

    visited := counts || due_counts;
    RETURN NEXT;

    IF c_holders @> '{false}' AND EXISTS (SELECT FROM unnest(c_lanes) AS l (lane) WHERE l.lane <> '') THEN
        ids := fiscal.admit(ids, c_shops, c_lanes, c_holders);
    END IF;
    IF cardinality(ids) > 0 THEN
        SELECT coalesce(array_agg(d.name), '{}') INTO bounded FROM fiscal.destination d
        WHERE d.concurrency IS NOT NULL AND d.name = ANY (queues || due_queues);
        RETURN QUERY
        WITH run AS MATERIALIZED (
            UPDATE fiscal.job j
            SET state = 'running', run_no = j.run_no + 1, worker_id = worker, claimed_at = moment, holder = j.lane <> '',
                limited = j.queue = ANY (bounded)
            WHERE j.id = ANY (ids)
            RETURNING j.*
        )
        SELECT NULL::integer[], r.id, r.run_no, r.event_id, r.shop, r.kind, coalesce(o.event_key, ''), r.lane,
               r.queue, r.step, r.part, r.edition, r.attempt, r.snoozes, r.doubts,
               r.checkpoint::text, coalesce(o.payload::text, '{}'), coalesce(o.occurred_at, r.step_since),
               coalesce(o.created_at, r.step_since), r.claimed_at,
               r.step_since, r.deadline, r.doubtful, r.spawned, r.evidence::text, r.ordered_as,
               r.priority, r.run_at
        FROM run r LEFT JOIN fiscal.outbox o ON o.id = r.event_id;
    END IF;
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA fiscal FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.survey, fiscal.claim TO fiscal_worker;
