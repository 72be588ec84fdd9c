-- Claims and ends of many jobs at less cost, and stretches: one worker may run several jobs of a lane in a row.
--
-- A stretch rests on the turn of its first job, the head. Only the head is claimed: it alone has the turn of the lane
-- (job_lane_turn), it alone counts as running. Those after it, the followers, stay as they are, so a worker that dies
-- leaves them unharmed. Ends of followers count only together with the end of their head, in one transaction: whoever
-- has lost the head has lost the stretch. A follower that ran, or may have, and whose run was not recorded gets a higher
-- run number before anybody can claim it (fiscal.rescue, fiscal.skip_runs), so that no two of its runs share one.

-- How many jobs of a lane the worker may run in a row. Should it die, those after the one it ran count as begun.
ALTER TABLE fiscal.worker_step ADD COLUMN stretch integer NOT NULL DEFAULT 1;

-- As before, with the stretches of the steps.
CREATE FUNCTION fiscal.register_worker(
    name text, version text, lease_ms bigint, kinds text[], steps text[], doubts text[], timeouts_ms bigint[],
    stretches integer[]) RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made bigint := fiscal.register_worker($1, $2, $3, $4, $5, $6, $7);
BEGIN
    UPDATE fiscal.worker_step s SET stretch = u.stretch
    FROM unnest(kinds, steps, stretches) AS u (kind, step, stretch)
    WHERE s.worker_id = made AND s.kind = u.kind AND s.step = u.step AND u.stretch > 1;
    RETURN made;
END
$$;

-- Claims up to `room` jobs for a worker, and tells which may follow in the same lanes.
--
-- The streams to visit come in the order in which they are to be visited, each with its own limit and its floor: the
-- position (run_at, id) below which the worker has claimed all that it saw, so that rows which died since need not
-- be walked over before vacuum removes them; a transaction held open elsewhere may keep it from that for hours.
-- Every row that becomes ready, or later, gets a fresh run_at, so only what is committed late can fall below a floor:
-- look at all of it ('-infinity', 0) from time to time. `due_queues` are the queues whose due jobs are wanted, with
-- floors of their own. `bounds` are how many of `bounded_queues` may be claimed, ready and due ones together.
--
-- `bare_steps` name the steps that do without the event's payload, as 'kind/step'. `stretch_steps` likewise name those
-- that may run in stretches, `stretches` how many jobs at most, and `followers` bounds the followers of the whole claim.
--
-- The first row has no id: `visited` says how many candidates each stream had, then each due queue (NULL: not visited,
-- for want of room; 0 also if it is closed), `reached` and `reached_ids` the position of the last of them, `claimed_at`
-- when this look began. Rows with `head` are followers of that job, to be run after it in the order of their ids, as
-- runs of the number given. A worker that was called dead gets no row at all.
CREATE FUNCTION fiscal.claim_runs(
    worker bigint, room integer,
    queues text[], shops text[], priorities smallint[], floors timestamptz[], floor_ids bigint[], limits integer[],
    due_queues text[], due_floors timestamptz[], due_floor_ids bigint[], due_first boolean,
    bounded_queues text[], bounds integer[],
    bare_steps text[], stretch_steps text[], stretches integer[], followers integer)
    RETURNS TABLE (
        visited integer[], id bigint, run_no bigint, event_id bigint, shop text, kind text, event_key text, lane text,
        queue text, step text, part smallint, edition smallint, attempt integer, snoozes integer, doubts integer,
        checkpoint text, payload text, occurred_at timestamptz, created_at timestamptz, claimed_at timestamptz,
        step_since timestamptz, deadline timestamptz, doubtful boolean, spawned boolean, evidence text, ordered_as text,
        priority smallint, ready_at timestamptz, head bigint, reached timestamptz[], reached_ids bigint[])
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
    streams    integer := cardinality(queues);
    ids        bigint[] := '{}';
    places     tid[] := '{}';
    c_shops    text[] := '{}';
    c_lanes    text[] := '{}';
    c_holders  boolean[] := '{}';
    in_lanes   boolean := false;
    counts     integer[] := array_fill(NULL::integer, ARRAY[streams + cardinality(due_queues)]);
    last_at    timestamptz[] := array_fill(NULL::timestamptz, ARRAY[streams + cardinality(due_queues)]);
    last_ids   bigint[] := array_fill(NULL::bigint, ARRAY[streams + cardinality(due_queues)]);
    -- Destinations met, how many runs each still allows, and how many candidates it has.
    met        text[] := '{}';
    allowed    integer[] := '{}';
    taken      integer[] := '{}';
    kept       text[];
    got        record;
    visit      text;
    place      integer;
    quota      integer;
    bounded    text[];
    i          integer;
    pass       integer;
    is_due     boolean;
    slot       integer;
