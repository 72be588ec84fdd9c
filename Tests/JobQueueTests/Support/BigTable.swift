import Postgres
import TestSupport

extension QueueHarness {
    /// Fills `fiscal.job` as after a bad day: `count` jobs of twenty shops, half of them in lanes of ten, most ready,
    /// some later, some waiting, some dead, a tenth with a deadline, some spawned and alone of their kind; some hundreds
    /// run, with the turns of their lanes or for a destination that counts its runs. A fifth has a run in `fiscal.attempt`.
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
                INSERT INTO fiscal.job (id, event_id, run_no, run_at, claimed_at, worker_id, step_since, state, holder,
                                        limited, single, spawned, shop, kind, lane, queue, step, deadline, reason_code)
                SELECT i, i, k.runs::int,
                       now() + CASE WHEN i > 4 AND i % 100 BETWEEN 1 AND 4 THEN interval '1 day'
                                    ELSE i * interval '-1 ms' END,
                       CASE WHEN k.runs THEN now() END, CASE WHEN k.runs THEN 0 END, now(),
                       (CASE WHEN k.runs THEN 'running' WHEN i % 100 = 0 THEN 'dead' WHEN i % 100 < 5 THEN 'later'
                             WHEN i % 100 = 50 THEN 'waiting' ELSE 'ready' END)::fiscal.job_state,
                       k.runs AND i % 2 = 0, k.runs AND i % 2 = 1, i % 100 = 9, i % 100 = 9,
                       'shop' || i % 20, CASE WHEN i % 100 = 9 THEN 'child' ELSE 'test' END,
                       CASE WHEN i % 100 = 9 THEN 'child:' || i WHEN i % 2 = 0 THEN 'order:' || i / 200 ELSE '' END,
                       CASE WHEN i % 4 = 0 OR k.runs AND i % 2 = 1 THEN 'provider' ELSE 'local' END, 'run',
                       CASE WHEN i % 10 = 0 THEN now() + interval '1 day' END, CASE WHEN i % 100 = 0 THEN 'x' END
                FROM generate_series(1, \(count)) i
                CROSS JOIN LATERAL (SELECT i <= 20000 AND i % 200 IN (7, 8) AS runs) k;
                ALTER TABLE fiscal.job ADD CONSTRAINT job_pkey PRIMARY KEY (id);
                FOR place IN 1..cardinality(made) LOOP
                    EXECUTE made[place];
                END LOOP;
                PERFORM setval('fiscal.outbox_id_seq', \(count));
                INSERT INTO fiscal.attempt (job_id, run_no, event_id, worker_id, started_at, ended_at, attempt, part,
                                            edition, kind, step, outcome)
                SELECT i, 1, i, 0, now(), now(), 0, 1, 1, 'test', 'run', 'later' FROM generate_series(1, \(count), 5) i;
            END $$
            """)
        try await sql("ANALYZE fiscal.job, fiscal.attempt")
    }
}
