-- migration: no-transaction
-- Jobs that have a deadline, for the alarm. Most of `job` never stands in it. Made beside the shops' INSERTs, which wait
-- for nothing meanwhile.
CREATE INDEX CONCURRENTLY IF NOT EXISTS job_deadline ON fiscal.job (deadline) WHERE deadline IS NOT NULL;
