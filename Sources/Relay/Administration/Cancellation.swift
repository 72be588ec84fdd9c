/// What became of the wish to give a job up.
package enum Cancellation: String, Hashable, Sendable, CaseIterable {
    case cancelled
    /// There is no such job.
    case noSuchJob = "no_such_job"
    /// It is under way; wait for its end or for the end of its lease.
    case running
    /// A receipt of its event may be at the provider: a person finds out first.
    case inDoubt = "in_doubt"
    /// The provider has accepted a receipt of its event, and is asked until it is printed.
    case submitted
}
