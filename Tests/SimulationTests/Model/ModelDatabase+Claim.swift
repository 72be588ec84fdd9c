import Postgres

@testable import JobQueue

extension ModelDatabase {
    private func closed(_ queue: String, at now: Timestamp) -> Duration? {
        guard let destination = destinations[queue] else { return .zero }
        return destination.closed(at: now)
    }

    /// What work there is, as `fiscal.survey` tells it.
    func survey(besides known: [StreamKey], at now: Timestamp) -> [SurveyFinding] {
        var streams: [StreamKey] = []
        var due: [(queue: String, at: Timestamp)] = []
        for job in jobs {
            if job.state == .ready {
                let key = StreamKey(queue: job.queue, shop: job.shop, priority: 0)
                if !streams.contains(key) && !known.contains(key) { streams.append(key) }
            } else if job.isDue {
                if let index = due.firstIndex(where: { $0.queue == job.queue }) {
                    due[index].at = min(due[index].at, job.runAt)
                } else {
                    due.append((job.queue, job.runAt))
                }
            }
        }
        streams.sort { ($0.queue, $0.shop) < ($1.queue, $1.shop) }
        due.sort { $0.queue < $1.queue }
        var findings: [SurveyFinding] = []
        for key in streams {
            findings.append(
                SurveyFinding(
                    queue: key.queue, stream: key, wait: .zero,
                    closedFor: closed(key.queue, at: now)?.wholeMilliseconds))
        }
        for (queue, at) in due {
            // The database answers in whole milliseconds, rounded up.
            let wait = max(.zero, now.duration(to: at)).wholeMilliseconds
            findings.append(
                SurveyFinding(
                    queue: queue, stream: nil, wait: wait, closedFor: closed(queue, at: now)?.wholeMilliseconds))
        }
        return findings
    }

    /// Claims as `fiscal.claim_runs` does. A worker that was called dead gets nothing, not even counts.
    mutating func claim(_ worker: Int64, _ plan: ClaimPlan, lease: LeaseWatch, at now: Timestamp) -> ClaimAnswer {
        guard let me = workers[worker], !me.isDead else { return ClaimAnswer() }
        var room = plan.room
        var candidates: [Int] = []
        var counts = [Int?](repeating: nil, count: plan.streams.count + plan.dueQueues.count)
        var reached = [ClaimFloor.Position?](repeating: nil, count: counts.count)
        // How many runs each destination still allows.
        var allowed: [String: Int] = [:]
        func running(in queue: String) -> Int {
            guard mutation != .concurrencyIgnored else { return 0 }
            return jobs.reduce(0) { $0 + ($1.state == .running && $1.limited && $1.queue == queue ? 1 : 0) }
        }
        func visit(_ queue: String, _ slot: Int, _ limit: Int, _ fits: (ModelJob) -> Bool) {
            var quota = 0
            if closed(queue, at: now) == .zero {
                quota = limit
                if queue != QueueName.local {
                    let bound = min(room, plan.queueRooms[queue] ?? room)
                    let left: Int
                    if let known = allowed[queue] {
                        left = known
                    } else if destinations[queue] != nil {
                        let running = running(in: queue)
                        left = destinations[queue]?.allowance(bound, running: running, at: now) ?? bound
                    } else {
                        left = bound
                    }
                    allowed[queue] = left
                    quota = min(quota, left)
                }
            }
            let found = first(quota, of: queue, for: me, where: fits)
            counts[slot] = found.count
            reached[slot] = found.last.map { ClaimFloor.Position(readyAt: jobs[$0].runAt, id: jobs[$0].id) }
            allowed[queue]? -= found.count
            room -= found.count
            candidates += found
        }
        for pass in 1...2 {
            if (pass == 1) == plan.dueFirst {
                for (index, queue) in plan.dueQueues.enumerated() where room > 0 {
                    let floor = plan.dueFloors[queue] ?? .bottom
                    visit(queue, plan.streams.count + index, room) {
                        $0.isDue && $0.runAt <= now && ($0.runAt, $0.id) >= (floor.readyAt, floor.id)
                    }
                }
            } else {
                for (index, stream) in plan.streams.enumerated() where room > 0 {
                    visit(stream.key.queue, index, min(room, stream.limit)) {
                        $0.state == .ready && $0.shop == stream.key.shop
                            && ($0.runAt, $0.id) >= (stream.floor.readyAt, stream.floor.id)
                    }
                }
            }
        }
        var answer = ClaimAnswer()
        answer.visited = counts
        answer.reached = reached
        answer.lookedAt = now
        let admitted = admit(candidates)
        // What steps aside uses no token, and is no probe.
        var used: [String: Int] = [:]
        for index in admitted where destinations[jobs[index].queue] != nil { used[jobs[index].queue, default: 0] += 1 }
        for (queue, count) in used { destinations[queue]?.spend(mutation == .tokensKept ? 0 : count, at: now) }
        for index in admitted {
            jobs[index].state = .running
            jobs[index].limited = destinations[jobs[index].queue]?.concurrency != nil
            jobs[index].runNumber += 1
            jobs[index].worker = worker
            jobs[index].claimedAt = now
            jobs[index].holder = !jobs[index].lane.isEmpty && mutation != .laneKeyRemoved
            answer.runs.append(claimed(jobs[index], lease))
        }
        answer.runs += followers(of: admitted, me.steps, lease)
        answer.runs.sort { ($0.readyAt, $0.run.job) < ($1.readyAt, $1.run.job) }
        return answer
    }

