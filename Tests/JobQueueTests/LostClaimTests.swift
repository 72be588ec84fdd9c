import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// A claim whose answer got lost may be carried out as late as whoever carries it out likes: its jobs do not stand as
/// running for as long as the worker lives.
@Suite(.timeLimit(.minutes(10))) struct LostClaimTests: EngineScene {
    let start = ContinuousClock.now

    /// When a worker compares, counted from the beginning of `hours`; first it loses the answer to a claim, or not.
    private func comparisons(losing: Bool, hours: Int) throws -> [Duration] {
        var state = EngineState(configuration(), at: start)
        if losing {
            guard case .turn(let look) = state.next(at: start, leaseHolds: true) else {
                throw Unexpected(what: "no look")
            }
            state.ended(look, answer(survey: [stream()], at: start), at: start) { _ in .seconds(5) }
            guard case .turn(let turn) = state.next(at: start, leaseHolds: true), turn.plan != nil else {
                throw Unexpected(what: "no claim")
            }
            state.failed(turn, TurnAnswer(), evidence: [], claimMayStand: true, at: start) { _ in .seconds(5) }
        }
        var moments: [Duration] = []
        _ = turns(&state, over: .seconds(hours * 3600)) { turn, now in
            if turn.known != nil { moments.append(start.duration(to: now)) }
            var answer = turn.surveys ? answer(survey: [], at: now) : TurnAnswer()
            if let plan = turn.plan { answer.claim = claim(plan.streams.map { _ in 0 }) }
            return answer
        }
        return moments
    }

    @Test func itIsLookedForAtOnceAndAgainEverMoreRarelyWithoutEnd() throws {
        let moments = try comparisons(losing: true, hours: 8)
        #expect(moments.first.map { $0 < .seconds(2) } ?? false)
        let pauses = zip(moments, moments.dropFirst()).map { $1 - $0 }
        let lease = configuration().lease
        var expected = (0..<pauses.count).map { min(lease * (1 << min($0, 20)), .seconds(3600)) }
        #expect(pauses.count >= 12, "every hour at least: \(pauses)")
        for (pause, least) in zip(pauses, expected) { #expect(pause >= least && pause <= least + .seconds(3)) }
        expected = try comparisons(losing: false, hours: 1)
        #expect(expected.isEmpty, "who lost nothing has nothing to compare")
    }

    /// The worker loses a claim to a cut connection; what the server then claims in its name, late and again later, is
    /// handed back.
    @Test(.database) func whatIsCarriedOutLateIsHandedBackEveryTime() async throws {
        let queue = QueueHarness.current
        try await queue.declare("test")
        var configuration = QueueHarness.configuration()
        configuration.lease = .milliseconds(600)
        configuration.heartbeat = .milliseconds(100)
        let (holder, server) = (try await SQLSession.open(), try await SQLSession.open())
        let step = StepDefinition.test { _ in Outcome(.finish(outcome: "ok")) }
        try await queue.withWorker([step], configuration: configuration) { _ in
            try await eventually("it has registered") {
                try await queue.number("SELECT count(*) FROM fiscal.worker") == 1
            }
            try await holder.begin()
            try await holder.run("SELECT id::text FROM fiscal.worker FOR UPDATE")
            try await queue.insertMany(1)
            try await eventually("a claim is cut off") {
                try await queue.number(
                    """
                    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                    WHERE datname = current_database() AND query LIKE '%fiscal.claim_runs%' AND pid <> pg_backend_pid()
                      AND wait_event_type = 'Lock'
                    """) > 0
            }
            try await holder.rollback()
            try await queue.drained()
            let worker = WorkerID(Int64(try await queue.number("SELECT max(id)::bigint FROM fiscal.worker")))
            for _ in 1...3 {
                // A job that stands as running from its first instant on.
                try await server.begin()
                try await server.run(
                    """
                    INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
                    VALUES ('shop', 'test', gen_random_uuid()::text, '', '{}') RETURNING id::text
                    """)
                #expect(try await server.claim(worker, 1).count == 1)
                try await server.commit()
                try await queue.drained()
            }
        }
        for session in [holder, server] { await session.connection.close() }
        #expect(try await queue.number("SELECT count(*) FROM fiscal.event_end") == 4)
    }
}
