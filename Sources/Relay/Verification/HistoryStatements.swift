import Postgres

/// How a history is read: pages of events along an index, and what belongs to a page by its ids.
enum HistoryStatements {
    /// Whether the job j stands as running under a worker w that is unknown, or whose jobs have all been rescued.
    private static let orphaned =
        "coalesce(j.state = 'running' AND (w.id IS NULL OR w.rescued_at IS NOT NULL), false)"

    /// Whether the job j waits in a lane in which nobody is whom it could wait for.
    private static let stray = """
        coalesce(j.state = 'waiting', false)
            AND NOT EXISTS (SELECT FROM fiscal.job h WHERE h.holder AND h.shop = j.shop AND h.lane = j.lane)
            AND NOT EXISTS (SELECT FROM fiscal.job r WHERE NOT r.holder AND r.lane <> '' AND r.state <> 'dead'
                            AND r.state <> 'waiting' AND r.shop = j.shop AND r.lane = j.lane AND r.id < j.id)
        """

    private static let columns = """
        SELECT o.id, o.shop, o.kind, o.event_key, o.subject,
               CASE WHEN $1 THEN pg_xact_commit_timestamp(o.xmin) END AS committed_at,
               j.state::text AS state, j.step, j.run_no, j.holder, j.reason_code, j.reason,
               \(orphaned) AS orphaned, \(stray) AS stray,
               e.outcome, e.at
        FROM fiscal.outbox o
        LEFT JOIN fiscal.job j ON j.id = o.id
        LEFT JOIN fiscal.worker w ON w.id = j.worker_id
        LEFT JOIN fiscal.event_end e ON e.event_id = o.id
        """

    /// Events with a lane after a place, in the order of shop, lane and id.
    static let inLanes = Statement(
        "verify.lanes",
        columns + """

            WHERE o.subject <> '' AND (o.shop, o.subject, o.id) > ($2, $3, $4)
            ORDER BY o.shop, o.subject, o.id LIMIT $5
            """)

    /// Events without a lane after a place, in the order of their ids.
    static let alone = Statement(
        "verify.alone",
        columns + """

            WHERE o.subject = '' AND o.id > $2
            ORDER BY o.id LIMIT $3
            """)

    static let receipts = Statement(
        "verify.receipts",
        """
        SELECT r.event_id, r.part, r.edition, r.external_id, r.destination, r.settlement_key, r.state,
               encode(r.request_digest, 'hex') AS recorded, encode(sha256(r.request), 'hex') AS actual,
               r.fn, r.fd, r.fpd, r.closed_at
        FROM fiscal.receipt r WHERE r.event_id = ANY ($1)
        ORDER BY r.event_id, r.part, r.edition
        """)

    static let runs = Statement(
        "verify.runs",
        """
        SELECT a.job_id, a.run_no, a.worker_id, a.started_at, a.ended_at, a.part, a.edition, a.step, a.outcome,
               encode(a.digest, 'hex') AS digest, a.sent_at, a.answered_at, a.code, s.doubt,
               CASE WHEN a.outcome = 'lost' THEN w.lease_until + s.timeout END AS quiet_until
        FROM fiscal.attempt a
        LEFT JOIN fiscal.worker w ON w.id = a.worker_id
        LEFT JOIN fiscal.worker_step s ON s.worker_id = a.worker_id AND s.kind = a.kind AND s.step = a.step
        WHERE a.job_id = ANY ($1)
        ORDER BY a.job_id, a.run_no, a.ended_at
        """)

    /// What people did to the jobs of events.
    static let acts = Statement(
        "verify.acts",
        """
        SELECT a.job_id, a.action, a.at, coalesce(a.after -> 'finding' ? 'absent', false) AS absent
        FROM fiscal.operator_action a
        WHERE a.job_id = ANY ($1) AND a.action IN ('release', 'replay', 'resolve')
        ORDER BY a.id
        """)

    /// Whether the server remembers when transactions committed.
    static let keepsCommitTimes = Statement(
        "verify.commit_times", "SELECT current_setting('track_commit_timestamp')::boolean AS keeps")

    static let total = Statement("verify.total", "SELECT count(*) AS total FROM fiscal.outbox")

    // MARK: The remainder. Each returns only what looks wrong, at most as many rows as it is asked for.

    static let rivals = Statement(
        "verify.rivals",
        """
        SELECT r.event_id, r.part, r.edition, r.external_id, r.destination, r.settlement_key, r.state,
               encode(r.request_digest, 'hex') AS recorded, encode(r.request_digest, 'hex') AS actual,
               r.fn, r.fd, r.fpd, r.closed_at
        FROM fiscal.receipt r
        JOIN (SELECT l.shop, l.settlement_key, l.part FROM fiscal.receipt l
              WHERE l.state NOT IN ('refused', 'abandoned')
              GROUP BY l.shop, l.settlement_key, l.part HAVING count(*) > 1) twice
            USING (shop, settlement_key, part)
        ORDER BY r.settlement_key, r.event_id, r.part, r.edition LIMIT $1
        """)

