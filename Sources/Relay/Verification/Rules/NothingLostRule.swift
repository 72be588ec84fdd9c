/// I7: every event has a job or an end, and whatever has not ended is at work, or in front of a person.
enum NothingLostRule {
    static func violations(of event: HistoryEvent, isSettled: Bool) -> [Violation] {
        func violation(_ code: String, _ detail: String) -> [Violation] {
            [Violation(.nothingLost, code, event: event.id, detail)]
        }
        guard let job = event.job else {
            return event.end == nil ? violation("forgotten", "it has neither a job nor an end") : []
        }
        if let end = event.end { return violation("job_and_end", "it ended as \(end.outcome) and still has a job") }
        if job.isOrphaned { return violation("orphaned", "it runs under a worker that is no more") }
        if job.isStray { return violation("stray", "it waits in its lane for nobody") }
        if job.state == "dead", job.reasonCode?.isEmpty ?? true, job.reason?.isEmpty ?? true {
            return violation("dead_without_reason", "it is a dead letter that does not say why")
        }
        if isSettled, job.state != "dead", job.state != "waiting" {
            return violation("not_at_rest", "nothing is under way, and it is \(job.state) at step \(job.step)")
        }
        return []
    }

    static func vanished(_ events: [Int64]) -> [Violation] {
        events.map { Violation(.nothingLost, "event_vanished", event: $0, "it ended, and is not in the outbox") }
    }
}
