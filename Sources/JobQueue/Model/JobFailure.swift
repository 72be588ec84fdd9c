/// Why a run did not succeed, for a person and for statistics.
package struct JobFailure: Hashable, Sendable {
    /// Short and stable, for example `payload_invalid`; a bounded set, fit for a metric's label.
    package let code: String
    /// Plain words for a person who is no programmer. No personal data, no secrets (I10).
    package let message: String
    /// Whether the destination is to blame and not this job: it counts for the destination's breaker, answered or not,
    /// and such a *later* burns no attempt (I9).
    package let blamesDestination: Bool

    package init(code: String, message: String, blamesDestination: Bool = false) {
        self.code = code
        self.message = message
        self.blamesDestination = blamesDestination
    }
}
