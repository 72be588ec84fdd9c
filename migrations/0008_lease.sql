-- Leases: who is alive, and what becomes of the jobs of the dead. And what the fleet does by the clock.

-- Adds a worker with the steps that it knows; its lease begins now. Returns its id.
CREATE FUNCTION fiscal.register_worker(
    name text, version text, lease_ms bigint, kinds text[], steps text[], doubts text[], timeouts_ms bigint[])
    RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made bigint;
    span interval := lease_ms * interval '1 millisecond';
BEGIN
    INSERT INTO fiscal.worker (name, version, lease, lease_until)
    VALUES ($1, $2, span, clock_timestamp() + span)
    RETURNING id INTO made;
    INSERT INTO fiscal.worker_step (worker_id, kind, step, doubt, timeout)
    SELECT made, u.kind, u.step, u.doubt, u.timeout_ms * interval '1 millisecond'
    FROM unnest(kinds, steps, doubts, timeouts_ms) AS u (kind, step, doubt, timeout_ms);
    RETURN made;
END
$$;

-- Renews a worker's lease, even one that has run out, as long as nobody has called the worker dead: until then its
-- outcomes count. False: it was called dead; it must drop what it holds and register anew.
--
-- A gap of more than half a lease since the last heartbeat is remembered in steady_since: somebody who was cut off
-- himself must not judge others.
CREATE FUNCTION fiscal.heartbeat(worker bigint) RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    moment timestamptz := clock_timestamp();
BEGIN
    UPDATE fiscal.worker w
    SET steady_since = CASE WHEN moment - w.heartbeat_at > w.lease / 2 THEN moment ELSE w.steady_since END,
        heartbeat_at = moment,
        lease_until = moment + w.lease
    WHERE w.id = worker AND w.dead_at IS NULL;
    RETURN FOUND;
END
$$;

-- Calls workers dead whose lease has run out. Returns how many.
--
-- Only a worker whose own heartbeats have come without a gap for one full lease may do so: after an outage of the
-- database all leases have run out together, and nobody is dead. A stopped worker that left jobs behind is treated
-- likewise.
CREATE FUNCTION fiscal.bury_workers(rescuer bigint) RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    buried integer;
    moment timestamptz := clock_timestamp();
BEGIN
    WITH late AS MATERIALIZED (
        SELECT w.id FROM fiscal.worker w
        WHERE w.dead_at IS NULL AND w.lease_until < moment AND w.id <> rescuer
          AND EXISTS (SELECT FROM fiscal.worker me WHERE me.id = rescuer AND me.dead_at IS NULL
                      AND me.lease_until > moment AND me.steady_since <= moment - me.lease)
        ORDER BY w.id
        FOR UPDATE SKIP LOCKED
    )
    UPDATE fiscal.worker w SET dead_at = moment, dead_xid = pg_current_xact_id() FROM late WHERE w.id = late.id;
    GET DIAGNOSTICS buried = ROW_COUNT;
    RETURN buried;
END
$$;

-- Takes up to `at_most` jobs from workers called dead and says what becomes of each.
--
-- As the step's doubt says, in the words of the worker that ran it: none → ready again; lookup, resend → in doubt,
-- and not before the end of the lost lease plus the step's time-out, when its request can no longer be under way;
-- person → dead, reason in_doubt. Dead as well after the tenth worker that died with it. The run number grows, so
-- whatever the dead one may still say is fenced. A worker is done with when nothing of it is left and no transaction
-- from before its burial, in which it may have claimed, is still open.
CREATE FUNCTION fiscal.rescue(rescuer bigint, at_most integer)
    RETURNS TABLE (job bigint, run bigint, lost_by bigint, became text)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    graves bigint[];
    moment timestamptz := clock_timestamp();
    number integer;
