/// What a step's lost run means for the world outside, and so what may follow it (invariant I4).
///
/// A run is lost when its worker died or missed its lease; its outcome is then unknown. A step says the same by
/// ``Verdict/inDoubt(_:retryAfter:)``.
package enum DoubtPolicy: String, Hashable, Sendable, CaseIterable {
    /// The step changes nothing but the database, in the transaction that ends it: a lost run is simply run again.
    case none
    /// The same step runs again with ``JobRun/settlingDoubt`` set and asks by key what became of the send.
    case lookup
    /// The same step runs again with ``JobRun/settlingDoubt`` set and sends the same bytes; the other side
    /// deduplicates by key. Never before the end of the lost lease plus the step's time-out.
    case resend
    /// Nothing runs again by itself: the job is dead with reason `in_doubt` until a person resolves it.
    case person
}
