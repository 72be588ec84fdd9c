import Postgres
import TestSupport

extension QueueHarness {
    /// Fills `fiscal.job` as after a bad day: `count` jobs of twenty shops, half of them in lanes of ten, most ready, some
    /// later, some waiting, some dead, a tenth with a deadline.
    ///
    /// Indexes are made after the rows and no event is written, so that a million take seconds.
    func fillJobs(_ count: Int) async throws {
        try await sql(
            """
            DO $$
            DECLARE
                index record;
                made  text[] := '{}';
            BEGIN
                ALTER TABLE fiscal.job DROP CONSTRAINT job_pkey;
                FOR index IN SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS text FROM pg_index
                             WHERE indrelid = 'fiscal.job'::regclass LOOP
                    made := made || index.text;
                    EXECUTE format('DROP INDEX %s', index.name);
                END LOOP;
                INSERT INTO fiscal.job (id, event_id, run_at, step_since, state, shop, kind, lane, queue, step, deadline,
                                        reason_code)
                SELECT i, i,
                       now() + CASE WHEN i > 4 AND i % 100 BETWEEN 1 AND 4 THEN interval '1 day'
                                    ELSE i * interval '-1 ms' END, now(),
                       (CASE WHEN i % 100 = 0 THEN 'dead' WHEN i % 100 < 5 THEN 'later' WHEN i % 100 = 50 THEN 'waiting'
                             ELSE 'ready' END)::fiscal.job_state,
                       'shop' || i % 20, 'test', CASE WHEN i % 2 = 0 THEN 'order:' || i / 20 ELSE '' END,
                       CASE WHEN i % 4 = 0 THEN 'provider' ELSE 'local' END, 'run',
                       CASE WHEN i % 10 = 0 THEN now() + interval '1 day' END, CASE WHEN i % 100 = 0 THEN 'x' END
                FROM generate_series(1, \(count)) i;
                ALTER TABLE fiscal.job ADD CONSTRAINT job_pkey PRIMARY KEY (id);
                FOR place IN 1..cardinality(made) LOOP
                    EXECUTE made[place];
                END LOOP;
                PERFORM setval('fiscal.outbox_id_seq', \(count));
            END $$
            """)
        try await sql("ANALYZE fiscal.job")
    }
}
