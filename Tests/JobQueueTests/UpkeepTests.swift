import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// What one worker of the fleet looks after once a minute, in slices that go round.
@Suite(.database, .timeLimit(.minutes(10))) struct UpkeepTests {
    let queue = QueueHarness.current

    private func openAlarms() async throws -> [String] {
        try await queue.texts("SELECT key FROM fiscal.alarm WHERE cleared_at IS NULL")
    }

    @Test func aLostEventIsFoundInWhicheverSliceItLies() async throws {
        try await queue.declare("test")
        try await queue.insertMany(3)
        try await queue.sql("ALTER TABLE fiscal.outbox DISABLE TRIGGER outbox_make_jobs")
        let lost = try await queue.insert()
        try await queue.sql("ALTER TABLE fiscal.outbox ENABLE TRIGGER outbox_make_jobs")
        try await queue.insertMany(2)
        // Six events in slices of two, and a last look that finds the end of the round.
        var found: [Int] = []
        for _ in 0..<4 { found.append(try await queue.number("SELECT fiscal.check_events(2)")) }
        #expect(found == [2, 2, 2, 0])
        #expect(try await openAlarms() == ["lost_events"])
        #expect(try await queue.texts("SELECT text FROM fiscal.alarm")[0].contains("\(lost)"))
        // Mended, it is cleared by the next whole round and not before.
        try await queue.sql("INSERT INTO fiscal.event_end (event_id, outcome, at) VALUES (\(lost), 'mended', now())")
        for _ in 0..<3 { _ = try await queue.number("SELECT fiscal.check_events(2)") }
        #expect(try await openAlarms() == ["lost_events"])
        _ = try await queue.number("SELECT fiscal.check_events(2)")
        #expect(try await openAlarms() == [])
    }

    @Test func aLaneThatNobodyHasTheTurnOfIsFoundWhereverItLies() async throws {
        try await queue.declare("test")
        for lane in ["a", "b", "c"] { try await queue.insertMany(2, subject: "'\(lane)'") }
        try await queue.sql("UPDATE fiscal.job SET state = 'waiting' WHERE lane = 'b'")
        var given: [Int] = []
        for _ in 0..<3 { given.append(try await queue.number("SELECT fiscal.settle_strays(1)")) }
        #expect(given == [0, 1, 0])
        #expect(
            try await queue.texts("SELECT state::text FROM fiscal.job WHERE lane = 'b' ORDER BY id") == [
                "ready", "waiting",
            ])
        // And round again.
        try await queue.sql("UPDATE fiscal.job SET state = 'waiting' WHERE lane = 'a'")
        #expect(try await queue.number("SELECT fiscal.settle_strays(1)") == 0)
        #expect(try await queue.number("SELECT fiscal.settle_strays(1)") == 1)
    }

    @Test func aLaneThatSomebodyHasIsLeftAlone() async throws {
        try await queue.declare("test")
        try await queue.insertMany(2, subject: "'a'")
        let worker = try await queue.registerWorker()
        let session = try await SQLSession.open()
        #expect(try await session.claim(worker) == [1])
        #expect(try await queue.number("SELECT fiscal.settle_strays(10)") == 0)
        #expect(try await queue.state(JobID(2)) == "waiting")
        await session.connection.close()
    }

    @Test func payloadsAreEmptiedInSlicesThatGoRound() async throws {
        try await queue.declare("test")
        try await queue.insertMany(5)
        try await queue.sql("DELETE FROM fiscal.job WHERE id <> 3")
        try await queue.sql("INSERT INTO fiscal.event_end SELECT id, 'ok', now() FROM fiscal.outbox WHERE id <> 3")
        func empty() async throws -> [String] {
            try await queue.texts(
                "SELECT emptied || ' ' || is_done FROM fiscal.empty_old_payloads(now() + interval '1 day', 2)")
        }
        var said: [String] = []
        for _ in 0..<3 { said += try await empty() }
        #expect(said == ["2 false", "1 false", "1 true"])
        #expect(try await queue.texts("SELECT id::text FROM fiscal.outbox WHERE payload <> 'null'") == ["3"])
        // What had not ended then goes in a later round.
        try await queue.sql("INSERT INTO fiscal.event_end VALUES (3, 'ok', now())")
        said = []
        for _ in 0..<3 { said += try await empty() }
        #expect(said == ["0 false", "1 false", "0 true"])
    }
}
