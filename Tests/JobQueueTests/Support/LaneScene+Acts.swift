import Testing

@testable import JobQueue

/// What else can happen to a lane: calls, late words, lost answers, closed queues, a person's findings.
extension LaneScene {
    /// The first job is to be looked at in an hour, and at once if somebody called.
    var snooze: SessionScript {
        SessionScript(name: "snooze", statements: [moving(to: "later", by: "snooze", after: 3_600_000)])
    }
    /// Somebody from outside calls about the job that runs.
    var wake: SessionScript {
        SessionScript(
            name: "wake",
            statements: [
                "INSERT INTO called SELECT \(runner) FROM fiscal.wake_job(\(runner)) AS was (heard) WHERE heard"
            ])
    }
    /// The end of a run, and what becomes of its word if it does not count.
    var finishOrEvidence: SessionScript {
        SessionScript(
            name: "finish or evidence",
            statements: [
                finishing,
                """
                INSERT INTO heard
                SELECT \(runner), k.finding FROM told t CROSS JOIN LATERAL fiscal.keep_evidence(
                    \(owner), '{\(runner)}', '{1}', '{finish}', '{test}', '{run}', '{1}', '{1}', '{0}', '{\(runner)}', '{infinity}', '{null}', '{null}',
                    '{null}', '{null}', '{null}', '{"{}"}', '{f}') k
                WHERE t.job = \(runner) AND NOT t.counted
                """,
            ])
    }
    /// The owner never had an answer to its claim.
    var handBack: SessionScript {
        SessionScript(
            name: "hand back",
            statements: ["SELECT fiscal.hand_back_unknown(\(owner), '{}', '{}', clock_timestamp())::text"])
    }
    /// A person has found out what became of a dead job.
    var resolve: SessionScript {
        SessionScript(
            name: "resolve",
            statements: [
                "SELECT fiscal.resolve_job(\(jobs[0]), 'anna', 'why', '{\"absent\": true}', NULL, NULL, NULL)"
            ])
    }
    /// A queue is closed, or opened again.
    var pause: SessionScript {
        SessionScript(name: "pause", statements: ["SELECT fiscal.pause_queue('local', 'anna', 'why')::text"])
    }
    var resume: SessionScript {
        SessionScript(name: "resume", statements: ["SELECT fiscal.resume_queue('local', 'anna', 'why')::text"])
    }
    /// A claim that remembers whether the queue was closed before it began.
    func claimIfOpen(_ rival: Int = 0) -> SessionScript {
        SessionScript(
            name: "claim if open \(rival)",
            statements: [
                """
                WITH before AS MATERIALIZED (
                    SELECT EXISTS (SELECT FROM fiscal.queue q WHERE q.name = 'local' AND q.paused_at IS NOT NULL)
                        AS closed)
                INSERT INTO claimed
                SELECT '\(shop)', b.closed, count(c.id) FROM before b
                CROSS JOIN LATERAL (\(SQLSession.claimText(rivals[rival], 5, shop: shop))) c GROUP BY b.closed
                """
            ])
    }
    /// Something is written that a job of another lane has to look at, one for all that write.
    func spawn(_ number: Int = 0) -> SessionScript {
        SessionScript(
            name: "spawn \(number)",
            statements: [
                "INSERT INTO wrote VALUES ('\(shop)', pg_current_xact_id())",
                """
                SELECT fiscal.spawn('{\(jobs[0])}', '{\(shop)}', '{test}', '{push:1}', '{local}', '{run}', '{0}', '{null}',
                    '{0}', '{t}')::text
                """,
            ])
    }
    /// A claim whose run then looks at what is written.
    func claimAndLook(_ rival: Int = 0) -> SessionScript {
        SessionScript(
            name: "claim and look \(rival)",
            statements: [
                SQLSession.claimText(rivals[rival], 5, shop: shop), "COMMIT", "BEGIN",
                """
                INSERT INTO looked SELECT j.shop, pg_current_snapshot() FROM fiscal.job j
                WHERE j.shop = '\(shop)' AND j.single AND j.state = 'running'
                """,
            ])
    }
    /// Somebody is at work on a row of the lane this instant, and changes nothing.
    func hold(_ index: Int) -> SessionScript {
        SessionScript(
            name: "lock on \(index)",
            statements: ["SELECT id::text FROM fiscal.job WHERE id = \(jobs[index]) FOR UPDATE"])
    }
}
