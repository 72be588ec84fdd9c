-- Portals: the pace of calls that the fleet keeps together, and the tokens of applications.

-- One bucket per portal that limits its calls. A limited portal has a row, the others have none.
CREATE TABLE fiscal.call_bucket (
    -- The portal's destination.
    destination  text PRIMARY KEY,
    -- Calls per second in the long run, and how many may come at once after a pause.
    rate         double precision NOT NULL CHECK (rate > 0),
    burst        integer NOT NULL CHECK (burst >= 1),
    -- Below zero: so many calls have been promised a later turn.
    tokens       double precision NOT NULL,
    tokens_at    timestamptz NOT NULL
) WITH (
    -- A row per portal, updated in place with every call.
    fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200
);

COMMENT ON TABLE fiscal.call_bucket IS 'Calls that portals may be asked, counted for the whole fleet.';

-- Reserves one call and tells in how many milliseconds it may leave. Callers get their turns in the order in which they
-- asked. The limits are those of the caller's configuration: the last word counts.
CREATE FUNCTION fiscal.take_call(destination text, rate double precision, burst integer) RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    left_over double precision;
BEGIN
    INSERT INTO fiscal.call_bucket AS b (destination, rate, burst, tokens, tokens_at)
    VALUES (destination, rate, burst, burst - 1, clock_timestamp())
    ON CONFLICT ON CONSTRAINT call_bucket_pkey DO UPDATE
    SET rate = excluded.rate, burst = excluded.burst, tokens_at = clock_timestamp(),
        tokens = least(excluded.burst::double precision,
                       b.tokens + greatest(0, extract(epoch FROM clock_timestamp() - b.tokens_at)) * excluded.rate) - 1
    RETURNING b.tokens INTO left_over;
    RETURN CASE WHEN left_over >= 0 THEN 0 ELSE ceil(-left_over / rate * 1000) END;
END
$$;

-- The portal says that it has been asked too much: whatever we believed to have left is spent.
CREATE FUNCTION fiscal.empty_call_bucket(destination text) RETURNS void
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE fiscal.call_bucket b SET tokens = least(b.tokens, 0), tokens_at = clock_timestamp() WHERE b.destination = $1;
END;

-- The tokens of applications, one row per application and portal. Nobody may read the table: a worker gets at it through
-- the functions below, an administrator can put a pair in and take it out, and no reader sees anything of it.
CREATE TABLE fiscal.portal_token (
    -- CLIENT_ID@HOST, as configured.
    portal            text PRIMARY KEY,
    -- Grows with every pair, so that whoever speaks of an older one is told so.
    generation        bigint NOT NULL,
    client_endpoint   text NOT NULL,
    access_token      text NOT NULL,
    refresh_token     text NOT NULL,
    -- When the access token runs out, by this server's clock.
    expires_at        timestamptz NOT NULL,
    -- When the pair came, and from whom: connected by a person, or refreshed.
    received_at       timestamptz NOT NULL,
    -- Somebody is refreshing it until then; afterwards another one may.
    refreshing_until  timestamptz,
    -- The authorization server refused the pair for good: a person has to connect the application anew.
    refused_code      text
) WITH (fillfactor = 50);

COMMENT ON TABLE fiscal.portal_token IS 'Secrets: OAuth tokens of portals. Readable by nobody, reached by functions of the worker.';
REVOKE ALL ON fiscal.portal_token FROM PUBLIC;

-- The present right to call a portal. No row: nobody has connected it.
CREATE FUNCTION fiscal.portal_access(
    portal text, OUT generation bigint, OUT client_endpoint text, OUT access_token text, OUT expires_in_ms bigint,
    OUT refused_code text) RETURNS SETOF record
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT t.generation, t.client_endpoint, t.access_token,
           greatest(0, floor(extract(epoch FROM t.expires_at - clock_timestamp()) * 1000))::bigint, t.refused_code
    FROM fiscal.portal_token t WHERE t.portal = $1;
END;

-- Makes the caller the one who refreshes a pair, for `lease_ms`, under the row's lock: one in the whole fleet.
--
-- Outcome: yours (refresh_token is told, to nobody else meanwhile); newer (the pair is another one already); busy
-- (somebody is at it); refused (a person is needed); unknown (nobody has connected the portal).
CREATE FUNCTION fiscal.take_refresh(
    portal text, generation bigint, lease_ms bigint, OUT outcome text, OUT refresh_token text) RETURNS record
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    t fiscal.portal_token;
BEGIN
    SELECT * INTO t FROM fiscal.portal_token p WHERE p.portal = portal FOR UPDATE;
    IF t.portal IS NULL THEN
        outcome := 'unknown';
    ELSIF t.generation <> generation THEN
        outcome := 'newer';
    ELSIF t.refused_code IS NOT NULL THEN
        outcome := 'refused';
    ELSIF t.refreshing_until > clock_timestamp() THEN
        outcome := 'busy';
    ELSE
        UPDATE fiscal.portal_token p SET refreshing_until = clock_timestamp() + lease_ms * interval '1 millisecond'
        WHERE p.portal = portal;
        outcome := 'yours';
        refresh_token := t.refresh_token;
    END IF;