    /// Jobs that no event is. Of those that look well there may be many: write-backs that wait for their portal.
    static let orderedJobs = Statement(
        "verify.ordered_jobs",
        """
        SELECT * FROM (
            SELECT j.id, j.shop, j.kind, j.lane, j.event_id, j.state::text AS state, j.step, j.run_no, j.holder,
                   j.reason_code, j.reason, \(orphaned) AS orphaned, \(stray) AS stray
            FROM fiscal.job j
            LEFT JOIN fiscal.worker w ON w.id = j.worker_id
            WHERE NOT EXISTS (SELECT FROM fiscal.outbox o WHERE o.id = j.id)) ordered
        WHERE orphaned OR stray OR state NOT IN ('dead', 'waiting')
           OR state = 'dead' AND coalesce(reason_code, '') = '' AND coalesce(reason, '') = ''
        ORDER BY state IN ('ready', 'later', 'in_doubt'), id LIMIT $1
        """)

    static let orderedRuns = Statement(
        "verify.ordered_runs",
        """
        SELECT a.job_id, a.run_no, a.worker_id, a.started_at, a.ended_at, a.part, a.edition, a.step, a.outcome,
               encode(a.digest, 'hex') AS digest, a.sent_at, a.answered_at, a.code, NULL::text AS doubt,
               NULL::timestamptz AS quiet_until
        FROM fiscal.attempt a
        JOIN (SELECT DISTINCT p.job_id
              FROM (SELECT d.job_id, d.run_no, d.started_at, d.ended_at, lag(d.run_no) OVER runs AS run_before,
                           lag(d.ended_at) OVER runs AS end_before, lag(d.outcome) OVER runs AS outcome_before
                    FROM fiscal.attempt d
                    WHERE d.outcome <> 'fenced' AND NOT EXISTS (SELECT FROM fiscal.outbox o WHERE o.id = d.job_id)
                    WINDOW runs AS (PARTITION BY d.job_id ORDER BY d.run_no, d.ended_at)) p
              WHERE p.run_before = p.run_no OR p.started_at < p.end_before OR p.ended_at < p.end_before
                 OR p.outcome_before = 'finish') wrong USING (job_id)
        ORDER BY a.job_id, a.run_no, a.ended_at LIMIT $1
        """)

    static let vanished = Statement(
        "verify.vanished",
        """
        SELECT e.event_id FROM fiscal.event_end e
        WHERE NOT EXISTS (SELECT FROM fiscal.outbox o WHERE o.id = e.event_id)
        ORDER BY e.event_id LIMIT $1
        """)

    /// Levels that are not the sum of their movements, each line of a transaction counted once (the one that was
    /// recorded first), and products of which a line is on record more than once.
    static let stock = Statement(
        "verify.stock",
        """
        SELECT shop, store_id, product_id, trim_scale(l.quantity)::text AS level,
               trim_scale(coalesce(m.total, 0))::text AS total, coalesce(m.repeats, 0) AS repeats,
               l.quantity IS NOT NULL AND l.quantity = coalesce(m.total, 0) AS even
        FROM (SELECT d.shop, d.store_id, d.product_id, sum(d.quantity) FILTER (WHERE d.place = 1) AS total,
                     count(*) FILTER (WHERE d.place > 1) AS repeats
              FROM (SELECT t.shop, t.store_id, t.product_id, t.quantity,
                           row_number() OVER (PARTITION BY t.shop, t.transaction_id, t.line ORDER BY t.id) AS place
                    FROM fiscal.stock_movement t) d
              GROUP BY 1, 2, 3) m
        FULL JOIN fiscal.stock_level l USING (shop, store_id, product_id)
        WHERE l.quantity IS DISTINCT FROM coalesce(m.total, 0) OR m.repeats > 0
        ORDER BY shop, store_id, product_id LIMIT $1
        """)

    static let carried = Statement(
        "verify.carried",
        """
        SELECT m.store_id, m.product_id, (sum(m.quantity) * 1000000)::bigint AS millionths
        FROM fiscal.stock_document d JOIN fiscal.stock_movement m ON m.document_id = d.id
        WHERE d.state IN ('conducted', 'found') AND NOT EXISTS (
            SELECT FROM fiscal.stock_refusal r WHERE r.document_id = d.id AND r.product_id = m.product_id)
        GROUP BY 1, 2 ORDER BY 1, 2
        """)

    static let openDocuments = Statement(
        "verify.openDocuments", "SELECT number FROM fiscal.stock_document WHERE state = 'planned'")
}