BEGIN
    -- The lock keeps everybody from calling this worker dead until the claim is committed: a claim that a burial
    -- overtook would leave jobs running under a worker whose jobs have been rescued already. Heartbeats do not wait
    -- for it, and whoever looks for dead workers passes over it.
    PERFORM FROM fiscal.worker w WHERE w.id = worker AND w.dead_at IS NULL FOR KEY SHARE;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    FOR pass IN 1..2 LOOP
        is_due := (pass = 1) = due_first;
        FOR i IN 1..CASE WHEN is_due THEN cardinality(due_queues) ELSE streams END LOOP
            EXIT WHEN room <= 0;
            visit := CASE WHEN is_due THEN due_queues[i] ELSE queues[i] END;
            slot := CASE WHEN is_due THEN streams + i ELSE i END;
            quota := 0;
            IF fiscal.queue_closed_ms(visit, moment) = 0 THEN
                quota := CASE WHEN is_due THEN room ELSE least(room, limits[i]) END;
                IF visit <> 'local' THEN
                    place := array_position(met, visit);
                    IF place IS NULL THEN
                        place := cardinality(met) + 1;
                        met[place] := visit;
                        allowed[place] := fiscal.allowance(
                            visit, least(room, bounds[array_position(bounded_queues, visit)]), moment);
                        taken[place] := 0;
                    END IF;
                    quota := least(quota, allowed[place] - taken[place]);
                END IF;
            END IF;
            IF is_due THEN
                WITH candidate AS MATERIALIZED (
                    SELECT j.id, j.run_at, j.ctid AS place, j.shop, j.lane, j.holder FROM fiscal.job j
                    WHERE j.state IN ('later', 'in_doubt') AND j.queue = due_queues[i] AND j.run_at <= moment
                      AND (j.run_at, j.id) >= (due_floors[i], due_floor_ids[i])
                      AND (j.step = '?' OR EXISTS (SELECT FROM fiscal.worker_step s
                           WHERE s.worker_id = worker AND s.kind = j.kind AND s.step = j.step))
                    ORDER BY j.queue, j.run_at, j.id
                    LIMIT quota
                    FOR UPDATE OF j SKIP LOCKED
                )
                SELECT coalesce(array_agg(c.id), '{}') AS ids, array_agg(c.place) AS places, array_agg(c.shop) AS shops,
                       array_agg(c.lane) AS lanes, array_agg(c.holder) AS holders, count(*)::integer AS number,
                       max(c.run_at) AS last_at, bool_or(c.lane <> '' AND NOT c.holder) AS in_lanes
                INTO got FROM candidate c;
            ELSE
                WITH candidate AS MATERIALIZED (
                    SELECT j.id, j.run_at, j.ctid AS place, j.shop, j.lane, j.holder FROM fiscal.job j
                    WHERE j.state = 'ready' AND j.queue = queues[i] AND j.shop = shops[i] AND j.priority = priorities[i]
                      AND (j.run_at, j.id) >= (floors[i], floor_ids[i])
                      AND (j.step = '?' OR EXISTS (SELECT FROM fiscal.worker_step s
                           WHERE s.worker_id = worker AND s.kind = j.kind AND s.step = j.step))
                    ORDER BY j.queue, j.shop, j.priority, j.run_at, j.id
                    LIMIT quota
                    FOR UPDATE OF j SKIP LOCKED
                )
                SELECT coalesce(array_agg(c.id), '{}') AS ids, array_agg(c.place) AS places, array_agg(c.shop) AS shops,
                       array_agg(c.lane) AS lanes, array_agg(c.holder) AS holders, count(*)::integer AS number,
                       max(c.run_at) AS last_at, bool_or(c.lane <> '' AND NOT c.holder) AS in_lanes
                INTO got FROM candidate c;
            END IF;
            IF got.number > 0 AND visit <> 'local' THEN
                -- Asked in a statement after the one that found them: whoever closed the queue before they were locked
                -- is heeded.
                IF fiscal.queue_closed_ms(visit, moment) IS DISTINCT FROM 0 THEN
                    got.number := 0;
                ELSE
                    taken[place] := taken[place] + got.number;
                END IF;
            END IF;
            counts[slot] := got.number;
            CONTINUE WHEN got.number = 0;
            last_at[slot] := got.last_at;
            last_ids[slot] := got.ids[got.number];
            room := room - got.number;
            ids := ids || got.ids;
            places := places || got.places;
            c_shops := c_shops || got.shops;
            c_lanes := c_lanes || got.lanes;
            c_holders := c_holders || got.holders;
            in_lanes := in_lanes OR got.in_lanes;
        END LOOP;
    END LOOP;

    visited := counts;
    reached := last_at;
    reached_ids := last_ids;
    claimed_at := moment;
    RETURN NEXT;

    IF in_lanes THEN
        ids := fiscal.admit(ids, c_shops, c_lanes, c_holders);
        SELECT array_agg(j.ctid), array_agg(j.queue) INTO places, kept FROM fiscal.job j WHERE j.id = ANY (ids);
        -- What had to step aside uses up no token and is no probe.
        FOR i IN 1..cardinality(met) LOOP
            taken[i] := (SELECT count(*) FROM unnest(kept) AS k (queue) WHERE k.queue = met[i]);
        END LOOP;
    END IF;
    FOR i IN 1..cardinality(met) LOOP
        CONTINUE WHEN taken[i] = 0;
        PERFORM fiscal.spend(met[i], taken[i], moment);
    END LOOP;
    IF cardinality(ids) > 0 THEN
        SELECT coalesce(array_agg(d.name), '{}') INTO bounded FROM fiscal.destination d
        WHERE d.concurrency IS NOT NULL AND d.name = ANY (met);
        -- A run begins when nothing keeps it from beginning any more: no lock was waited for, but many were taken.
        moment := clock_timestamp();
        -- By their places: we hold their locks, so nobody has moved them.
        RETURN QUERY
        WITH run AS MATERIALIZED (
            UPDATE fiscal.job j
            SET state = 'running', run_no = j.run_no + 1, worker_id = worker, claimed_at = moment, holder = j.lane <> '',
                limited = j.queue = ANY (bounded)
            WHERE j.ctid = ANY (places)
            RETURNING j.id, j.run_no, j.event_id, j.shop, j.kind, j.lane, j.queue, j.step, j.part, j.edition, j.attempt,
                      j.snoozes, j.doubts, j.checkpoint, j.step_since, j.deadline, j.doubtful, j.spawned, j.evidence,
                      j.ordered_as, j.priority, j.run_at
        )
        SELECT NULL::integer[], r.id, r.run_no, r.event_id, r.shop, r.kind, coalesce(o.event_key, ''), r.lane,
               r.queue, r.step, r.part, r.edition, r.attempt, r.snoozes, r.doubts, r.checkpoint::text,
               CASE WHEN cardinality(bare_steps) > 0 AND r.kind || '/' || r.step = ANY (bare_steps) THEN '{}'
                    ELSE coalesce(o.payload::text, '{}') END,
               coalesce(o.occurred_at, r.step_since), coalesce(o.created_at, r.step_since), moment,
               r.step_since, r.deadline, r.doubtful, r.spawned, r.evidence::text, r.ordered_as,
               r.priority, r.run_at, NULL::bigint, NULL::timestamptz[], NULL::bigint[]
        FROM run r LEFT JOIN fiscal.outbox o ON o.id = r.event_id;

        IF cardinality(stretch_steps) > 0 AND followers > 0 AND c_lanes <> array_fill(''::text, ARRAY[cardinality(c_lanes)]) THEN
            RETURN QUERY
            SELECT f.*, NULL::timestamptz[], NULL::bigint[]
            FROM fiscal.followers(ids, moment, stretch_steps, stretches, followers) f;
        END IF;
    END IF;
