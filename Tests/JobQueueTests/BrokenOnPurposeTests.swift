import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// The checks of ``EveryOrderTests`` against a queue whose safeguards are taken out one by one, in the test's own
/// database: each time they must find what the safeguard is there for.
@Suite(.database, .timeLimit(.minutes(10))) struct BrokenOnPurposeTests {
    let queue = QueueHarness.current

    /// Replaces a piece of a function's text.
    private func change(_ function: String, _ text: String, to other: String) async throws {
        let bodies = try await queue.texts(
            "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'fiscal'::regnamespace AND proname = '\(function)'"
        )
        var changed = 0
        for body in bodies where body.contains(text) {
            try await queue.sql(body.replacing(text, with: other))
            changed += 1
        }
        try #require(changed == 1, "fiscal.\(function) has no “\(text)”")
    }

    private func stories(
        _ position: LaneScene.Position, _ sessions: (LaneScene) -> [SessionScript]
    ) async throws -> String {
        try await LaneExplorer(queue).explore(position, sessions).stories.joined(separator: "\n")
    }

    private static let tryLock =
        "WHERE pg_try_advisory_xact_lock(1179211588, hashtext(w.shop || E'\\x1f' || w.lane))"

    @Test func withoutTheFenceALostRunCounts() async throws {
        try await change(
            "finish_runs", "AND j.run_no = o.run AND j.state = 'running' AND j.worker_id = worker", to: "")
        let found = try await stories(.running) { [$0.rescue, $0.finish] }
        #expect(found.contains("counted after it was lost"))
    }

    @Test func withoutHeadAndNumberFollowersOfALostStretchCount() async throws {
        try await change(
            "finish_runs", "WHERE o.head = ANY (done) AND j.id = o.job AND j.run_no = o.run - 1",
            to: "WHERE o.head IS NOT NULL AND j.id = o.job")
        try await change("finish_runs", "    IF shops IS NULL THEN\n        RETURN done;\n    END IF;\n", to: "")
        let found = try await stories(.stretched) { [$0.rescue, $0.finishStretch] }
        #expect(found.contains("counted though its head was lost"))
    }

    @Test func withoutHigherNumbersFollowersOfALostStretchRunTwiceUnderOne() async throws {
        try await change("rescue", "SET run_no = j.run_no + 2", to: "SET run_no = j.run_no")
        let found = try await stories(.stretched) { [$0.rescue, $0.finishStretch] }
        #expect(found.contains("is two runs"))
    }

    @Test func withoutTheLanesLockTheUniqueKeyStopsTheSecondTurn() async throws {
        try await change("admit", Self.tryLock, to: "")
        let found = try await stories(.idle) { [$0.claim(), $0.claim(1), $0.lateElder] }
        #expect(found.contains("23505"))
        #expect(!found.contains("several run at once"))
    }

    @Test func withoutLockAndUniqueKeyTwoRunAtOnce() async throws {
        try await change("admit", Self.tryLock, to: "")
        try await queue.sql("DROP INDEX fiscal.job_lane_turn")
        let found = try await stories(.idle) { [$0.claim(), $0.claim(1), $0.lateElder] }
        #expect(found.contains("several run at once"))
    }

    @Test func withoutTheSecondStatementASuccessorIsForgotten() async throws {
        // The successor is chosen in a snapshot from before the wait for a claim that sets it aside.
        try await change(
            "finish_runs", "    moment      timestamptz := clock_timestamp();",
            to: """
                    moment timestamptz := clock_timestamp();
                    chosen bigint[] := ARRAY(
                        SELECT w.id FROM fiscal.job w
                        JOIN fiscal.job h ON h.id = ANY (jobs) AND (h.shop, h.lane) = (w.shop, w.lane)
                        WHERE w.state = 'waiting' ORDER BY w.id LIMIT 1);
                """)
        try await change(
            "finish_runs", "PERFORM fiscal.pass_turn(shops, lanes);",
            to: "UPDATE fiscal.job j SET state = 'ready', run_at = clock_timestamp() WHERE j.id = ANY (chosen);")
        let found = try await stories(.running) { [$0.finish, $0.claim()] }
        #expect(found.contains("is stuck"))
    }

    @Test func withoutTheShareLockWhatStepsAsideIsForgotten() async throws {
        try await change("admit", "FOR KEY SHARE OF h SKIP LOCKED", to: "")
        let found = try await stories(.running) { [$0.finish, $0.claim()] }
        #expect(found.contains("is stuck"))
    }

    @Test func withoutItsMarkACallDuringARunIsForgotten() async throws {
        try await change("move", "WHEN t.woken AND (t.verdict = 'snooze' OR", to: "WHEN t.woken AND (false OR")
        try await change("move", "WHEN t.state = 'later' AND t.verdict = 'snooze' AND t.woken THEN 'ready'", to: "")
        let found = try await stories(.running) { [$0.wake, $0.snooze] }
        #expect(found.contains("is forgotten"))
    }

    @Test func withoutEvidenceALateWordIsLost() async throws {
        try await change("keep_evidence", "SET evidence = o.evidence::jsonb,", to: "SET")
        let found = try await stories(.running) { [$0.rescue, $0.finishOrEvidence] }
        #expect(found.contains("was not handed on"))
    }

    @Test func withoutAskingWhetherItIsClosedAClaimTakesFromAPausedQueue() async throws {
        try await change("claim_runs", "IF fiscal.queue_closed_ms(visit, moment) = 0 THEN", to: "IF true THEN")
        let found = try await stories(.idle) { [$0.pause, $0.claimIfOpen()] }
        #expect(found.contains("claimed from a closed queue"))
    }
}
