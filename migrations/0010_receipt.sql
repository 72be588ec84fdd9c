-- Receipts: what was promised to a provider and what became of it.
--
-- A row is written before the first byte of its request leaves (the intent), and its external_id, request and
-- request_digest never change afterwards: every later send of the receipt sends these same bytes.

CREATE TABLE fiscal.receipt (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id        bigint NOT NULL REFERENCES fiscal.outbox (id),
    -- Number among the receipts that one event needs, from 1; sent in this order.
    part            smallint NOT NULL CHECK (part >= 1),
    -- Grows only when a person replays a receipt that the provider has refused for good.
    edition         smallint NOT NULL CHECK (edition >= 1),
    shop            text NOT NULL,
    -- What is settled, e.g. payment:5:in:1 or shipment:7. One living receipt per settlement and part.
    settlement_key  text NOT NULL,
    -- The order and payment this receipt belongs to, as the shop numbers them; NULL for a sale without an order.
    order_id        text,
    payment_id      text,
    -- The receipt of ours that this one takes back or repairs, by its key.
    original_external_id text,
    -- Kind of the document in neutral words: sell, sell_return, sell_correction, …
    type            text NOT NULL,
    -- In kopecks.
    total           bigint NOT NULL CHECK (total >= 0),
    -- The provider's kind and the destination through which it is reached; 'none' in shadow mode.
    provider        text NOT NULL,
    destination     text NOT NULL,
    -- Our idempotency key at the provider, made of shop, event key, part and edition only.
    external_id     text NOT NULL,
    -- The receipt in neutral words, and the bytes made of it for this provider.
    document        jsonb NOT NULL,
    request         bytea NOT NULL,
    request_digest  bytea NOT NULL CHECK (length(request_digest) = 32),
    state           text NOT NULL DEFAULT 'planned'
                    CHECK (state IN ('planned', 'submitted', 'fiscalised', 'refused', 'shadow', 'abandoned')),
    -- The provider's number of the task.
    provider_id     text,
    fn              text,
    fd              text,
    fpd             text,
    qr              text,
    -- Why the provider refused it, in its own words.
    refusal_code    text,
    refusal_message text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    submitted_at    timestamptz,
    closed_at       timestamptz,
    UNIQUE (event_id, part, edition),
    CHECK (state <> 'fiscalised' OR (fn IS NOT NULL AND fd IS NOT NULL AND fpd IS NOT NULL))
);

COMMENT ON TABLE fiscal.receipt IS
    'One row per fiscal document: the intent (key and bytes), and its fate. Permanent.';

-- One receipt per settlement, whatever says it twice. A refused or abandoned one makes room for the next edition.
CREATE UNIQUE INDEX receipt_settlement ON fiscal.receipt (shop, settlement_key, part)
    WHERE state NOT IN ('refused', 'abandoned');

-- The key leads: a correction names the receipt that it repairs by our key alone.
CREATE UNIQUE INDEX receipt_external_id ON fiscal.receipt (external_id, destination);

-- What is still to be sent or printed: few rows, that people and doctor ask for.
CREATE INDEX receipt_open ON fiscal.receipt (event_id) WHERE state IN ('planned', 'submitted');

-- The history of an order: refunds and closing receipts are built from it.
CREATE INDEX receipt_order ON fiscal.receipt (shop, order_id) WHERE order_id IS NOT NULL;

CREATE INDEX receipt_payment ON fiscal.receipt (shop, payment_id) WHERE payment_id IS NOT NULL;

-- The intent is fixed: no statement may change what was promised to the provider, nor to which account.
CREATE FUNCTION fiscal.receipt_keep_intent() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'the key and the bytes of a receipt are fixed before it is sent (receipt %)', OLD.id
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER receipt_keep_intent
    BEFORE UPDATE OF event_id, part, edition, shop, settlement_key, type, total, provider, destination, external_id, document,
        request, request_digest ON fiscal.receipt
    FOR EACH ROW
    WHEN ((OLD.event_id, OLD.part, OLD.edition, OLD.shop, OLD.settlement_key, OLD.type, OLD.total, OLD.provider,
           OLD.destination, OLD.external_id, OLD.request_digest)
          IS DISTINCT FROM
          (NEW.event_id, NEW.part, NEW.edition, NEW.shop, NEW.settlement_key, NEW.type, NEW.total, NEW.provider,
           NEW.destination, NEW.external_id, NEW.request_digest)
          OR OLD.request IS DISTINCT FROM NEW.request
          OR OLD.document IS DISTINCT FROM NEW.document)
    EXECUTE FUNCTION fiscal.receipt_keep_intent();

-- What was printed, refused or given up stays so: a repair is a document of its own.
CREATE FUNCTION fiscal.receipt_keep_end() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'a receipt that is % stays so (receipt %)', OLD.state, OLD.id USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER receipt_keep_end
    BEFORE UPDATE OF state, fn, fd, fpd ON fiscal.receipt
    FOR EACH ROW
    WHEN (OLD.state IN ('fiscalised', 'refused', 'shadow', 'abandoned')
          AND (OLD.state, OLD.fn, OLD.fd, OLD.fpd) IS DISTINCT FROM (NEW.state, NEW.fn, NEW.fd, NEW.fpd))
    EXECUTE FUNCTION fiscal.receipt_keep_end();

