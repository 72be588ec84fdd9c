-- Refunds of tills that name no goods, and come before the sale that they take back.
--
-- Such a refund has nothing to build a receipt of until its sale has one. It is a dead letter, visible, and would hold its
-- lane, in which the sale comes behind it. So the sale is let pass once it is there, and the refund begins anew once the sale
-- has its receipt: each once, as a person would, and recorded as a worker's act.

-- Returns how many it let pass and how many it began anew, `at_most` together.
CREATE FUNCTION fiscal.settle_early_refunds(at_most integer) RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r      record;
    answer text;
    acted  bigint := 0;
BEGIN
    FOR r IN
        SELECT j.id, x.passes
        FROM fiscal.job j
        JOIN fiscal.outbox o ON o.id = j.event_id
        CROSS JOIN LATERAL (
            SELECT j.holder AND EXISTS (
                       SELECT FROM fiscal.job w JOIN fiscal.outbox s ON s.id = w.event_id
                       WHERE NOT w.holder AND w.lane <> '' AND w.state = 'waiting' AND w.shop = j.shop AND w.lane = j.lane
                         AND w.kind = j.kind AND s.payload ->> 'transaction_id' = o.payload ->> 'original_transaction_id'
                   ) AS passes,
                   EXISTS (
                       SELECT FROM fiscal.receipt p
                       WHERE p.shop = j.shop AND p.payment_id = 'pos:' || (o.payload ->> 'original_transaction_id')
                         AND p.type = 'sell' AND p.state IN ('fiscalised', 'shadow')) AS begins
        ) x
        WHERE j.state = 'dead' AND j.kind = 'pos.transaction' AND j.reason_code = 'original_missing' AND NOT j.spawned
          AND (x.passes OR x.begins)
          -- What was begun anew in vain is for a person.
          AND NOT EXISTS (SELECT FROM fiscal.operator_action a
                          WHERE a.job_id = j.id AND a.action = 'replay' AND a.who LIKE 'worker:%')
        ORDER BY j.id LIMIT at_most
    LOOP
        IF r.passes THEN
            answer := fiscal.release_job(r.id, 'worker: pos', 'the sale that it takes back has come');
        ELSE
            answer := fiscal.replay_job(r.id, 'worker: pos', 'the sale that it takes back has its receipt');
        END IF;
        acted := acted + (answer IN ('released', 'replayed'))::integer;
    END LOOP;
    RETURN acted;
END
$$;

REVOKE ALL ON FUNCTION fiscal.settle_early_refunds FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.settle_early_refunds TO fiscal_worker;
