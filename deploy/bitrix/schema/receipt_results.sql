-- What became of events of a shop, by their keys: for the cash register class of the Bitrix module.
--
-- A login that writes events may learn the fate of those whose keys it knows, and nothing about the rest: no lines, no
-- buyers. Several parts: fiscalised when all are, with the last one's numbers; refused as soon as one is.
CREATE OR REPLACE FUNCTION fiscal.receipt_results(shop text, event_keys text[])
    RETURNS TABLE (event_key text, state text, fn text, fd text, fpd text, closed_at bigint, refusal_message text)
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    ROWS 100
AS $$
    SELECT o.event_key,
           CASE WHEN bool_or(r.state IN ('refused', 'abandoned')) THEN 'refused'
                WHEN bool_and(r.state = 'fiscalised') THEN 'fiscalised'
                ELSE 'waiting' END,
           (array_agg(r.fn ORDER BY r.part DESC))[1],
           (array_agg(r.fd ORDER BY r.part DESC))[1],
           (array_agg(r.fpd ORDER BY r.part DESC))[1],
           extract(epoch FROM max(r.closed_at))::bigint,
           max(r.refusal_message)
    FROM fiscal.outbox o
    JOIN fiscal.receipt r ON r.event_id = o.id
     AND r.edition = (SELECT max(l.edition) FROM fiscal.receipt l WHERE l.event_id = r.event_id AND l.part = r.part)
    WHERE o.shop = $1 AND o.event_key = ANY ($2)
    GROUP BY o.id, o.event_key
$$;

REVOKE ALL ON FUNCTION fiscal.receipt_results FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.receipt_results TO fiscal_writer, fiscal_worker, fiscal_admin, fiscal_reader;
