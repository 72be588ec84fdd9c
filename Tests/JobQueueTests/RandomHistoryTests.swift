import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// Random histories of everything that can happen to jobs and lanes, each act checked against ``QueueModel``.
///
/// `FISCAL_QUEUE_HISTORIES=200` plays more of them, `FISCAL_QUEUE_SEED=17` that one alone.
@Suite(.database, .timeLimit(.minutes(30))) struct RandomHistoryTests {
    let queue = QueueHarness.current

    private static var seeds: [Int] {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["FISCAL_QUEUE_SEED"].flatMap({ Int($0) }) { return [one] }
        return Array(1...(environment["FISCAL_QUEUE_HISTORIES"].flatMap { Int($0) } ?? 12))
    }

    private enum Act: CaseIterable {
        case enqueue, claim, end, die, replay, resolve, release, cancel, wake, pause
    }

    /// How often each act is tried, in a hundred.
    private static let chances: [(Act, Int)] = [
        (.enqueue, 18), (.claim, 20), (.end, 36), (.replay, 5), (.resolve, 4), (.wake, 4), (.die, 4), (.release, 3),
        (.cancel, 3), (.pause, 3),
    ]

    private static func verdict(using generator: inout SeededGenerator) -> (name: String, verdict: Verdict) {
        let failure = JobFailure(code: "code", message: "Reason.")
        let step = QueueModel.doubts.keys.sorted().randomElement(using: &generator) ?? "run"
        let queue = [QueueName.local, QueueModel.destination].randomElement(using: &generator) ?? QueueName.local
        let all: [(String, Verdict)] = [
            ("finish", .finish(outcome: "ok")), ("finish", .finish(outcome: "ok")), ("finish", .finish(outcome: "ok")),
            ("next \(step)", .next(step: step, queue: queue, part: 1, checkpoint: nil)),
            ("next \(step)", .next(step: step, queue: queue, part: 1, checkpoint: nil)),
            ("snooze", .snooze(for: .seconds(60), checkpoint: nil)), ("hand back", .handBack),
            ("later", .later(failure)), ("throttled", .throttled(failure, retryAfter: .seconds(7200))),
            ("unauthorised", .unauthorised(failure)), ("in doubt", .inDoubt(failure)), ("in doubt", .inDoubt(failure)),
            ("dead", .dead(failure)),
        ]
        return all.randomElement(using: &generator) ?? all[0]
    }

    /// A worker with what it runs now.
    private struct Hand {
        var store: QueueStore
        var runs: [Int: JobRun] = [:]
        /// What may run after each of them.
        var followers: [Int: [JobRun]] = [:]
        /// It runs several jobs of a lane in a row.
        var stretches = false
    }

    private func hire(stretches: Bool) async throws -> Hand {
        let steps = QueueModel.doubts.map { (kind: "test", step: $0.key, doubt: $0.value) }
        let worker = try await queue.registerWorker(steps, stretch: stretches ? Self.length : 1)
        var habits = ClaimHabits()
        if stretches {
            (habits.stretchSteps, habits.stretches, habits.followers) = (["test/run"], [Self.length], 1000)
        }
        let store = QueueStore(pool: queue.pool, worker: worker, lease: .endless, effects: [], habits: habits)
        return Hand(store: store, stretches: stretches)
    }

    /// Rows that break a rule which no constraint keeps.
    private static let broken = """
        SELECT count(*) FROM fiscal.job
        WHERE state = 'running' AND (worker_id IS NULL OR claimed_at IS NULL)
            OR holder AND (lane = '' OR state = 'waiting')
        """

    private static let length = 3

    private static let plan = ClaimPlan(
        room: 1000,
        streams: [
            .all,
            ClaimPlan.Visit(
                key: StreamKey(queue: QueueModel.destination, shop: "shop", priority: 0), limit: 1000, floor: .bottom,
                isFullLook: true),
        ], dueQueues: [QueueName.local, QueueModel.destination], dueFirst: true)

    /// Jobs that a run orders: most order none.
    private static func orders(using generator: inout SeededGenerator) -> [QueueModel.Order] {
        (0..<max(0, Int.random(in: -2...2, using: &generator))).map { _ in
            QueueModel.Order(
                lane: ["push:1", "push:2"].randomElement(using: &generator) ?? "push:1",
                isSingle: Int.random(in: 0..<4, using: &generator) > 0)
        }
    }

    /// Jobs made since one of this number, as orders.
    private func made(after last: Int) async throws -> [(id: Int, order: QueueModel.Order)] {
        try await queue.texts(
            "SELECT concat_ws(' ', id, lane, single::int) FROM fiscal.job WHERE spawned AND id > \(last) ORDER BY id"
        ).compactMap { row in
            let parts = row.split(separator: " ")
            return Int(parts[0]).map { ($0, QueueModel.Order(lane: String(parts[1]), isSingle: parts[2] == "1")) }
        }
    }

    @Test(arguments: seeds) func theDatabaseFollowsTheModel(seed: Int) async throws {
        try await queue.declare("test")
        var generator = SeededGenerator(seed: UInt64(seed))
        var model = QueueModel()
        var hands = [try await hire(stretches: false), try await hire(stretches: true)]
        let rescuer = try await queue.registerWorker()
        try await queue.sql("UPDATE fiscal.worker SET steady_since = now() - 2 * lease WHERE id = \(rescuer)")
        let people = JobAdministration(queue.pool)
        let anna = Operator(who: "anna", why: "why")
        var story: [String] = []
        var lastMade = 0
        for _ in 0..<150 {
            func pick(_ condition: (QueueModel.Job) -> Bool) -> Int? {
                model.ids(condition).randomElement(using: &generator)
            }
            switch Self.act(using: &generator) {
            case .enqueue:
                let lane = ["", "order:1", "order:2", "order:3"].randomElement(using: &generator) ?? ""
                let id = Int(try await queue.insert(subject: lane).rawValue)
                model.enqueue(id, lane)
                story.append("enqueue \(id) \(lane)")
            case .claim:
                let index = Int.random(in: 0...1, using: &generator)
                try await queue.sql("UPDATE fiscal.job SET run_at = now() WHERE state IN ('later', 'in_doubt')")
                let (claimed, followers) = try await claim(&hands[index])
                story.append("claim by \(index): \(claimed) before \(followers)")
                let stretches = hands[index].stretches
                #expect(claimed == model.claim(by: index, inStretches: stretches), "seed \(seed): \(story)")
                let expected = claimed.flatMap { stretches ? model.followers(of: $0, length: Self.length) : [] }
                #expect(followers == expected.sorted(), "seed \(seed): \(story)")
            case .end:
                guard let id = pick({ $0.state == "running" }), let index = model.jobs[id]?.worker,
                    let run = hands[index].runs.removeValue(forKey: id)
                else { continue }
                let stretch = [run] + (hands[index].followers.removeValue(forKey: id) ?? [])
                var reports: [Report] = []
                var counted: [Int] = []
                var ordered: [QueueModel.Order] = []
                for run in stretch {
                    let (name, verdict) = Self.verdict(using: &generator)
                    let orders = Self.orders(using: &generator)
                    let job = Int(run.job.rawValue)
                    story.append("\(job) \(name)" + orders.map { " + \($0.lane)\($0.isSingle ? "!" : "")" }.joined())
                    let spawned = orders.map {
                        SpawnedJob(kind: "test", lane: $0.lane, step: "run", uniqueWhilePending: $0.isSingle)
                    }
                    reports.append(
                        try Report.test(
                            run, Outcome(verdict, spawned: spawned), doubt: QueueModel.doubts[run.step] ?? .none,
                            head: job == id ? nil : JobID(Int64(id)), doubtsUntilPerson: QueueModel.doubtsUntilPerson))
                    if job == id || model.isFollower(job, run: Int(run.runNumber)) {
                        if job != id { model.take(job, by: index) }
                        counted.append(job)
                        ordered += orders
                        model.end(job, verdict)
                    }
                    guard case .finish = verdict else { break }
                }
                let answer = try await hands[index].store.recordAndClaim(reports, nil).record
                #expect(answer.recorded.map { Int($0.run.job.rawValue) } == counted, "seed \(seed): \(story)")
                let made = try await made(after: lastMade)
                #expect(made.map(\.order).sorted() == model.made(of: ordered), "seed \(seed): \(story)")
                for (id, order) in made {
                    model.spawn(id, order)
                    lastMade = id
                }
            case .die:
                let index = Int.random(in: 0...1, using: &generator)
                let left = hands[index]
                story.append("worker \(index) dies")
                try await queue.sql(
                    "UPDATE fiscal.worker SET lease_until = now() - interval '1 s' WHERE id = \(left.store.worker)")
                _ = try await queue.number("SELECT fiscal.bury_workers(\(rescuer))")
                _ = try await queue.texts("SELECT became FROM fiscal.rescue(\(rescuer), 1000)")
                hands[index] = try await hire(stretches: left.stretches)
                model.lose(index)
                // What it says now changes nothing.
                let late = try left.runs.flatMap { head, run in
                    try ([run] + (left.followers[head] ?? [])).map { one in
                        try Report.test(
                            one, Outcome(.finish(outcome: "late")), head: one.job == run.job ? nil : run.job)
                    }
                }
                #expect(
                    try await left.store.recordAndClaim(late, nil).record.recorded.isEmpty, "seed \(seed): \(story)")
            case .replay:
                guard let id = pick({ $0.state == "dead" }) else { continue }
                story.append("replay \(id)")
                #expect(try await people.replay(JobID(Int64(id)), by: anna) == .replayed)
                model.replay(id)
            case .resolve:
                guard let id = pick({ $0.state == "dead" }) else { continue }
                story.append("resolve \(id)")
                #expect(
                    try await people.resolve(JobID(Int64(id)), finding: #"{"absent": true}"#, by: anna) == .resolved)
                model.resolve(id)
            case .release:
                guard let id = pick({ $0.state == "dead" && $0.holds }) else { continue }
                story.append("release \(id)")
                #expect(try await people.release(JobID(Int64(id)), by: anna) == .released)
                model.release(id)
            case .cancel:
                guard let id = pick({ $0.state != "running" }) else { continue }
                story.append("cancel \(id)")
                #expect(try await people.cancel(JobID(Int64(id)), by: anna) == .cancelled)
                model.remove(id)
            case .wake:
                guard let id = pick({ $0.state == "running" || $0.state == "later" }) else { continue }
                story.append("wake \(id)")
                _ = try await JobSignals(queue.pool).wake(JobID(Int64(id)))
                model.wake(id)
            case .pause:
                let name =
                    [QueueName.local, QueueModel.destination].randomElement(using: &generator) ?? QueueName.local
                let closes = model.closed.insert(name).inserted
                if !closes { model.closed.remove(name) }
                story.append("\(closes ? "pause" : "resume") \(name)")
                switch (name, closes) {
                case (QueueName.local, true): try await people.pause(queue: name, by: anna)
                case (QueueName.local, false): #expect(try await people.resume(queue: name, by: anna))
                case (_, true): try await people.pause(destination: name, by: anna)
                case (_, false): #expect(try await people.resume(destination: name, by: anna))
                }
            }
            let picture = try await queue.texts("SELECT \(QueueModel.columns) FROM fiscal.job ORDER BY id")
            #expect(picture == model.picture, "seed \(seed): \(story)")
            #expect(try await queue.number(Self.broken) == 0, "seed \(seed): \(story)")
            guard picture == model.picture else { return }
        }
        try await bringHome(&hands, seed: seed, story)
    }

    /// Claims all there is; the jobs that run, and those that may follow them.
    private func claim(_ hand: inout Hand) async throws -> (claimed: [Int], followers: [Int]) {
        var (claimed, followers): ([Int], [Int]) = ([], [])
        for one in try await hand.store.claim(Self.plan).runs.sorted(by: { $0.run.job < $1.run.job }) {
            let id = Int(one.run.job.rawValue)
            if let head = one.head {
                hand.followers[Int(head.rawValue), default: []].append(one.run)
                followers.append(id)
            } else {
                hand.runs[id] = one.run
                claimed.append(id)
            }
        }
        return (claimed, followers)
    }

    private static func act(using generator: inout SeededGenerator) -> Act {
        var number = Int.random(in: 0..<100, using: &generator)
        for (act, chance) in chances {
            number -= chance
            if number < 0 { return act }
        }
        return .claim
    }

    /// Whatever is left can be brought to its end, and then every event has one.
    private func bringHome(_ hands: inout [Hand], seed: Int, _ story: [String]) async throws {
        let (people, anna) = (JobAdministration(queue.pool), Operator(who: "anna", why: "the end"))
        _ = try await people.resume(queue: QueueName.local, by: anna)
        _ = try await people.resume(destination: QueueModel.destination, by: anna)
        for _ in 0..<100 where try await queue.number("SELECT count(*) FROM fiscal.job") > 0 {
            try await queue.sql("SELECT fiscal.replay_job(id, 'anna', 'the end') FROM fiscal.job WHERE state = 'dead'")
            try await queue.sql("UPDATE fiscal.job SET run_at = now() WHERE state IN ('later', 'in_doubt')")
            for run in try await hands[0].store.claim(Self.plan).runs.map(\.run) {
                hands[0].runs[Int(run.job.rawValue)] = run
            }
            for index in hands.indices {
                let reports = try hands[index].runs.values.map { try Report.test($0, Outcome(.finish(outcome: "ok"))) }
                if !reports.isEmpty { _ = try await hands[index].store.recordAndClaim(reports, nil) }
                hands[index].runs = [:]
            }
        }
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job") == 0, "seed \(seed): \(story)")
        #expect(try await QueueHealth(queue.pool).lostEvents().isEmpty, "seed \(seed): \(story)")
    }
}
