import Postgres

/// The statements by which a worker speaks to the queue; the functions are those of the migrations.
enum QueueStatements {
    static let register = Statement(
        "queue_register", "SELECT fiscal.register_worker($1, $2, $3, $4, $5, $6, $7, $8::int[])")
    static let heartbeat = Statement("queue_heartbeat", "SELECT fiscal.heartbeat($1)")
    static let bury = Statement("queue_bury", "SELECT fiscal.bury_workers($1)")
    static let rescue = Statement("queue_rescue", "SELECT job, run, lost_by, became FROM fiscal.rescue($1, $2::int)")
    static let handBackUnknown = Statement(
        "queue_hand_back_unknown", "SELECT * FROM fiscal.hand_back_unknown($1, $2, $3, $4)")
    static let clock = Statement("queue_clock", "SELECT clock_timestamp()")
    static let stop = Statement("queue_stop", "SELECT fiscal.stop_worker($1)")
    static let wantWake = Statement("queue_want_wake", "SELECT fiscal.want_wake($1)")
    static let survey = Statement(
        "queue_survey", "SELECT queue, shop, priority, wait_ms, closed_ms FROM fiscal.survey($1, $2, $3::smallint[])")
    static let claim = Statement(
        "queue_claim",
        """
        SELECT * FROM fiscal.claim_runs(
            $1, $2::int, $3, $4, $5::smallint[], $6, $7, $8::int[], $9, $10, $11, $12, $13, $14::int[], $15, $16,
            $17::int[], $18::int)
        """)
    static let finishRuns = Statement(
        "queue_finish_runs",
        "SELECT fiscal.finish_runs($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)")
    static let skipRuns = Statement("queue_skip_runs", "SELECT fiscal.skip_runs($1, $2)")
    static let finish = Statement(
        "queue_finish", "SELECT fiscal.finish($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
    static let move = Statement(
        "queue_move",
        """
        SELECT fiscal.move($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::int[], $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
        """)
    static let spawn = Statement(
        "queue_spawn", "SELECT fiscal.spawn($1, $2, $3, $4, $5, $6, $7::int[], $8, $9, $10)")
    static let keepEvidence = Statement(
        "queue_keep_evidence",
        """
        SELECT job, run, finding FROM fiscal.keep_evidence(
            $1, $2, $3, $4, $5, $6, $7::int[], $8::int[], $9::int[], $10, $11, $12, $13, $14, $15, $16, $17, $18)
        """)
    static let holdDestination = Statement(
        "queue_hold_destination", "SELECT fiscal.hold_destination($1, $2, $3, $4)")
    static let reportDestinations = Statement(
        "queue_report_destinations",
        "SELECT name, broken FROM fiscal.report_destinations($1, $2::int[], $3::int[], $4)")
    static let limitDestination = Statement(
        "queue_limit_destination", "SELECT fiscal.limit_destination($1, $2, $3::int, $4::int, $5::int)")
    static let declareSchedule = Statement(
        "queue_declare_schedule", "SELECT fiscal.declare_schedule($1, $2, $3, $4, $5, $6, $7, $8)")
    static let fireSchedules = Statement("queue_fire_schedules", "SELECT fiscal.fire_schedules()")
    static let lookAfter = Statement("queue_look_after", "SELECT fiscal.look_after($1, $2)")
    static let raiseAlarm = Statement("queue_raise_alarm", "SELECT fiscal.raise_alarm($1, $2, $3)")
}
