/// How a dead job is to run again.
package struct ReplayOptions: Hashable, Sendable {
    /// Where to begin; `nil`: at the step where it died.
    package var step: String?
    /// The queue of that step; `nil`: the one it is in.
    package var queue: String?
    /// Whether another edition is made: what the old one sent stays on record, and a doubt about it is over.
    package var nextEdition = false
    /// What the steps are told by ``JobRun/orderedAs``, for example `correction`.
    package var orderedAs: String?
    /// JSON text in place of the job's checkpoint; `nil`: it stays.
    package var checkpoint: String?

    package init() {}
}