-- What the order in the shop shows of its receipt: a level, written again whenever it differs from fiscal.receipt.
CREATE TABLE fiscal.writeback (
    shop        text NOT NULL,
    order_id    text NOT NULL,
    receipt_id  bigint NOT NULL REFERENCES fiscal.receipt (id),
    -- written: the order shows the receipt; property_missing: the shop has no such property; order_missing.
    outcome     text NOT NULL CHECK (outcome IN ('written', 'property_missing', 'order_missing', 'refused')),
    detail      text,
    written_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (shop, order_id)
);

COMMENT ON TABLE fiscal.writeback IS 'The receipt that an order in the shop shows, one row per order.';

-- Gives up the receipts of an event that no provider has, so that another edition, or a correction, can take their place.
-- Returns how many. Called with the replay that orders the other edition, in its transaction.
CREATE FUNCTION fiscal.abandon_receipts(event bigint) RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    given_up bigint;
BEGIN
    UPDATE fiscal.receipt r SET state = 'abandoned', closed_at = now()
    WHERE r.event_id = event AND r.state = 'planned';
    GET DIAGNOSTICS given_up = ROW_COUNT;
    RETURN given_up;
END
$$;

-- Writes down what a person found out about a receipt in doubt: the provider's number of it, or its fiscal signs.
-- False: there is no such receipt, or it is not in doubt.
CREATE FUNCTION fiscal.settle_receipt(
    event bigint, number_of_part smallint, provider_number text, fn text, fd text, fpd text) RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    UPDATE fiscal.receipt r
    SET state = CASE WHEN fn IS NULL THEN 'submitted' ELSE 'fiscalised' END,
        provider_id = coalesce(provider_number, r.provider_id),
        fn = settle_receipt.fn, fd = settle_receipt.fd, fpd = settle_receipt.fpd,
        submitted_at = coalesce(r.submitted_at, now()),
        closed_at = CASE WHEN fn IS NULL THEN NULL ELSE now() END
    WHERE r.event_id = event AND r.part = number_of_part AND r.state IN ('planned', 'submitted');
    RETURN FOUND;
END
$$;

-- Whether what a job sent may be at the provider: the doubt outlives whatever the job dies of afterwards.
-- effect_failed: the answer of a sending could not be written down.
CREATE FUNCTION fiscal.is_in_doubt(j fiscal.job) RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
RETURN j.doubtful OR j.state = 'in_doubt' OR coalesce(j.reason_code = 'in_doubt', false)
    OR coalesce(j.reason_code = 'effect_failed' AND j.step = 'submit', false);

-- Gives a job up, and the receipts of its event that no provider has. Outcome: cancelled, running, no_such_job;
-- in_doubt, submitted: a provider may have one of its receipts, or has, and nothing was changed.
CREATE FUNCTION fiscal.cancel_receipt_job(job bigint, who text, why text) RETURNS text
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    was fiscal.job;
BEGIN
    was := fiscal.lock_job(job);
    IF was.state <> 'running' AND was.event_id IS NOT NULL AND NOT was.spawned THEN
        IF EXISTS (SELECT FROM fiscal.receipt r WHERE r.event_id = was.event_id AND r.state = 'submitted') THEN
            RETURN 'submitted';
        END IF;
        IF fiscal.is_in_doubt(was)
           AND EXISTS (SELECT FROM fiscal.receipt r WHERE r.event_id = was.event_id AND r.state = 'planned') THEN
            RETURN 'in_doubt';
        END IF;
        PERFORM fiscal.abandon_receipts(was.event_id);
    END IF;
    RETURN fiscal.cancel_job(job, who, why);
END
$$;

REVOKE ALL ON FUNCTION fiscal.receipt_keep_intent, fiscal.receipt_keep_end, fiscal.abandon_receipts,
    fiscal.settle_receipt, fiscal.is_in_doubt, fiscal.cancel_receipt_job FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fiscal.abandon_receipts, fiscal.settle_receipt, fiscal.is_in_doubt, fiscal.cancel_receipt_job
    TO fiscal_admin;
GRANT EXECUTE ON FUNCTION fiscal.is_in_doubt TO fiscal_worker, fiscal_reader;

GRANT SELECT, INSERT, UPDATE ON fiscal.receipt, fiscal.writeback TO fiscal_worker;
GRANT SELECT ON fiscal.receipt, fiscal.writeback TO fiscal_reader, fiscal_admin;

-- The events of an order: what a closing receipt looks back on, and what people look for.
CREATE INDEX outbox_subject ON fiscal.outbox (shop, subject, id) WHERE subject <> '';

-- Workers and readers say whether the schema fits them.
GRANT SELECT ON fiscal.schema_migration TO fiscal_worker, fiscal_admin, fiscal_reader;
