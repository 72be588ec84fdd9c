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
        return fault(of: job, isSettled: isSettled).map { violation($0.code, "it \($0.detail)") } ?? []
    }

    /// Of a job that no event is. One that a schedule orders is never at rest.
    static func violations(of ordered: OrderedJob, isSettled: Bool) -> [Violation] {
        fault(of: ordered.job, isSettled: isSettled && ordered.event != nil).map { code, detail in
            [
                Violation(
                    .nothingLost, code, event: ordered.event, "job \(ordered.id) of kind \(ordered.kind) \(detail)")
            ]
        } ?? []
    }

    private static func fault(of job: HistoryEvent.Job, isSettled: Bool) -> (code: String, detail: String)? {
        if job.isOrphaned { return ("orphaned", "runs under a worker that is no more") }
        if job.isStray { return ("stray", "waits in its lane for nobody") }
        if job.state == "dead", job.reasonCode?.isEmpty ?? true, job.reason?.isEmpty ?? true {
            return ("dead_without_reason", "is a dead letter that does not say why")
        }
        if isSettled, job.state != "dead", job.state != "waiting" {
            return ("not_at_rest", "is \(job.state) at step \(job.step), though nothing is under way")
        }
        return nil
    }

    static func vanished(_ events: [Int64]) -> [Violation] {
        events.map { Violation(.nothingLost, "event_vanished", event: $0, "it ended, and is not in the outbox") }
    }
}