END
$$;

-- Which jobs may follow the heads just claimed, in rows like those of fiscal.claim_runs.
--
-- Those next in the head's lane, up to the first that is not of such a step, has been touched before in a way that
-- needs care, or is older than the head. A head that a worker died with runs alone: perhaps it was a follower that did it.
CREATE FUNCTION fiscal.followers(
    heads bigint[], moment timestamptz, stretch_steps text[], stretches integer[], at_most integer)
    RETURNS TABLE (
        visited integer[], id bigint, run_no bigint, event_id bigint, shop text, kind text, event_key text, lane text,
        queue text, step text, part smallint, edition smallint, attempt integer, snoozes integer, doubts integer,
        checkpoint text, payload text, occurred_at timestamptz, created_at timestamptz, claimed_at timestamptz,
        step_since timestamptz, deadline timestamptz, doubtful boolean, spawned boolean, evidence text, ordered_as text,
        priority smallint, ready_at timestamptz, head bigint)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT NULL::integer[], f.id, f.run_no + 1, f.event_id, f.shop, f.kind, coalesce(o.event_key, ''), f.lane,
           f.queue, f.step, f.part, f.edition, f.attempt, f.snoozes, f.doubts, f.checkpoint::text,
           coalesce(o.payload::text, '{}'), coalesce(o.occurred_at, f.step_since), coalesce(o.created_at, f.step_since),
           moment, f.step_since, f.deadline, f.doubtful, f.spawned, f.evidence::text, f.ordered_as,
           f.priority, f.run_at, f.head
    FROM (
        SELECT w.*, h.id AS head
        FROM fiscal.job h
        JOIN unnest(stretch_steps, stretches) AS s (step, length) ON s.step = h.kind || '/' || h.step
        CROSS JOIN LATERAL (
            SELECT c.*,
                   bool_and(c.id > h.id AND c.state IN ('ready', 'waiting') AND c.queue = h.queue AND NOT c.single
                            AND NOT c.doubtful AND c.crashes = 0 AND c.kind || '/' || c.step = ANY (stretch_steps))
                       OVER (ORDER BY c.id) AS fits
            FROM (
                SELECT j.* FROM fiscal.job j
                WHERE NOT j.holder AND j.lane <> '' AND j.state <> 'dead' AND j.shop = h.shop AND j.lane = h.lane
                ORDER BY j.shop, j.lane, j.id
                LIMIT s.length - 1) c) w
        WHERE h.id = ANY (heads) AND h.lane <> '' AND h.queue = 'local' AND h.crashes = 0 AND NOT h.doubtful AND w.fits
        LIMIT at_most) f
    LEFT JOIN fiscal.outbox o ON o.id = f.event_id;
