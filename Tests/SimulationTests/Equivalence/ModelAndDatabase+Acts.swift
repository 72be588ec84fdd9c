import Postgres
import Testing

@testable import JobQueue

extension ModelAndDatabase {
    /// Does one thing, here and there.
    mutating func act() async throws {
        switch Int.random(in: 0..<24, using: &random) {
        case 0..<5: try await insert()
        case 5..<9: try await claim()
        case 9..<16: try await record()
        case 16: try await answerTooLate()
        case 17: try await lose()
        case 18: try await wake()
        case 19: try await handBack()
        case 20: try await passTime()
        case 21: try await beat()
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

    private func survey(by store: QueueStore, besides known: [StreamKey]) async throws -> [SurveyFinding] {
        let found = try await store.survey(besides: known)
        let expected = model.survey(besides: known, at: try await now)
        #expect(found.map(Self.picture) == expected.map(Self.picture), "seed \(seed): \(story.suffix(12))")
        return found
    }

    private mutating func claim() async throws {
        let store = stores[Int.random(in: 0..<stores.count, using: &random)]
        let found = try await survey(by: store, besides: [])
        _ = try await survey(
            by: store, besides: found.compactMap(\.stream).filter { _ in Bool.random(using: &random) })
        var moment = try await now
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
            #expect(real.head == model.head)
            held.append(Held(worker: store.worker.rawValue, real: real.run, model: model.run, head: real.head))
        }
        story.append("claim \(real.runs.map(\.run.job))")
    }

    private static func picture(_ finding: SurveyFinding) -> String {
        let closed = finding.closedFor.map { $0 == .zero ? "open" : "closed" } ?? "closed for good"
        return "\(finding.queue) \(finding.stream?.shop ?? "-") \(finding.wait == .zero) \(closed)"
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

    /// Which row the server touched first decides the order of several; here all of one act are made equal.
    mutating func equalise(since moment: Timestamp) async throws {
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

    /// What was to come in an hour is there.
    private mutating func passTime() async throws {
        try await sql("UPDATE fiscal.job SET run_at = run_at - interval '2 hours' WHERE state IN ('later', 'in_doubt')")
        try await sql(
            """
            UPDATE fiscal.destination SET paused_until = paused_until - interval '2 hours',
                broken_until = broken_until - interval '2 hours', probing_until = probing_until - interval '2 hours',
                tokens_at = tokens_at - interval '2 hours'
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
