/// A run and its outcome, on their way to the database.
struct Report: Sendable {
    let run: JobRun
    let outcome: Outcome
    let disposition: Disposition
    /// The head of the stretch in which it ran: its end must be recorded in the same transaction. `nil`: it ran by
    /// itself.
    var head: JobID?
    /// The run had been answered for already, or its worker called dead.
    var isLate = false
}

extension Report {
    /// The jobs that are to be done once more if these reports turn out fenced: of steps that write a level outside.
    /// One that waits for its first run already is enough.
    static func levels(_ reports: [Report]) -> [(run: JobRun, job: SpawnedJob)] {
        reports.filter(\.disposition.mayOverwrite).map { report in
            let run = report.run
            return (
                run,
                SpawnedJob(kind: run.kind, lane: run.lane, queue: run.queue, step: run.step, uniqueWhilePending: true)
            )
        }
    }
}
