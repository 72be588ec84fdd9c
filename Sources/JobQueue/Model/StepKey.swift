/// Which code runs a job: its kind and the step it stands at.
package struct StepKey: Hashable, Sendable, CustomStringConvertible {
    /// `fiscal.job.kind`, for example `order.paid`.
    package let kind: String
    /// `fiscal.job.step`, for example `submit`.
    package let step: String

    package init(kind: String, step: String) {
        self.kind = kind
        self.step = step
    }

    /// `order.paid/submit`; neither half is ever a secret or a person's data.
    package var description: String { "\(kind)/\(step)" }
}
