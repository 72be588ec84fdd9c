-- migration: no-transaction
-- What happened in a span of days, for reconciliation. A few bytes per 128 pages: it costs the shops' INSERTs nothing,
-- and several values per range keep a late import from spoiling it.
CREATE INDEX CONCURRENTLY IF NOT EXISTS outbox_occurred ON fiscal.outbox
    USING brin (occurred_at timestamptz_minmax_multi_ops) WITH (pages_per_range = 64, autosummarize = on);
