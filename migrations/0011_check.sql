-- Checks of Bitrix's cash register: events like others, whose result the shop asks for.

INSERT INTO fiscal.kind (name, first_step) VALUES ('cashbox.check', 'build') ON CONFLICT (name) DO NOTHING;

-- Whose results a login of a shop may see. Without a row a login sees those of any shop whose keys it knows, as in an
-- installation for one merchant; with rows, those of its shops and no others.
CREATE TABLE fiscal.writer_shop (
    login  text NOT NULL,
    shop   text NOT NULL,
    PRIMARY KEY (login, shop)
);

COMMENT ON TABLE fiscal.writer_shop IS 'Shops whose results a login with fiscal_writer may ask for; no row: any.';

-- What became of checks, by the keys of their events, at most 1000 a call. Nothing of lines and buyers; nothing of other
-- events.
--
-- fiscalised: all parts are, with the last one's numbers. refused: a person has to act, or has given it up; reason says
-- why. waiting: neither yet. A key that is not among the shop's checks is not in the answer.
CREATE FUNCTION fiscal.check_results(shop text, event_keys text[])
    RETURNS TABLE (event_key text, state text, fn text, fd text, fpd text, closed_at bigint, reason text)
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    ROWS 100
AS $$
    SELECT o.event_key,
           CASE WHEN r.is_done THEN 'fiscalised'
                WHEN j.state = 'dead' OR e.event_id IS NOT NULL AND e.outcome <> 'shadow' THEN 'refused'
                ELSE 'waiting' END,
           CASE WHEN r.is_done THEN r.fn END,
           CASE WHEN r.is_done THEN r.fd END,
           CASE WHEN r.is_done THEN r.fpd END,
           CASE WHEN r.is_done THEN extract(epoch FROM r.closed_at)::bigint END,
           CASE WHEN NOT r.is_done THEN coalesce(j.reason, e.outcome) END
    FROM fiscal.outbox o
    CROSS JOIN LATERAL (
        SELECT count(*) > 0 AND bool_and(p.state = 'fiscalised') AS is_done,
               (array_agg(p.fn ORDER BY p.part DESC))[1] AS fn,
               (array_agg(p.fd ORDER BY p.part DESC))[1] AS fd,
               (array_agg(p.fpd ORDER BY p.part DESC))[1] AS fpd,
               max(p.closed_at) AS closed_at
        FROM fiscal.receipt p
        WHERE p.event_id = o.id
          AND p.edition = (SELECT max(l.edition) FROM fiscal.receipt l WHERE l.event_id = p.event_id AND l.part = p.part)
    ) r
    LEFT JOIN fiscal.job j ON j.id = o.id
    LEFT JOIN fiscal.event_end e ON e.event_id = o.id
    WHERE o.shop = $1 AND o.event_key = ANY (($2)[1:1000]) AND o.kind = 'cashbox.check'
      AND (NOT EXISTS (SELECT FROM fiscal.writer_shop w WHERE w.login = session_user)
           OR EXISTS (SELECT FROM fiscal.writer_shop w WHERE w.login = session_user AND w.shop = $1))
$$;

COMMENT ON FUNCTION fiscal.check_results IS 'What became of checks of a shop, by the keys of their events.';

REVOKE ALL ON FUNCTION fiscal.check_results FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.check_results TO fiscal_writer, fiscal_admin, fiscal_reader;
GRANT SELECT, INSERT, DELETE ON fiscal.writer_shop TO fiscal_admin;
GRANT SELECT ON fiscal.writer_shop TO fiscal_reader;