BEGIN
    SELECT array_agg(w.id) INTO graves FROM fiscal.worker w WHERE w.dead_at IS NOT NULL AND w.rescued_at IS NULL;
    IF graves IS NULL THEN
        RETURN;
    END IF;

    RETURN QUERY
    WITH lost AS MATERIALIZED (
        SELECT j.id, j.run_no, j.event_id, j.worker_id, j.claimed_at, j.snoozes, j.first_snooze_at, j.last_snooze_at,
               j.attempt, j.part, j.edition, j.kind, j.step, j.crashes + 1 AS crashes,
               coalesce(s.doubt, 'none') AS doubt,
               greatest(moment, w.lease_until + coalesce(s.timeout, '0')) AS settle_at
        FROM fiscal.job j
        JOIN fiscal.worker w ON w.id = j.worker_id
        LEFT JOIN fiscal.worker_step s ON s.worker_id = j.worker_id AND s.kind = j.kind AND s.step = j.step
        WHERE j.state = 'running' AND j.worker_id = ANY (graves)
        LIMIT at_most
        FOR NO KEY UPDATE OF j SKIP LOCKED
    ), taken AS (
        UPDATE fiscal.job j
        SET state = CASE
                WHEN l.doubt = 'person' THEN 'dead'
                WHEN l.crashes >= 10 THEN 'dead'
                WHEN l.doubt = 'none' AND NOT j.doubtful THEN 'ready'
                ELSE 'in_doubt'
            END::fiscal.job_state,
            run_no = j.run_no + 1,
            run_at = CASE WHEN l.doubt = 'none' THEN moment ELSE l.settle_at END,
            worker_id = NULL, claimed_at = NULL, woken = false, limited = false,
            crashes = l.crashes,
            doubts = CASE WHEN l.doubt = 'none' THEN j.doubts ELSE j.doubts + 1 END,
            doubtful = j.doubtful OR l.doubt <> 'none',
            reason_code = CASE WHEN l.doubt = 'person' THEN 'in_doubt'
                               WHEN l.crashes >= 10 THEN 'crashes'
                               ELSE 'worker_lost' END,
            reason = CASE
                WHEN l.doubt = 'person' THEN
                    'The worker stopped while it was sending: nobody knows whether the request arrived. Check and resolve it.'
                WHEN l.crashes >= 10 THEN
                    'Ten workers in a row stopped while they ran this job. It may be what stops them.'
                ELSE 'The worker that ran it has stopped.'
            END
        FROM lost l WHERE j.id = l.id
        RETURNING j.id, l.run_no, l.worker_id AS lost_by, j.state::text AS became
    ), kept AS (
        INSERT INTO fiscal.attempt (job_id, run_no, event_id, worker_id, started_at, ended_at, polls, first_poll_at,
            last_poll_at, attempt, part, edition, kind, step, outcome, code)
        SELECT l.id, l.run_no, l.event_id, l.worker_id, l.claimed_at, moment, l.snoozes, l.first_snooze_at,
            l.last_snooze_at, l.attempt, l.part, l.edition, l.kind, l.step, 'lost', 'worker_lost'
        FROM lost l
    )
    SELECT t.id, t.run_no, t.lost_by, t.became FROM taken t;
    GET DIAGNOSTICS number = ROW_COUNT;

    IF number = 0 THEN
        UPDATE fiscal.worker w SET rescued_at = moment
        WHERE w.id = ANY (graves) AND w.dead_xid < pg_snapshot_xmin(pg_current_snapshot())
          AND NOT EXISTS (SELECT FROM fiscal.job j WHERE j.state = 'running' AND j.worker_id = w.id);
    END IF;
END
$$;

-- Hands back jobs that stand as running under this worker though it runs none of them: the answer to its claim got
-- lost with the connection. They never began, so there is nothing to doubt. `known` are the jobs it does run.
-- Only those claimed longer than `older_ms` ago, so that a claim whose answer is on its way is left alone.
CREATE FUNCTION fiscal.hand_back_unknown(worker bigint, known bigint[], older_ms bigint) RETURNS SETOF bigint
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE fiscal.job j
    SET state = CASE WHEN j.doubtful THEN 'in_doubt' ELSE 'ready' END::fiscal.job_state,
        run_no = j.run_no + 1, run_at = clock_timestamp(), worker_id = NULL, claimed_at = NULL, limited = false
    WHERE j.state = 'running' AND j.worker_id = $1 AND NOT j.id = ANY ($2)
      AND j.claimed_at <= clock_timestamp() - $3 * interval '1 millisecond'
    RETURNING j.id;
