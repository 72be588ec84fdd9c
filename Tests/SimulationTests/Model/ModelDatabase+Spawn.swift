import Postgres

@testable import JobQueue

extension ModelDatabase {
    /// Makes the jobs that runs ordered; see `fiscal.spawn`.
    mutating func spawn(_ reports: [Report], at now: Timestamp) {
        guard mutation != .spawnForgotten else { return }
        spawn(reports.flatMap { report in report.outcome.spawned.map { (run: report.run, order: $0) } }, at: now)
    }

    /// Makes jobs that belong to runs.
    mutating func spawn(_ ordered: [(run: JobRun, order: SpawnedJob)], at now: Timestamp) {
        for (run, order) in ordered.sorted(by: {
            ($0.run.shop, $0.order.kind, $0.order.lane) < ($1.run.shop, $1.order.kind, $1.order.lane)
        }) {
            lastID += 1
            let isPending = jobs.contains {
                $0.single && ($0.runNumber == 0 || mutation == .begunCountsAsPending) && $0.shop == run.shop
                    && $0.kind == order.kind && $0.lane == order.lane
            }
            guard !order.uniqueWhilePending || !isPending else { continue }
            var job = ModelJob(
                id: lastID, eventID: run.eventID, shop: run.shop, kind: order.kind, lane: order.lane, step: order.step,
                at: now, spawned: true, single: order.uniqueWhilePending)
            job.queue = order.queue
            job.checkpoint = order.checkpoint
            if order.runAfter > .zero {
                job.state = .later
                job.runAt = now.advanced(by: .milliseconds(order.runAfter.milliseconds))
            }
            jobs.append(job)
        }
    }
}
