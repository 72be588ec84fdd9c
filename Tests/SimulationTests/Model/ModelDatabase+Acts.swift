import Postgres
import Relay

extension ModelDatabase {
    /// Whether what a job sent may be at the provider; see `fiscal.is_in_doubt`.
    static func isInDoubt(_ job: ModelJob) -> Bool {
        job.doubtful || job.state == .inDoubt || job.reasonCode == "in_doubt"
            || job.reasonCode == "effect_failed" && job.step == "submit"
    }

    /// Whether a provider has a receipt of this job that is not printed yet, or may have one.
    private func isUnsettled(_ job: ModelJob) -> Bool {
        receipts.contains { receipt in
            receipt.eventID == job.eventID
                && (receipt.state == .submitted
                    || receipt.state == .planned && receipt.part == job.part && Self.isInDoubt(job))
        }
    }

    /// Runs a dead job again, at `step` or where it died; see `fiscal.replay_job` and `fiscal.abandon_receipts`.
    mutating func replay(
        _ id: Int64, step: String?, nextEdition: Bool, orderedAs: String?, at now: Timestamp
    ) -> Bool {
        guard let index = index(id), jobs[index].state == .dead else { return false }
        let isOther = step != nil || nextEdition
        if isOther || orderedAs == "correction", isUnsettled(jobs[index]) { return false }
        if nextEdition, mutation != .correctionUnasked,
            receipts.contains(where: { $0.eventID == jobs[index].eventID && $0.stored.hasFailedInPassing })
        {
            return false
        }
        let settles = Self.isInDoubt(jobs[index]) && !isOther
        jobs[index].beginAnew(at: now)
        jobs[index].state = settles ? .inDoubt : .ready
        jobs[index].doubtful = settles
        if isOther { jobs[index].evidence = nil }
        if let step { (jobs[index].step, jobs[index].queue) = (step, "local") }
        if nextEdition { jobs[index].edition += 1 }
        jobs[index].orderedAs = orderedAs ?? jobs[index].orderedAs
        if nextEdition {
            for place in receipts.indices
            where receipts[place].eventID == jobs[index].eventID && receipts[place].state == .planned
                && receipts[place].edition < jobs[index].edition
            {
                receipts[place].state = .abandoned
                receipts[place].closedAt = now
            }
        }
        note(id, at: now)
        return true
    }

    /// Ends a person's doubt about a dead job, which goes on at `step`; see `fiscal.resolve_job`.
    mutating func resolve(
        _ id: Int64, step: String, queue: String?, isAbsent: Bool = false, at now: Timestamp
    ) -> Bool {
        guard let index = index(id), jobs[index].state == .dead else { return false }
        jobs[index].beginAnew(at: now)
        jobs[index].state = .ready
        jobs[index].doubtful = false
        jobs[index].step = step
        jobs[index].queue = queue ?? jobs[index].queue
        jobs[index].evidence = nil
        note(id, at: now)
        if isAbsent, let event = events.firstIndex(where: { $0.id == id }) { events[event].absences.append(now) }
        return true
    }

    /// What a person did to a job is on record, and sleepers are told of it.
    private mutating func note(_ job: Int64, at now: Timestamp) {
        if let event = events.firstIndex(where: { $0.id == job }) { events[event].acts.append(now) }
        tellSleepers(at: now)
    }

    /// Lets the rest of a lane pass a dead job; see `fiscal.release_job`.
    mutating func release(_ id: Int64, at now: Timestamp) -> Bool {
        guard let index = index(id), jobs[index].state == .dead, jobs[index].holder else { return false }
        jobs[index].holder = false
        if let event = events.firstIndex(where: { $0.id == id }) { events[event].wasReleased = true }
        settleLane(shop: jobs[index].shop, lane: jobs[index].lane, at: now)
        return true
    }

    /// Opens a destination, whatever closed it.
    mutating func resume(_ destination: String, at now: Timestamp) {
        guard destinations[destination]?.isShut(at: now) ?? false else { return }
        destinations[destination]?.resume()
        tellSleepers(at: now)
    }
}