END;

-- Says that a worker leaves. What it still holds is rescued as soon as its lease has run out.
CREATE FUNCTION fiscal.stop_worker(worker bigint) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    left_over boolean := EXISTS (SELECT FROM fiscal.job j WHERE j.state = 'running' AND j.worker_id = worker);
BEGIN
    UPDATE fiscal.worker w
    SET stopped_at = clock_timestamp(),
        dead_at = CASE WHEN left_over THEN w.dead_at ELSE clock_timestamp() END,
        dead_xid = CASE WHEN left_over THEN w.dead_xid ELSE pg_current_xact_id() END,
        rescued_at = CASE WHEN left_over THEN w.rescued_at ELSE clock_timestamp() END
    WHERE w.id = worker AND w.dead_at IS NULL;
    -- The last one to leave turns the lights off: a producer need not notify nobody.
    UPDATE fiscal.wake SET wanted_until = '-infinity'
    WHERE wanted_until > clock_timestamp()
      AND NOT EXISTS (SELECT FROM fiscal.worker w
                      WHERE w.id <> worker AND w.dead_at IS NULL AND w.lease_until > clock_timestamp());
END
$$;

-- Says whether somebody sleeps and wants to be told of new work, for `for_ms` from now; 0: nobody needs to.
CREATE FUNCTION fiscal.want_wake(for_ms bigint) RETURNS void
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE fiscal.wake w
    SET wanted_until = CASE WHEN $1 > 0 THEN clock_timestamp() + $1 * interval '1 millisecond' ELSE '-infinity' END
    -- Said again while it holds for long enough it writes nothing.
    WHERE CASE WHEN $1 > 0 THEN w.wanted_until < clock_timestamp() + $1 * interval '0.5 millisecond'
               ELSE w.wanted_until > '-infinity' END;
END;

-- Tells sleepers that there is work. Cheap when nobody sleeps.
CREATE FUNCTION fiscal.tell_sleepers() RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM fiscal.wake w WHERE w.wanted_until > statement_timestamp()) THEN
        PERFORM pg_notify('fiscal_job', '');
    END IF;
END
$$;

-- Brings a job that sleeps forward, because what it waits for may have come. True: it will look at once.
--
-- A job that is running this instant may have looked already: that is remembered, and its next snooze is cut to
-- nothing. A hint and no more: the step itself finds out what is true.
CREATE FUNCTION fiscal.wake_job(job bigint) RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE fiscal.job j
    SET run_at = CASE WHEN j.state = 'later' THEN clock_timestamp() ELSE j.run_at END,
        woken = j.state = 'running'
    WHERE j.id = job AND (j.state = 'later' AND j.run_at > clock_timestamp() OR j.state = 'running' AND NOT j.woken);
    IF FOUND THEN
        PERFORM fiscal.tell_sleepers();
    END IF;
    RETURN FOUND;
END
$$;

-- Declares periodic work. Its first firing comes one period from now; a later change of the period counts from the
-- firing that is due.
CREATE FUNCTION fiscal.declare_schedule(
    name text, shop text, kind text, lane text, queue text, step text, every_ms bigint, catch_up boolean) RETURNS void
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO fiscal.schedule AS s (name, shop, kind, lane, queue, step, every, catch_up, next_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7 * interval '1 millisecond', $8, clock_timestamp() + $7 * interval '1 millisecond')
    ON CONFLICT (name) DO UPDATE
    SET shop = excluded.shop, kind = excluded.kind, lane = excluded.lane, queue = excluded.queue, step = excluded.step,
        every = excluded.every, catch_up = excluded.catch_up, next_at = least(s.next_at, excluded.next_at)
    WHERE (s.shop, s.kind, s.lane, s.queue, s.step, s.every, s.catch_up)
          IS DISTINCT FROM (excluded.shop, excluded.kind, excluded.lane, excluded.queue, excluded.step, excluded.every,
                            excluded.catch_up);
