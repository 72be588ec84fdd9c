/// One run of a job, as its outcome names it.
struct RunID: Hashable, Sendable {
    let job: JobID
    let number: Int64

    init(job: JobID, number: Int64) {
        self.job = job
        self.number = number
    }

    init(_ run: JobRun) {
        self.init(job: run.job, number: run.runNumber)
    }
}
