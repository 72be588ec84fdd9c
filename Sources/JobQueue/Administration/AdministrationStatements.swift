import Postgres

/// The statements of ``JobAdministration``.
enum AdministrationStatements {
    /// Jobs of a filter in the order of their ids, at most as many as the parameter after the filter's says.
    static func list(_ filter: JobFilter) -> Statement {
        let condition = filter.condition
        return Statement(
            "jobs_list",
            """
            SELECT \(JobListing.columns) FROM fiscal.job_listing WHERE \(condition.sql)
            ORDER BY id LIMIT $\(condition.parameters.count + 1)
            """)
    }

    static func count(_ filter: JobFilter) -> Statement {
        Statement("jobs_count", "SELECT count(*) FROM fiscal.job_listing WHERE \(filter.condition.sql)")
    }

    static let countByState = Statement(
        "jobs_count_by_state", "SELECT queue, state::text, count(*) FROM fiscal.job GROUP BY 1, 2 ORDER BY 1, 2")
    static let one = Statement(
        "jobs_show", "SELECT \(JobListing.columns) FROM fiscal.job_listing WHERE id = $1")
    static let attempts = Statement(
        "jobs_attempts",
        """
        SELECT run_no, step, part, edition, worker_id, started_at, sent_at, answered_at, ended_at, outcome, code, message,
               polls
        FROM fiscal.attempt WHERE job_id = $1 ORDER BY run_no, ended_at
        """)
    static let end = Statement("jobs_end", "SELECT outcome FROM fiscal.event_end WHERE event_id = $1")
    static let actions = Statement(
        "jobs_actions", "SELECT at, who, action, why FROM fiscal.operator_action WHERE job_id = $1 ORDER BY id")
    static let replay = Statement(
        "jobs_replay", "SELECT fiscal.replay_job($1, $2, $3, $4, $5, $6, $7, $8)")
    static let cancel = Statement("jobs_cancel", "SELECT fiscal.cancel_job($1, $2, $3)")
    static let release = Statement("jobs_release", "SELECT fiscal.release_job($1, $2, $3)")
    static let resolve = Statement("jobs_resolve", "SELECT fiscal.resolve_job($1, $2, $3, $4, $5, $6, $7)")
    static let pauseQueue = Statement("queues_pause", "SELECT fiscal.pause_queue($1, $2, $3)")
    static let resumeQueue = Statement("queues_resume", "SELECT fiscal.resume_queue($1, $2, $3)")
    static let pauseDestination = Statement(
        "destinations_pause",
        """
        SELECT fiscal.pause_destination($1, coalesce(now() + $2 * interval '1 millisecond', 'infinity'), $3, $4)
        """)
    static let resumeDestination = Statement("destinations_resume", "SELECT fiscal.resume_destination($1, $2, $3)")
    static let queues = Statement(
        "queues_list",
        """
        SELECT coalesce(q.name, d.name, n.queue), q.paused_at, q.paused_by, coalesce(q.paused_why, d.pause_reason),
               CASE WHEN d.paused_until > now() THEN d.paused_until END, coalesce(n.jobs, 0), coalesce(n.dead, 0),
               d.broken_until, d.rate, d.concurrency
        FROM fiscal.queue q
        FULL JOIN fiscal.destination d ON d.name = q.name
        FULL JOIN (SELECT queue, count(*) AS jobs, count(*) FILTER (WHERE state = 'dead') AS dead
                   FROM fiscal.job GROUP BY queue) n ON n.queue = coalesce(q.name, d.name)
        ORDER BY 1
        """)
}