END
$$;

-- Keeps the pair that came for the one of `generation`. False: that one was replaced meanwhile, and this is dropped.
CREATE FUNCTION fiscal.keep_tokens(
    portal text, generation bigint, client_endpoint text, access_token text, refresh_token text, expires_in_ms bigint)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    UPDATE fiscal.portal_token p
    SET generation = generation + 1, client_endpoint = client_endpoint, access_token = access_token,
        refresh_token = refresh_token, received_at = clock_timestamp(),
        expires_at = clock_timestamp() + expires_in_ms * interval '1 millisecond',
        refreshing_until = NULL, refused_code = NULL
    WHERE p.portal = portal AND p.generation = generation;
    IF FOUND THEN RETURN true; END IF;
    -- The answer to an earlier try of this very call may have been lost.
    RETURN EXISTS (SELECT FROM fiscal.portal_token p
                   WHERE p.portal = portal AND p.generation = generation + 1 AND p.refresh_token = refresh_token);
END
$$;

-- Ends a refresh that brought no pair. With a code the server refused it for good, until somebody connects it anew.
CREATE FUNCTION fiscal.end_refresh(portal text, generation bigint, refused_code text) RETURNS void
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE fiscal.portal_token p SET refreshing_until = NULL, refused_code = $3
    WHERE p.portal = $1 AND p.generation = $2;
END;

-- The portal answers under another address now.
CREATE FUNCTION fiscal.move_portal(portal text, generation bigint, client_endpoint text) RETURNS void
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE fiscal.portal_token p SET client_endpoint = $3 WHERE p.portal = $1 AND p.generation = $2;
END;

-- Puts in the first pair of an application, or another one in the place of a pair that is lost or refused.
CREATE FUNCTION fiscal.connect_portal(
    portal text, client_endpoint text, access_token text, refresh_token text, expires_in_ms bigint, who text, why text)
    RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    made bigint;
BEGIN
    INSERT INTO fiscal.portal_token AS p
        (portal, generation, client_endpoint, access_token, refresh_token, expires_at, received_at)
    VALUES (portal, 1, client_endpoint, access_token, refresh_token,
            clock_timestamp() + expires_in_ms * interval '1 millisecond', clock_timestamp())
    ON CONFLICT ON CONSTRAINT portal_token_pkey DO UPDATE
    -- A refresh of the former pair that is under way must not match this one.
    SET generation = p.generation + 2, client_endpoint = excluded.client_endpoint, access_token = excluded.access_token,
        refresh_token = excluded.refresh_token, expires_at = excluded.expires_at, received_at = excluded.received_at,
        refreshing_until = NULL, refused_code = NULL
    RETURNING p.generation INTO made;
    INSERT INTO fiscal.operator_action (who, action, why, target) VALUES (who, 'connect_portal', why, portal);
    RETURN made;
END
$$;

-- What an administrator may see of the pairs: no secret.
CREATE FUNCTION fiscal.portal_connections(
    OUT portal text, OUT client_endpoint text, OUT generation bigint, OUT received_at timestamptz,
    OUT expires_at timestamptz, OUT refused_code text) RETURNS SETOF record
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT t.portal, t.client_endpoint, t.generation, t.received_at, t.expires_at, t.refused_code
    FROM fiscal.portal_token t ORDER BY t.portal;
END;

REVOKE ALL ON FUNCTION fiscal.take_call, fiscal.empty_call_bucket, fiscal.portal_access, fiscal.take_refresh,
    fiscal.keep_tokens, fiscal.end_refresh, fiscal.move_portal, fiscal.connect_portal, fiscal.portal_connections FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.take_call, fiscal.empty_call_bucket, fiscal.portal_access, fiscal.take_refresh,
    fiscal.keep_tokens, fiscal.end_refresh, fiscal.move_portal TO fiscal_worker;
GRANT EXECUTE ON FUNCTION fiscal.connect_portal TO fiscal_admin;
GRANT EXECUTE ON FUNCTION fiscal.portal_connections TO fiscal_admin, fiscal_reader, fiscal_worker;
GRANT SELECT ON fiscal.call_bucket TO fiscal_worker, fiscal_admin, fiscal_reader;
