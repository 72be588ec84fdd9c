import Postgres

/// Reports as the array parameters of `fiscal.finish_runs`, `fiscal.finish`, `fiscal.move`, `fiscal.spawn` and
/// `fiscal.keep_evidence`.
enum ReportColumns {
    static func finish(_ worker: WorkerID, _ reports: [Report]) -> [Parameter] {
        [
            .int(worker.rawValue),
            .ints(reports.map { $0.run.job.rawValue }),
            .ints(reports.map { $0.run.runNumber }),
            .texts(reports.map { ($0.disposition.outcome ?? "").withoutNUL }),
            .bools(reports.map { $0.disposition.recordsHistory }),
            .timestamps(reports.map { $0.outcome.exchange?.sentAt }),
            .timestamps(reports.map { $0.outcome.exchange?.answeredAt }),
            .texts(reports.map { $0.outcome.exchange?.code?.withoutNUL }),
            .byteses(reports.map { $0.outcome.exchange?.digest }),
            .texts(reports.map { $0.outcome.exchange?.evidence }),
        ]
    }

    /// Of `fiscal.finish_runs`: jobs that are done, and those that are to be moved in the same transaction, among them
    /// followers that ran and are not done.
    static func finishRuns(_ worker: WorkerID, _ done: [Report], moving moved: [Report]) -> [Parameter] {
        let takes = moved.filter { $0.head != nil }
        return [
            .int(worker.rawValue),
            .ints(done.map { $0.run.job.rawValue }),
            .ints(done.map { $0.run.runNumber }),
            .ints(done.map { $0.head?.rawValue }),
            .timestamps(done.map { $0.head == nil ? nil : $0.run.claimedAt }),
            .texts(done.map { ($0.disposition.outcome ?? "").withoutNUL }),
            .bools(done.map { $0.disposition.recordsHistory }),
            .timestamps(done.map { $0.outcome.exchange?.sentAt }),
            .timestamps(done.map { $0.outcome.exchange?.answeredAt }),
            .texts(done.map { $0.outcome.exchange?.code?.withoutNUL }),
            .byteses(done.map { $0.outcome.exchange?.digest }),
            .texts(done.map { $0.outcome.exchange?.evidence }),
            .ints(takes.map { $0.run.job.rawValue }),
            .ints(takes.map { $0.run.runNumber }),
            .ints(takes.map { $0.head?.rawValue }),
            .timestamps(takes.map { $0.run.claimedAt }),
            .ints(moved.map { $0.run.job.rawValue }),
        ]
    }

    static func move(_ worker: WorkerID, _ reports: [Report]) -> [Parameter] {
        [
            .int(worker.rawValue),
            .ints(reports.map { $0.run.job.rawValue }),
            .ints(reports.map { $0.run.runNumber }),
            .texts(reports.map { $0.disposition.verdict }),
            .texts(reports.map { $0.disposition.place?.rawValue }),
            .ints(reports.map { $0.disposition.delay.milliseconds }),
            .bools(reports.map { $0.disposition.burnsAttempt }),
            .texts(reports.map { $0.disposition.step }),
            .texts(reports.map { $0.disposition.queue }),
            .ints(reports.map { $0.disposition.part.map(Int64.init) }),
            .texts(reports.map { $0.disposition.checkpoint }),
            .timestamps(reports.map { $0.outcome.deadline }),
            .texts(reports.map { $0.disposition.failure?.code.withoutNUL }),
            .texts(reports.map { $0.disposition.failure?.message.withoutNUL }),
            .timestamps(reports.map { $0.outcome.exchange?.sentAt }),
            .timestamps(reports.map { $0.outcome.exchange?.answeredAt }),
            .texts(reports.map { $0.outcome.exchange?.code?.withoutNUL }),
            .byteses(reports.map { $0.outcome.exchange?.digest }),
            .texts(reports.map { $0.outcome.exchange?.evidence }),
            .bools(reports.map { $0.disposition.recordsHistory }),
        ]
    }

    static func spawn(_ reports: [Report]) -> [Parameter] {
        spawn(reports.flatMap { report in report.outcome.spawned.map { (run: report.run, job: $0) } })
    }

    static func spawn(_ jobs: [(run: JobRun, job: SpawnedJob)]) -> [Parameter] {
        [
            .ints(jobs.map { $0.run.eventID }), .texts(jobs.map { $0.run.shop }), .texts(jobs.map { $0.job.kind }),
            .texts(jobs.map { $0.job.lane }), .texts(jobs.map { $0.job.queue }), .texts(jobs.map { $0.job.step }),
            .ints(jobs.map { Int64($0.job.priority.rawValue) }), .texts(jobs.map { $0.job.checkpoint }),
            .ints(jobs.map { $0.job.runAfter.milliseconds }), .bools(jobs.map { $0.job.uniqueWhilePending }),
        ]
    }

    static func evidence(_ worker: WorkerID, _ reports: [Report]) -> [Parameter] {
        [
            .int(worker.rawValue),
            .ints(reports.map { $0.run.job.rawValue }),
            .ints(reports.map { $0.run.runNumber }),
            .texts(reports.map { $0.disposition.verdict }),
            .texts(reports.map { $0.run.kind }),
            .texts(reports.map { $0.run.step }),
            .ints(reports.map { Int64($0.run.part) }),
            .ints(reports.map { Int64($0.run.edition) }),
            .ints(reports.map { Int64($0.run.attempt) }),
            .ints(reports.map { $0.run.eventID }),
            .timestamps(reports.map { $0.run.claimedAt }),
            .texts(reports.map { ($0.disposition.failure?.code ?? $0.outcome.exchange?.code)?.withoutNUL }),
            .texts(reports.map { $0.disposition.failure?.message.withoutNUL }),
            .timestamps(reports.map { $0.outcome.exchange?.sentAt }),
            .timestamps(reports.map { $0.outcome.exchange?.answeredAt }),
            .byteses(reports.map { $0.outcome.exchange?.digest }),
            .texts(reports.map { $0.outcome.exchange?.evidence }),
            .bools(reports.map { $0.isLate }),
        ]
    }
}
