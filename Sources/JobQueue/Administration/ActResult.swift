/// What became of an act on one job.
package enum ActResult: String, Hashable, Sendable {
    case replayed, cancelled, released, resolved
    case noSuchJob = "no_such_job"
    /// It is not a dead letter.
    case notDead = "not_dead"
    /// It is under way; wait for its end or its lease.
    case running
    /// It does not hold its lane.
    case notHolding = "not_holding"
    /// What it sent may have arrived, or has: the act would forget that. It must be settled first.
    case inDoubt = "in_doubt"
    case submitted

    /// Whether something was done.
    package var isDone: Bool {
        switch self {
        case .replayed, .cancelled, .released, .resolved: true
        case .noSuchJob, .notDead, .running, .notHolding, .inDoubt, .submitted: false
        }
    }
}
