import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// A single job shows what is on record: nothing that was committed before it begins may be missed, whoever claims it
/// meanwhile.
@Suite(.database, .timeLimit(.minutes(10))) struct SpawnInterleavingTests {
    let queue = QueueHarness.current

    private static let spawn = """
        SELECT fiscal.spawn(ARRAY[NULL::bigint], ARRAY['shop'], ARRAY['test'], ARRAY['writeback:1'], ARRAY['local'],
            ARRAY['run'], ARRAY[0], ARRAY[NULL::text], ARRAY[0::bigint], ARRAY[true])::text
        """

    private func open(_ count: Int) async throws -> [SQLSession] {
        var sessions: [SQLSession] = []
        for _ in 0..<count { sessions.append(try await SQLSession.open()) }
        return sessions
    }

    @Test func aSingleJobDoesNotBeginBeforeItsLastOrderIsCommitted() async throws {
        try await queue.declare("test")
        let worker = try await queue.registerWorker()
        let sessions = try await open(3)
        let (writer, claimer, other) = (sessions[0], sessions[1], sessions[2])
        #expect(try await writer.run(Self.spawn) == ["1"])
        // What the job shows changes, and the job that waits is to show it.
        try await writer.begin()
        #expect(try await writer.run(Self.spawn) == ["0"])
        #expect(try await claimer.claim(worker) == [])
        // Others who order it wait for nobody.
        #expect(try await other.run(Self.spawn) == ["0"])
        try await writer.commit()
        #expect(try await claimer.claim(worker).count == 1)
        for session in sessions { await session.connection.close() }
    }

    @Test func whatIsOrderedWhileItBeginsGetsAnotherJob() async throws {
        try await queue.declare("test")
        let worker = try await queue.registerWorker()
        let sessions = try await open(2)
        let (writer, claimer) = (sessions[0], sessions[1])
        try await writer.run(Self.spawn)
        // Locked by a claim that has not counted it as begun yet.
        try await claimer.begin()
        try await claimer.run("SELECT id::text FROM fiscal.job WHERE single FOR UPDATE")
        async let made = writer.run(Self.spawn)
        try await writer.isBlocked()
        #expect(try await claimer.claim(worker).count == 1)
        try await claimer.commit()
        #expect(try await made == ["1"])
        #expect(
            try await queue.texts("SELECT state || ' ' || run_no FROM fiscal.job ORDER BY id")
                == ["running 1", "ready 0"])
        for session in sessions { await session.connection.close() }
    }
}