END;

-- Makes the jobs of schedules that are due; returns how many. Whoever comes first does it, the others pass by.
--
-- A schedule that skips makes one job for all the firings it missed, and none while the last one has not begun.
-- One that catches up makes a job for each, at most 1,000 at a time.
CREATE FUNCTION fiscal.fire_schedules() RETURNS integer
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
    FOR s IN SELECT * FROM fiscal.schedule d WHERE d.next_at <= moment ORDER BY d.name FOR UPDATE SKIP LOCKED LOOP
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

-- Looks after the tables, at most once a minute in the whole fleet: makes next month's partition, drops those older
-- than `history_ms`, forgets workers long gone, gives the turn of lanes that nobody has (there should be none),
-- and raises or clears the alarm of jobs whose deadline comes within `warn_ms`. False: somebody did it just now.
CREATE FUNCTION fiscal.look_after(history_ms bigint, warn_ms bigint) RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    late   bigint;
    first  bigint;
    stray  record;
BEGIN
    -- Whoever is at it holds the row: nobody waits for it.
    PERFORM FROM fiscal.upkeep u WHERE u.done_at < moment - interval '1 minute' FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE fiscal.upkeep SET done_at = moment;

    BEGIN
        PERFORM fiscal.make_attempt_partition(moment), fiscal.make_attempt_partition(moment + interval '1 month');
        PERFORM fiscal.drop_attempt_partitions(moment - history_ms * interval '1 millisecond');
    EXCEPTION
        WHEN lock_not_available THEN NULL;  -- in a minute again
    END;

    -- Nothing should be left under a worker that was rescued. Should there be, it is rescued again.
    UPDATE fiscal.worker w SET rescued_at = NULL
    WHERE w.rescued_at IS NOT NULL
      AND w.id IN (SELECT j.worker_id FROM fiscal.job j WHERE j.state = 'running');

    DELETE FROM fiscal.worker w WHERE w.rescued_at < moment - interval '30 days';

    FOR stray IN
        SELECT DISTINCT w.shop, w.lane FROM fiscal.job w
        WHERE w.state = 'waiting'
          AND NOT EXISTS (SELECT FROM fiscal.job h WHERE h.holder AND h.shop = w.shop AND h.lane = w.lane)
          AND NOT EXISTS (SELECT FROM fiscal.job r WHERE NOT r.holder AND r.state <> 'dead' AND r.state <> 'waiting'
                          AND r.shop = w.shop AND r.lane = w.lane AND r.id < w.id)
    LOOP
        IF pg_try_advisory_xact_lock(1179211588, hashtext(stray.shop || E'\x1f' || stray.lane)) THEN
            PERFORM fiscal.settle_lane(stray.shop, stray.lane);
        END IF;
    END LOOP;

    SELECT count(*), min(j.id) INTO late, first FROM fiscal.job j
    WHERE j.deadline <= moment + warn_ms * interval '1 millisecond';
    IF late > 0 THEN
        PERFORM fiscal.raise_alarm('deadline', 'critical',
            format('%s jobs are close to their deadline or past it, the first is job %s', late, first));
    ELSE
        PERFORM fiscal.clear_alarm('deadline');
    END IF;
    RETURN true;
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA fiscal FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.register_worker, fiscal.heartbeat, fiscal.bury_workers, fiscal.rescue,
    fiscal.hand_back_unknown, fiscal.stop_worker, fiscal.want_wake, fiscal.tell_sleepers, fiscal.wake_job,
    fiscal.declare_schedule, fiscal.fire_schedules, fiscal.look_after TO fiscal_worker;
