import Postgres
import Testing

@testable import JobQueue

extension ModelAndDatabase {
    /// Does one thing, here and there.
    mutating func act() async throws {
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<4: try await insert()
        case 4..<8: try await claim()
        case 8..<14: try await record()
        case 14: try await answerTooLate()
        case 15: try await lose()
        case 16: try await wake()
        case 17: try await handBack()
        case 18: try await passTime()
        default: try await actAsPerson()
        }
        try await holdBreakers()
    }

    /// What opens by itself must not do so between two questions: time passes by ``passTime()`` alone.
    private mutating func holdBreakers() async throws {
        let moment = try await now
        try await sql(
            """
            UPDATE fiscal.destination SET broken_until = broken_until + interval '1 hour'
            WHERE broken_until > now() AND broken_until < now() + interval '30 minutes'
            """)
        for name in model.destinations.keys { model.destinations[name]?.holdBreaker(at: moment) }
    }

    private mutating func insert() async throws {
        let lane = ["", "a", "a", "b"].randomElement(using: &random) ?? ""
        let moment = try await now
        let ids = try await pool.query(
            Statement(
                "test.insert",
                """
                INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
                VALUES ('main', 'test', gen_random_uuid()::text, $1, '{}') RETURNING id
                """), [.text(lane)]
        ) { row throws(PostgresError) in try row.get(Int64.self, 0) }
        let id = try #require(ids.first)
        model.insert(
            ModelDatabase.Event(
                id: id, shop: "main", kind: "test", key: "k", lane: lane, occurredAt: moment, committedAt: moment),
            step: "build")
        story.append("insert \(id) \(lane)")
    }

    private mutating func claim() async throws {
        let store = stores[Int.random(in: 0..<stores.count, using: &random)]
        let found = try await store.survey()
        var moment = try await now
        let expected = model.survey(at: moment)
        #expect(found.map(Self.picture) == expected.map(Self.picture), "seed \(seed): \(story.suffix(12))")
        let plan = ClaimPlan(
            room: Int.random(in: 1...4, using: &random),
            streams: found.compactMap(\.stream).map {
                ClaimPlan.Visit(
                    key: $0, limit: Int.random(in: 1...3, using: &random), floor: .bottom, isFullLook: true)
            },
            dueQueues: found.filter { $0.stream == nil }.map(\.queue), dueFirst: Bool.random(using: &random))
        let real = try await store.claim(plan)
        moment = try await now
        let answer = model.claim(store.worker.rawValue, plan, lease: .endless, at: moment)
        #expect(real.runs.map(\.run.job) == answer.runs.map(\.run.job), "seed \(seed): \(story.suffix(12))")
        #expect(real.visited == answer.visited, "seed \(seed): \(story.suffix(12))")
        for (real, model) in zip(real.runs, answer.runs) {
            #expect(real.run.settlingDoubt == model.run.settlingDoubt)
            #expect((real.run.runNumber, real.run.step) == (model.run.runNumber, model.run.step))
            #expect((real.run.attempt, real.run.doubts) == (model.run.attempt, model.run.doubts))
            #expect((real.run.evidence == nil) == (model.run.evidence == nil))
            held.append(Held(worker: store.worker.rawValue, real: real.run, model: model.run))
        }
        story.append("claim \(real.runs.map(\.run.job))")
    }

    private static func picture(_ finding: SurveyFinding) -> String {
        let closed = finding.closedFor.map { $0 == .zero ? "open" : "closed" } ?? "closed for good"
        return "\(finding.queue) \(finding.stream?.shop ?? "-") \(finding.wait == .zero) \(closed)"
    }

    private mutating func record() async throws {
        guard !held.isEmpty else { return }
        var ended = [held.remove(at: Int.random(in: 0..<held.count, using: &random))]
        // Several of one worker in one transaction.
        if let index = held.firstIndex(where: { $0.worker == ended[0].worker }), Bool.random(using: &random) {
            ended.append(held.remove(at: index))
        }
        let outcomes = ended.map { _ in outcome() }
        let reports = zip(ended, outcomes).map { report($0.real, $1) }
        let copies = zip(ended, outcomes).map { report($0.model, $1) }
        let moment = try await now
        let real = try await store(of: ended[0].worker).recordAndClaim(reports, nil).record
        let copy = model.record(copies, by: ended[0].worker, at: moment)
        try await equalise(since: moment)
        #expect(real.recorded.count == copy?.recorded.count, "seed \(seed): \(story.suffix(12))")
        for (one, outcome) in zip(ended, outcomes) {
            story.append("\(one.real.job) run \(one.real.runNumber): \(outcome.verdict)")
        }
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
        return Outcome(verdict, exchange: isAnswered ? ExchangeRecord(sentAt: moment, answeredAt: moment) : nil)
    }

    private mutating func answerTooLate() async throws {
        guard let one = stale.randomElement(using: &random) else { return }
        let evidence = Bool.random(using: &random) ? #"{"a": 1}"# : nil
        let outcome = Outcome(.finish(outcome: "done"), exchange: ExchangeRecord(evidence: evidence))
        let (real, copy) = (report(one.real, outcome), report(one.model, outcome))
        let store = store(of: one.worker)
        let recorded = try await store.recordAndClaim([real], nil).record.recorded.count
        let moment = try await now
        #expect(recorded == model.record([copy], by: one.worker, at: moment)?.recorded.count)
        guard recorded == 0 else { return }
        let finding = try await store.keepEvidence([real]).map(\.finding)
        #expect(
            finding == model.keepEvidence([copy], by: one.worker, at: moment),
            "seed \(seed): \(story.suffix(12))")
        story.append("stale \(one.real.job) run \(one.real.runNumber) \(finding)")
    }

    private mutating func lose() async throws {
        let index = Int.random(in: 0..<stores.count, using: &random)
        let lost = stores[index].worker.rawValue
        try await sql("UPDATE fiscal.worker SET lease_until = now() - interval '1 second' WHERE id = \(lost)")
        let ended = try await now.advanced(by: .seconds(-1))
        model.workers[lost]?.leaseUntil = ended
        let buried = try await rescuer.bury(over: pool)
        let rescued = try await rescuer.rescue(1000, over: pool)
        let moment = try await now
        #expect(buried == model.bury(by: rescuer.worker.rawValue, at: moment))
        let became = model.rescue(at: moment)
        #expect(
            rescued.map { "\($0.job) \($0.became)" }.sorted() == became.map { "\($0.job) \($0.became)" }.sorted())
        stale += held.filter { $0.worker == lost }
        held.removeAll { $0.worker == lost }
        stores[index] = try await hire()
        story.append("lose \(lost)")
    }

    /// Which row the server touched first decides the order of several; here all of one act are made equal.
    private mutating func equalise(since moment: Timestamp) async throws {
        let end = try await now
        try await pool.execute(
            Statement(
                "test.equalise",
                """
                UPDATE fiscal.job SET run_at = $2 WHERE state IN ('ready', 'later', 'in_doubt') AND run_at BETWEEN $1 AND $2
                """), [.timestamp(moment), .timestamp(end)])
        for index in model.jobs.indices
        where (model.jobs[index].state == .ready || model.jobs[index].isDue) && model.jobs[index].runAt >= moment
            && model.jobs[index].runAt <= end
        {
            model.jobs[index].runAt = end
        }
    }

    private mutating func wake() async throws {
        guard let job = model.jobs.randomElement(using: &random)?.id else { return }
        try await sql("SELECT fiscal.wake_job(\(job))")
        let moment = try await now
        model.wake(job, at: moment)
        story.append("wake \(job)")
    }

    private mutating func handBack() async throws {
        let store = stores[0]
        let known = held.filter { $0.worker == store.worker.rawValue && $0.real.job.rawValue % 2 == 0 }
            .map { RunID($0.real) }
        let moment = try await now
        let returned = try await store.handBackUnknown(known: known)
        #expect(
            returned.map(\.rawValue).sorted()
                == model.handBackUnknown(store.worker.rawValue, known: known, at: moment).sorted())
        try await equalise(since: moment)
        let isLost = { (one: Held) in one.worker == store.worker.rawValue && !known.contains(RunID(one.real)) }
        stale += held.filter(isLost)
        held.removeAll(where: isLost)
        story.append("hand back \(returned)")
    }

    /// What was to come in an hour is there.
    private mutating func passTime() async throws {
        try await sql("UPDATE fiscal.job SET run_at = run_at - interval '2 hours' WHERE state IN ('later', 'in_doubt')")
        try await sql(
            """
            UPDATE fiscal.destination SET paused_until = paused_until - interval '2 hours',
                broken_until = broken_until - interval '2 hours', probing_until = probing_until - interval '2 hours'
            """)
        let span = Duration.seconds(-7200)
        for index in model.jobs.indices where model.jobs[index].isDue {
            model.jobs[index].runAt = model.jobs[index].runAt.advanced(by: span)
        }
        for name in model.destinations.keys { model.destinations[name]?.passTime(.zero - span) }
        story.append("two hours pass")
    }

    private mutating func actAsPerson() async throws {
        let moment = try await now
        if Int.random(in: 0..<3, using: &random) == 0 {
            try await sql("SELECT fiscal.resume_destination('q1', 'anna', 'why')")
            model.resume("q1", at: moment)
            return story.append("resume q1")
        }
        guard let job = model.jobs.filter({ $0.state == .dead }).randomElement(using: &random) else { return }
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            try await sql("SELECT fiscal.release_job(\(job.id), 'anna', 'why')")
            _ = model.release(job.id, at: moment)
            story.append("release \(job.id)")
        case 1:
            try await sql(
                "SELECT fiscal.resolve_job(\(job.id), 'anna', 'why', '{}', 'submit', 'q2', NULL)")
            _ = model.resolve(job.id, step: "submit", queue: "q2", at: moment)
            story.append("resolve \(job.id)")
        case 2:
            try await sql("SELECT fiscal.replay_job(\(job.id), 'anna', 'why')")
            _ = model.replay(job.id, step: nil, nextEdition: false, orderedAs: nil, at: moment)
            story.append("replay \(job.id)")
        default:
            try await sql(
                "SELECT fiscal.replay_job(\(job.id), 'anna', 'why', step => 'build', queue => 'local', next_edition => true)"
            )
            _ = model.replay(job.id, step: "build", nextEdition: true, orderedAs: nil, at: moment)
            story.append("replay \(job.id) as another edition")
        }
    }
}
