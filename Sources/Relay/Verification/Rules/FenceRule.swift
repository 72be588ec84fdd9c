import Postgres

/// I3: each run is closed once; what a lost run says changes nothing; the runs of a job never overlap.
enum FenceRule {
    static func violations(of event: HistoryEvent, _ tolerance: HistoryTolerance) -> [Violation] {
        let runs = inOrder(event.runs)
        var found = compare(runs, event: event.id, tolerance)
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

    /// Of runs of jobs that no event is.
    static func violations(of runs: [HistoryRun], _ tolerance: HistoryTolerance) -> [Violation] {
        Dictionary(grouping: runs, by: \.job).sorted { $0.key < $1.key }.flatMap {
            compare(inOrder($0.value), event: nil, tolerance)
        }
    }

    /// Without those that counted for nothing.
    private static func inOrder(_ runs: [HistoryRun]) -> [HistoryRun] {
        runs.filter { $0.standing != .fenced }.sorted { ($0.runNumber, $0.endedAt) < ($1.runNumber, $1.endedAt) }
    }

    /// Each run of a job with the one before it.
    private static func compare(
        _ runs: [HistoryRun], event: Int64?, _ tolerance: HistoryTolerance
    ) -> [Violation] {
        var found: [Violation] = []
        for (before, run) in zip(runs, runs.dropFirst()) {
            if before.runNumber == run.runNumber {
                found.append(twice(before, run, event: event))
            } else if run.endedAt < before.endedAt {
                found.append(
                    Violation(
                        .fence, "closed_out_of_order", event: event, run: before,
                        "it was closed after run \(run.runNumber)"))
            } else if let began = run.startedAt, began.advanced(by: tolerance.clocks) < before.endedAt {
                found.append(
                    Violation(
                        .fence, "runs_overlap", event: event, run: run,
                        "it began before run \(before.runNumber) was closed"))
            }
            if before.outcome == "finish" {
                found.append(
                    Violation(.fence, "run_after_end", event: event, run: run, "the job had been finished before"))
            }
        }
        return found
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