END
$$;

-- As releases before this one ask for it.
CREATE OR REPLACE FUNCTION fiscal.claim(
    worker bigint, room integer,
    queues text[], shops text[], priorities smallint[], floors timestamptz[], floor_ids bigint[], limits integer[],
    due_queues text[], due_floors timestamptz[], due_floor_ids bigint[], due_first boolean)
    RETURNS TABLE (
        visited integer[], id bigint, run_no bigint, event_id bigint, shop text, kind text, event_key text, lane text,
        queue text, step text, part smallint, edition smallint, attempt integer, snoozes integer, doubts integer,
        checkpoint text, payload text, occurred_at timestamptz, created_at timestamptz, claimed_at timestamptz,
        step_since timestamptz, deadline timestamptz, doubtful boolean, spawned boolean, evidence text, ordered_as text,
        priority smallint, ready_at timestamptz)
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.visited, c.id, c.run_no, c.event_id, c.shop, c.kind, c.event_key, c.lane,
           c.queue, c.step, c.part, c.edition, c.attempt, c.snoozes, c.doubts,
           c.checkpoint, c.payload, c.occurred_at, c.created_at, c.claimed_at,
           c.step_since, c.deadline, c.doubtful, c.spawned, c.evidence, c.ordered_as, c.priority, c.ready_at
    FROM fiscal.claim_runs($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '{}', '{}', '{}', '{}', '{}', 0) c;
