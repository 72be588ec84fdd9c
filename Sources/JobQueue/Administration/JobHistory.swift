/// Everything that is known of one job.
package struct JobHistory: Hashable, Sendable {
    /// `nil`: it is done.
    package let job: JobListing?
    /// How its event ended; `nil`: it has not, or the job was a spawned one.
    package let end: String?
    /// Oldest first.
    package let attempts: [JobAttempt]
    /// Oldest first.
    package let actions: [OperatorAction]
}
