/// One thing that `doctor` looked at.
package struct DoctorFinding: Hashable, Sendable, Encodable {
    package enum Verdict: String, Sendable, Encodable {
        case fine
        /// Works, and should be looked at.
        case warning
        /// Does not work.
        case broken
    }

    /// What was looked at, e.g. `schema` or `shop main: credentials`.
    package let check: String
    package let verdict: Verdict
    /// For the person on duty; no secrets, no personal data.
    package let detail: String

    package init(_ check: String, _ verdict: Verdict, _ detail: String) {
        self.check = check
        self.verdict = verdict
        self.detail = detail
    }
}
