/// A run and its outcome, on their way to the database.
struct Report: Sendable {
    let run: JobRun
    let outcome: Outcome
    let disposition: Disposition
    /// The run had been answered for already, or its worker called dead.
    var isLate = false
}
