/// Who acts, and why: both end in `fiscal.operator_action`.
package struct Operator: Hashable, Sendable {
    /// A login or a name; not empty.
    package let who: String
    /// In the person's own words; not empty.
    package let why: String

    package init(who: String, why: String) {
        self.who = who
        self.why = why
    }
}
