/// A run and its outcome, on their way to the database.
struct Report: Sendable {
    let run: JobRun
    let outcome: Outcome
    let disposition: Disposition
    /// The head of the stretch in which it ran: its end must be recorded in the same transaction. `nil`: it ran by itself.
    var head: JobID?
    /// The run had been answered for already, or its worker called dead.
    var isLate = false
}
