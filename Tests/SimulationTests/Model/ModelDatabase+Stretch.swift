import Postgres

@testable import JobQueue

/// Stretches: jobs of a lane that one worker runs in a row, under the turn of the first one.
extension ModelDatabase {
    /// Which jobs may follow the heads just claimed; see `fiscal.followers`.
    func followers(of heads: [Int], _ steps: [StepKey: ModelWorker.Step], _ lease: LeaseWatch) -> [ClaimedRun] {
        var found: [ClaimedRun] = []
        for index in heads {
            let head = jobs[index]
            let length = steps[StepKey(kind: head.kind, step: head.step)]?.stretch ?? 1
            guard length > 1, !head.lane.isEmpty, head.queue == QueueName.local, head.crashes == 0, !head.doubtful
            else { continue }
            let others = jobs.filter {
                !$0.holder && $0.state != .dead && $0.shop == head.shop && $0.lane == head.lane
            }
            for job in others.prefix(length - 1) {
                let isStep = (steps[StepKey(kind: job.kind, step: job.step)]?.stretch ?? 1) > 1
                guard job.id > head.id, job.mayFollow, isStep else { break }
                var job = job
                job.runNumber += 1
                job.claimedAt = head.claimedAt
                var run = claimed(job, lease)
                run.head = JobID(head.id)
                found.append(run)
            }
        }
        return found
    }

    /// Whether the end of a follower counts: with that of its head, if nobody has touched it since.
    func follows(_ report: Report, heads: Set<JobID>) -> Bool {
        guard let head = report.head, heads.contains(head) || mutation == .followersAlone,
            let index = index(report.run.job.rawValue)
        else { return false }
        let job = jobs[index]
        return job.runNumber == report.run.runNumber - 1 && !job.holder && !job.doubtful
            && (job.state == .ready || job.state == .waiting)
    }

    /// A follower was begun: it has the number and the moment of its run.
    mutating func follow(_ index: Int, _ report: Report) {
        jobs[index].runNumber = report.run.runNumber
        jobs[index].claimedAt = report.run.claimedAt
    }

    /// A follower that is not done gets the turn of its head, and runs.
    mutating func takeTurn(_ report: Report, worker: Int64) {
        guard let index = index(report.run.job.rawValue) else { return }
        follow(index, report)
        jobs[index].state = .running
        jobs[index].worker = worker
        jobs[index].holder = mutation != .turnNotTaken
    }

    /// Whoever died with this head may have run on from it: the numbers of those behind it grow as if each had been
    /// claimed and rescued.
    mutating func renumberFollowers(of head: ModelJob, _ step: ModelWorker.Step?) {
        guard mutation != .followersRenumberedNever, mutation != .followersAlone, head.holder, (step?.stretch ?? 1) > 1
        else { return }
        for index in jobs.indices
        where jobs[index].id > head.id && jobs[index].shop == head.shop && jobs[index].lane == head.lane
            && jobs[index].mayFollow
        {
            jobs[index].runNumber += 2
        }
    }

    /// The numbers of followers that ran are used up, though their ends could not be recorded; see `fiscal.skip_runs`.
    mutating func skipRuns(_ reports: [Report]) {
        for report in reports {
            guard let index = index(report.run.job.rawValue), jobs[index].runNumber == report.run.runNumber - 1,
                !jobs[index].holder, jobs[index].state == .ready || jobs[index].state == .waiting
            else { continue }
            jobs[index].runNumber += 2
        }
    }
}
