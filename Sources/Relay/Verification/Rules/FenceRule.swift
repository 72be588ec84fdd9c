import Postgres

/// I3: each run is closed once; what a lost run says changes nothing; the runs of a job never overlap.
enum FenceRule {
    static func violations(of event: HistoryEvent, _ tolerance: HistoryTolerance) -> [Violation] {
        let runs = event.runs.filter { $0.standing != .fenced }.sorted {
            ($0.runNumber, $0.endedAt) < ($1.runNumber, $1.endedAt)
        }
        var found: [Violation] = []
        for (before, run) in zip(runs, runs.dropFirst()) {
            if before.runNumber == run.runNumber {
                found.append(twice(before, run, event: event.id))
            } else if run.endedAt < before.endedAt {
                found.append(
                    Violation(
                        .fence, "closed_out_of_order", event: event.id, run: before,
                        "it was closed after run \(run.runNumber)"))
            } else if let began = run.startedAt, began.advanced(by: tolerance.clocks) < before.endedAt {
                found.append(
                    Violation(
                        .fence, "runs_overlap", event: event.id, run: run,
                        "it began before run \(before.runNumber) was closed"))
            }
            if before.outcome == "finish" {
                found.append(
                    Violation(.fence, "run_after_end", event: event.id, run: run, "the job had been finished before"))
            }
        }
        if event.job != nil, let end = runs.last(where: { $0.outcome == "finish" }) {
            found.append(
                Violation(.fence, "job_after_end", event: event.id, run: end, "it finished a job that goes on"))
        }
        if let job = event.job, let last = runs.last, last.runNumber > job.runNumber {
            found.append(
                Violation(
                    .fence, "number_went_back", event: event.id, run: last,
                    "the job stands at run \(job.runNumber), which comes before it"))
        }
        return found
    }

    /// Runs of one job and number that were closed more than once, of jobs that no event is.
    static func doubled(_ runs: [HistoryRun]) -> [Violation] {
        let sorted = runs.filter { $0.standing != .fenced }.sorted {
            ($0.job, $0.runNumber, $0.endedAt) < ($1.job, $1.runNumber, $1.endedAt)
        }
        return zip(sorted, sorted.dropFirst()).filter { $0.job == $1.job && $0.runNumber == $1.runNumber }.map {
            twice($0, $1, event: nil)
        }
    }

    private static func twice(_ before: HistoryRun, _ run: HistoryRun, event: Int64?) -> Violation {
        let wasLost = before.standing == .lost || run.standing == .lost
        return Violation(
            .fence, wasLost ? "fenced_run_counted" : "run_closed_twice", event: event, run: run,
            wasLost
                ? "its job was taken from it, and its outcome was written all the same"
                : "it was closed as \(before.outcome) and as \(run.outcome)")
    }
}
