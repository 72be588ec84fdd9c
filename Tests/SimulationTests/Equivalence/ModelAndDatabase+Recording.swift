import Postgres
import Testing

@testable import JobQueue

extension ModelAndDatabase {
    /// Ends of a stretch, or of a run by itself, with those of another one in the same transaction.
    mutating func record() async throws {
        guard let chosen = held.randomElement(using: &random) else { return }
        var ended = take(chosen)
        if let other = held.first(where: { $0.worker == chosen.worker }), Bool.random(using: &random) {
            ended += take(other)
        }
        let reports = ended.map { report($0.held.real, $0.outcome, head: $0.held.head) }
        let copies = ended.map { report($0.held.model, $0.outcome, head: $0.held.head) }
        let store = store(of: chosen.worker)
        let isAlone = Int.random(in: 0..<5, using: &random) == 0
        let moment = try await now
        if isAlone {
            let real = await store.recordEach(reports)
            #expect(real.interrupted == nil)
            let copy = recordEach(copies, by: chosen.worker, at: moment)
            try await equalise(since: moment)
            #expect(real.recorded.count == copy, "seed \(seed): \(story.suffix(12))")
        } else {
            let real = try await store.recordAndClaim(reports, nil).record
            let copy = model.record(copies, by: chosen.worker, at: moment)
            try await equalise(since: moment)
            #expect(real.recorded.count == copy?.recorded.count, "seed \(seed): \(story.suffix(12))")
        }
        for one in ended {
            let behind = one.held.head.map { " behind \($0)" } ?? ""
            story.append("\(one.held.real.job) run \(one.held.real.runNumber)\(behind): \(one.outcome.verdict)")
        }
    }

    /// The runs that end with this one: its stretch from the head on, as far as it came.
    private mutating func take(_ chosen: Held) -> [(held: Held, outcome: Outcome)] {
        let head = chosen.head ?? chosen.real.job
        let isOne = { (one: Held) in
            one.worker == chosen.worker && (one.head ?? one.real.job) == head
        }
        let stretch = held.filter(isOne).sorted { $0.real.job < $1.real.job }
        held.removeAll(where: isOne)
        guard let first = stretch.first, first.head == nil else {
            // Their head is no more.
            stale += stretch
            return []
        }
        var ended: [(Held, Outcome)] = []
        for one in stretch {
            var outcome = outcome()
            if stretch.count > 1, Int.random(in: 0..<3, using: &random) > 0 {
                outcome = Outcome(.finish(outcome: "done"), spawned: outcome.spawned)
            }
            ended.append((one, outcome))
            guard case .finish = outcome.verdict, Int.random(in: 0..<4, using: &random) > 0 else { break }
        }
        return ended
    }

    /// One by one, as ``QueueStore`` does when they cannot be recorded together; how many.
    private mutating func recordEach(_ reports: [Report], by worker: Int64, at moment: Timestamp) -> Int {
        var count = 0
        for report in reports where report.head == nil {
            guard let recorded = model.record([report], by: worker, at: moment)?.recorded, !recorded.isEmpty else {
                continue
            }
            count += 1
            model.skipRuns(reports.filter { $0.head == report.run.job })
        }
        return count
    }

    private mutating func outcome() -> Outcome {
        let blames = Bool.random(using: &random)
        let failure = JobFailure(code: "code", message: "reason", blamesDestination: blames)
        let step = ["build", "submit", "await", "ask"].randomElement(using: &random) ?? "build"
        let queue = ["q1", "q1", "q2"].randomElement(using: &random) ?? "q1"
        let wait: Duration = Int.random(in: 0..<4, using: &random) > 0 ? .zero : .seconds(3600)
        let verdicts: [Verdict] = [
            .next(step: step, queue: step == "build" ? "local" : queue, part: 2, checkpoint: "{}", after: wait),
            .next(step: "submit", queue: queue, part: 1, checkpoint: nil), .snooze(for: wait, checkpoint: nil),
            .handBack, .finish(outcome: "done"), .finish(outcome: "done"), .later(failure, after: wait),
            .inDoubt(failure, retryAfter: wait), .inDoubt(failure, retryAfter: .zero), .dead(failure),
            .throttled(failure, retryAfter: .seconds(3600)), .unauthorised(failure),
        ]
        let verdict = verdicts.randomElement(using: &random) ?? .handBack
        let isAnswered = Bool.random(using: &random)
        let moment = Timestamp(microsecondsSince1970: 1_760_000_000_000_000)
        var spawned: [SpawnedJob] = []
        while Int.random(in: 0..<6, using: &random) == 0 {
            spawned.append(
                SpawnedJob(
                    kind: "test", lane: ["", "side", "other"].randomElement(using: &random) ?? "", queue: "q2",
                    step: "ask", runAfter: wait, uniqueWhilePending: Bool.random(using: &random)))
        }
        return Outcome(
            verdict, spawned: spawned,
            exchange: isAnswered ? ExchangeRecord(sentAt: moment, answeredAt: moment) : nil)
    }
}
