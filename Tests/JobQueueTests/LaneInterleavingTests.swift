import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// Two and three sessions stepping through claim, finish, enqueue and acts of people on one lane.
@Suite(.database, .timeLimit(.minutes(10))) struct LaneInterleavingTests {
    let queue = QueueHarness.current

    private func states() async throws -> [String] {
        try await queue.texts(
            "SELECT id || ' ' || state || CASE WHEN holder THEN ' turn' ELSE '' END FROM fiscal.job ORDER BY id")
    }

    @Test func oneClaimTakesTheEldestAndTheOthersStepAside() async throws {
        try await queue.declare("test")
        try await queue.insertMany(3, subject: "'order:1'")
        let worker = try await queue.registerWorker()
        let session = try await SQLSession.open()
        #expect(try await session.claim(worker) == [1])
        #expect(try await states() == ["1 running turn", "2 waiting", "3 waiting"])
        #expect(try await session.finish(worker, [1]) == 1)
        #expect(try await states() == ["2 ready", "3 waiting"])
        #expect(try await session.claim(worker) == [2])
        await session.connection.close()
    }

    @Test func twoClaimsAtOnceDoNotBothTakeTheLane() async throws {
        try await queue.declare("test")
        try await queue.insertMany(2, subject: "'order:1'")
        let worker = try await queue.registerWorker()
        let (a, b) = (try await SQLSession.open(), try await SQLSession.open())
        try await a.begin()
        #expect(try await a.claim(worker, 1) == [1])
        // The second does not wait for the first, and leaves the lane alone.
        try await b.begin()
        #expect(try await b.claim(worker) == [])
        try await b.commit()
        try await a.commit()
        #expect(try await states() == ["1 running turn", "2 ready"])
        #expect(try await b.claim(worker) == [])
        #expect(try await states() == ["1 running turn", "2 waiting"])
        for session in [a, b] { await session.connection.close() }
    }

    @Test func aYoungerJobDoesNotPassAnElderThatAnotherClaimHasLocked() async throws {
        try await queue.declare("test")
        try await queue.insertMany(2, subject: "'order:1'")
        let worker = try await queue.registerWorker()
        let (a, b) = (try await SQLSession.open(), try await SQLSession.open())
        // A holds the elder's row and nothing else, as a claim does before it has looked at the lanes.
        try await a.begin()
        try await a.run("SELECT id::text FROM fiscal.job WHERE id = 1 FOR UPDATE")
        #expect(try await b.claim(worker) == [])
        #expect(try await states() == ["1 ready", "2 waiting"])
        try await a.rollback()
        #expect(try await b.claim(worker) == [1])
        try await b.finish(worker, [1])
        #expect(try await b.claim(worker) == [2])
        for session in [a, b] { await session.connection.close() }
    }

    @Test func aJobThatStepsAsideWhileTheLaneIsBeingFinishedIsNotForgotten() async throws {
        try await queue.declare("test")
        try await queue.insertMany(1, subject: "'order:1'")
        let worker = try await queue.registerWorker()
        let (finisher, claimer) = (try await SQLSession.open(), try await SQLSession.open())
        #expect(try await finisher.claim(worker) == [1])
        try await queue.insertMany(1, subject: "'order:1'")
        // The claim sets 2 aside and holds a share lock on 1; the finisher waits for it and then sees 2.
        try await claimer.begin()
        #expect(try await claimer.claim(worker) == [])
        let finishing = Task { try await finisher.finish(worker, [1]) }
        try await finisher.isBlocked()
        try await claimer.commit()
        #expect(try await finishing.value == 1)
        #expect(try await states() == ["2 ready"])
        for session in [finisher, claimer] { await session.connection.close() }
    }

    @Test func aClaimLeavesALaneThatIsBeingFinishedAlone() async throws {
        try await queue.declare("test")
        try await queue.insertMany(1, subject: "'order:1'")
        let worker = try await queue.registerWorker()
        let (finisher, claimer) = (try await SQLSession.open(), try await SQLSession.open())
        #expect(try await finisher.claim(worker) == [1])
        try await queue.insertMany(1, subject: "'order:1'")
        try await finisher.begin()
        #expect(try await finisher.finish(worker, [1]) == 1)
        // Neither waits for the finisher nor sets the job aside: nobody would wake it.
        #expect(try await claimer.claim(worker) == [])
        try await finisher.commit()
        #expect(try await states() == ["2 ready"])
        #expect(try await claimer.claim(worker) == [2])
        for session in [finisher, claimer] { await session.connection.close() }
    }

    @Test func anElderThatCommitsLateComesNext() async throws {
        try await queue.declare("test")
        let worker = try await queue.registerWorker()
        let (producer, claimer) = (try await SQLSession.open(), try await SQLSession.open())
        try await producer.begin()
        try await producer.run(
            """
            INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
            VALUES ('shop', 'test', 'late', 'order:1', '{}') RETURNING id::text
            """)
        try await queue.insertMany(2, subject: "'order:1'")
        #expect(try await claimer.claim(worker) == [2])
        try await producer.commit()
        #expect(try await claimer.claim(worker) == [])
        try await claimer.finish(worker, [2])
        #expect(try await claimer.claim(worker) == [1])
        for session in [producer, claimer] { await session.connection.close() }
    }

    @Test func anInsertWaitsForNobody() async throws {
        try await queue.declare("test")
        try await queue.insertMany(2, subject: "'order:1'")
        let worker = try await queue.registerWorker()
        let (a, b) = (try await SQLSession.open(), try await SQLSession.open())
        try await a.begin()
        #expect(try await a.claim(worker) == [1])
        try await a.finish(worker, [1])
        try await b.run("SET lock_timeout = '1ms'")
        try await b.run(
            """
            INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
            VALUES ('shop', 'test', 'k', 'order:1', '{}') RETURNING id::text
            """)
        try await a.commit()
        #expect(try await states() == ["2 ready", "3 ready"])
        for session in [a, b] { await session.connection.close() }
    }

    @Test func theTurnIsUniqueInTheDatabase() async throws {
        try await queue.declare("test")
        try await queue.insertMany(2, subject: "'order:1'")
        let worker = try await queue.registerWorker()
        let session = try await SQLSession.open()
        #expect(try await session.claim(worker) == [1])
        await #expect(throws: PostgresError.self) {
            try await queue.sql("UPDATE fiscal.job SET holder = true, state = 'ready' WHERE id = 2")
        }
        await session.connection.close()
    }

    @Test func aDeadHeadHoldsItsLaneVisiblyUntilReleased() async throws {
        try await queue.declare("test")
        try await queue.insertMany(2, subject: "'order:1'")
        let worker = try await queue.registerWorker()
        let session = try await SQLSession.open()
        #expect(try await session.claim(worker) == [1])
        try await queue.sql("UPDATE fiscal.job SET state = 'dead', reason_code = 'payload_invalid' WHERE id = 1")
        let administration = JobAdministration(queue.pool)
        let held = try #require(try await administration.show(JobID(2))?.job)
        #expect(held.state == .waiting)
        #expect(held.reasonCode == "held")
        #expect(held.reason == "held by dead job 1 (payload_invalid)")
        let person = Operator(who: "anna", why: "wrong order")
        #expect(try await administration.release(JobID(2), by: person) == .notHolding)
        #expect(try await administration.release(JobID(1), by: person) == .released)
        #expect(try await session.claim(worker) == [2])
        // Replayed while another has the turn, it comes back in its place: before all younger ones.
        try await queue.insertMany(1, subject: "'order:1'")
        #expect(try await administration.replay(JobID(1), by: person) == .replayed)
        #expect(try await session.claim(worker) == [])
        try await session.finish(worker, [2])
        #expect(try await session.claim(worker) == [1])
        #expect(
            try await queue.texts("SELECT action || ' ' || who || ' ' || why FROM fiscal.operator_action ORDER BY id")
                == ["release anna wrong order", "replay anna wrong order"])
        await session.connection.close()
    }

    @Test func cancellingTheNextInLineWhileTheLaneIsBeingFinishedPassesTheTurnOn() async throws {
        try await queue.declare("test")
        try await queue.insertMany(3, subject: "'order:1'")
        let worker = try await queue.registerWorker()
        let (finisher, person) = (try await SQLSession.open(), try await SQLSession.open())
        #expect(try await finisher.claim(worker) == [1])
        try await person.begin()
        #expect(try await person.run("SELECT fiscal.cancel_job(2, 'anna', 'why')") == ["cancelled"])
        let finishing = Task { try await finisher.finish(worker, [1]) }
        try await finisher.isBlocked()
        try await person.commit()
        #expect(try await finishing.value == 1)
        #expect(try await states() == ["3 ready"])
        for session in [finisher, person] { await session.connection.close() }
    }

    @Test func finishingWhileSomebodyWantsToCancelTheNextInLinePassesTheTurnOn() async throws {
        try await queue.declare("test")
        try await queue.insertMany(3, subject: "'order:1'")
        let worker = try await queue.registerWorker()
        let (finisher, person) = (try await SQLSession.open(), try await SQLSession.open())
        #expect(try await finisher.claim(worker) == [1])
        try await finisher.begin()
        try await finisher.finish(worker, [1])
        let cancelling = Task { try await person.run("SELECT fiscal.cancel_job(2, 'anna', 'why')") }
        try await person.isBlocked()
        try await finisher.commit()
        #expect(try await cancelling.value == ["cancelled"])
        #expect(try await states() == ["3 ready"])
        for session in [finisher, person] { await session.connection.close() }
    }
}