$$;

-- Ends jobs: deletes them, keeps their ends and their last runs, lets their lanes go on. Returns the ids that matched.
--
-- `heads` names for each follower the head of its stretch (NULL: it was claimed by itself), `started` when it was
-- claimed. A follower matches if its head ends by this very call and nobody has touched it since.
-- `takes` are followers that ran and are not done: they get the turn of their heads, and are running from now on, so
-- that fiscal.move can say what becomes of them. `moves` are all jobs of which it will, in the same transaction: here
-- they are locked with the others, in one order.
--
-- Fails with unique_violation should one of the events have an end already; fiscal.finish bears that.
CREATE FUNCTION fiscal.finish_runs(
    worker bigint, jobs bigint[], runs bigint[], heads bigint[], started timestamptz[], outcomes text[], history boolean[],
    sent timestamptz[], answered timestamptz[], codes text[], digests bytea[], evidences text[],
    takes bigint[], take_runs bigint[], take_heads bigint[], take_started timestamptz[], moves bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET enable_hashjoin = off
    SET enable_mergejoin = off
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    done        bigint[];
    followed    bigint[];
    shops       text[];
    lanes       text[];
    taken_shops text[];
    taken_lanes text[];
    moment      timestamptz := clock_timestamp();
BEGIN
    -- Without followers and moves there is one pass below, in the order of the ids.
    IF cardinality(moves) > 0 OR cardinality(array_remove(heads, NULL)) > 0 THEN
        PERFORM FROM fiscal.job j WHERE j.id = ANY (jobs || moves) ORDER BY j.id FOR UPDATE;
    END IF;

    WITH gone AS (
        DELETE FROM fiscal.job j
        USING unnest(jobs, runs, heads, outcomes, history, sent, answered, codes, digests, evidences)
            AS o (job, run, head, outcome, history, sent, answered, code, digest, evidence)
        WHERE o.head IS NULL AND j.id = o.job AND j.run_no = o.run AND j.state = 'running' AND j.worker_id = worker
        RETURNING j.id, j.run_no, j.event_id, j.claimed_at, j.snoozes, j.first_snooze_at, j.last_snooze_at, j.attempt,
                  j.part, j.edition, j.kind, j.step, j.spawned, j.holder, j.shop, j.lane,
                  o.outcome, o.history, o.sent, o.answered, o.code, o.digest, o.evidence
    ), ended AS (
        INSERT INTO fiscal.event_end (event_id, outcome, at)
        SELECT g.event_id, g.outcome, moment FROM gone g WHERE NOT g.spawned AND g.event_id IS NOT NULL
    ), kept AS (
        INSERT INTO fiscal.attempt (job_id, run_no, event_id, worker_id, started_at, sent_at, answered_at, ended_at,
            polls, first_poll_at, last_poll_at, attempt, part, edition, kind, step, outcome, code, digest, evidence)
        SELECT g.id, g.run_no, g.event_id, worker, g.claimed_at, g.sent, g.answered, moment,
            g.snoozes, g.first_snooze_at, g.last_snooze_at, g.attempt, g.part, g.edition, g.kind, g.step, 'finish',
            g.code, g.digest, g.evidence::jsonb
        FROM gone g WHERE g.history
    )
    SELECT coalesce(array_agg(g.id), '{}'), array_agg(g.shop) FILTER (WHERE g.holder),
           array_agg(g.lane) FILTER (WHERE g.holder)
    INTO done, shops, lanes FROM gone g;

    IF shops IS NULL THEN
        RETURN done;
    END IF;

    IF cardinality(array_remove(heads, NULL)) > 0 THEN
        -- Their rows may be locked by a claim that has met them as candidates; it waits for nothing, so we may for it.
        WITH gone AS (
            DELETE FROM fiscal.job j
            USING unnest(jobs, runs, heads, started, outcomes, history, sent, answered, codes, digests, evidences)
                AS o (job, run, head, started, outcome, history, sent, answered, code, digest, evidence)
            WHERE o.head = ANY (done) AND j.id = o.job AND j.run_no = o.run - 1
              AND NOT j.holder AND j.state IN ('ready', 'waiting') AND NOT j.doubtful
            RETURNING j.id, j.event_id, j.attempt, j.part, j.edition, j.kind, j.step, j.spawned,
                      o.run, o.started, o.outcome, o.history, o.sent, o.answered, o.code, o.digest, o.evidence
        ), ended AS (
            INSERT INTO fiscal.event_end (event_id, outcome, at)
            SELECT g.event_id, g.outcome, moment FROM gone g WHERE NOT g.spawned AND g.event_id IS NOT NULL
        ), kept AS (
            INSERT INTO fiscal.attempt (job_id, run_no, event_id, worker_id, started_at, sent_at, answered_at, ended_at,
                attempt, part, edition, kind, step, outcome, code, digest, evidence)
            SELECT g.id, g.run, g.event_id, worker, g.started, g.sent, g.answered, moment,
                g.attempt, g.part, g.edition, g.kind, g.step, 'finish', g.code, g.digest, g.evidence::jsonb
            FROM gone g WHERE g.history
        )
        SELECT array_agg(g.id) INTO followed FROM gone g;
    END IF;

    IF cardinality(takes) > 0 THEN
        WITH taken AS (
            UPDATE fiscal.job j
            SET state = 'running', run_no = j.run_no + 1, worker_id = worker, claimed_at = o.started, holder = true
            FROM unnest(takes, take_runs, take_heads, take_started) AS o (job, run, head, started)
            WHERE o.head = ANY (done) AND j.id = o.job AND j.run_no = o.run - 1
              AND NOT j.holder AND j.state IN ('ready', 'waiting') AND NOT j.doubtful
            RETURNING j.shop, j.lane
        )
        SELECT array_agg(t.shop), array_agg(t.lane) INTO taken_shops, taken_lanes FROM taken t;
        IF taken_shops IS NOT NULL THEN
            SELECT array_agg(f.shop), array_agg(f.lane) INTO shops, lanes
            FROM (SELECT * FROM unnest(shops, lanes) EXCEPT SELECT * FROM unnest(taken_shops, taken_lanes)) AS f (shop, lane);
        END IF;
    END IF;

    IF shops IS NOT NULL THEN
        PERFORM fiscal.pass_turn(shops, lanes);
    END IF;
    RETURN done || followed;
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA fiscal FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.claim_runs, fiscal.finish_runs,
    fiscal.register_worker(text, text, bigint, text[], text[], text[], bigint[], integer[]) TO fiscal_worker;