    /// The first jobs of a queue that fit, and that the worker has a step for.
    private func first(
        _ limit: Int, of queue: String, for worker: ModelWorker, where fits: (ModelJob) -> Bool
    ) -> [Int] {
        guard limit > 0 else { return [] }
        var found = jobs.indices.filter { index in
            jobs[index].queue == queue && fits(jobs[index])
                && worker.steps[StepKey(kind: jobs[index].kind, step: jobs[index].step)] != nil
        }
        if found.count > 1 { found.sort { (jobs[$0].runAt, jobs[$0].id) < (jobs[$1].runAt, jobs[$1].id) } }
        if found.count > limit { found.removeLast(found.count - limit) }
        return found
    }

    /// Of the candidates those that may run; the others step aside.
    private mutating func admit(_ candidates: [Int]) -> [Int] {
        guard mutation != .laneKeyRemoved else { return candidates }
        // Decided by how it is before any of them steps aside.
        func mayBegin(_ place: Int) -> Bool {
            if jobs[place].lane.isEmpty || jobs[place].holder { return true }
            return !jobs.indices.contains { other in
                jobs[other].shop == jobs[place].shop && jobs[other].lane == jobs[place].lane
                    && (jobs[other].holder || jobs[other].id < jobs[place].id && jobs[other].state != .dead)
            }
        }
        let admitted = candidates.filter(mayBegin)
        if admitted.count < candidates.count {
            for place in candidates where !admitted.contains(place) { jobs[place].state = .waiting }
        }
        return admitted
    }

    func claimed(_ job: ModelJob, _ lease: LeaseWatch) -> ClaimedRun {
        let event = events.first { $0.id == job.eventID }
        let run = JobRun(
            job: JobID(job.id), runNumber: job.runNumber, eventID: job.eventID, shop: job.shop, kind: job.kind,
            eventKey: event?.key ?? "", lane: job.lane, queue: job.queue, step: job.step, part: job.part,
            edition: job.edition, attempt: job.attempt, snoozes: job.snoozes, doubts: job.doubts,
            checkpoint: job.checkpoint, payload: "{}", occurredAt: event?.occurredAt ?? job.stepSince,
            createdAt: event?.committedAt ?? job.stepSince, claimedAt: job.claimedAt ?? job.stepSince,
            stepSince: job.stepSince, settlingDoubt: job.doubtful, spawned: job.spawned, evidence: job.evidence,
            orderedAs: job.orderedAs,
            lease: lease)
        return ClaimedRun(run: run, priority: 0, readyAt: job.runAt)
    }

    /// Gives the turn of a lane to the eldest job that waits for it.
    mutating func passTurn(shop: String, lane: String, at now: Timestamp) {
        guard mutation != .turnKept else { return }
        let eldest = jobs.indices.first {
            !jobs[$0].holder && jobs[$0].state != .dead && jobs[$0].shop == shop && jobs[$0].lane == lane
        }
        if let eldest, jobs[eldest].state == .waiting {
            jobs[eldest].state = .ready
            jobs[eldest].runAt = now
        }
    }

    /// Gives the turn of a lane on if nobody has it.
    mutating func settleLane(shop: String, lane: String, at now: Timestamp) {
        guard !jobs.contains(where: { $0.holder && $0.shop == shop && $0.lane == lane }) else { return }
        passTurn(shop: shop, lane: lane, at: now)
        tellSleepers(at: now)
    }
}

extension Duration {
    /// The same in whole milliseconds, rounded up.
    var wholeMilliseconds: Duration {
        let (seconds, attoseconds) = components
        let unit: Int64 = 1_000_000_000_000_000
        return .milliseconds(seconds * 1000 + (attoseconds + unit - 1) / unit)
    }
}
