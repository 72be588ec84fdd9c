import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// Two transactions that write the same things besides jobs, each in an order of its own: spawned jobs, firings,
/// effects, alarms. A third holds what stands in the middle, so that each has begun before it meets the other.
@Suite(.database, .timeLimit(.minutes(10))) struct CrossingTests {
    let queue = QueueHarness.current

    private func spawn(_ lanes: String) -> String {
        let count = lanes.split(separator: ",").count
        func all(_ value: String) -> String { "'{\(Array(repeating: value, count: count).joined(separator: ","))}'" }
        return """
            SELECT fiscal.spawn(\(all("null")), \(all("shop")), \(all("child")), '{\(lanes)}', \(all("local")),
                \(all("run")), \(all("0")), \(all("null")), \(all("0")), \(all("t")))::text
            """
    }

    private func pending() async throws -> [String] {
        try await queue.texts("SELECT lane FROM fiscal.job WHERE single ORDER BY lane")
    }

    /// Runs a statement in a session of its own.
    private func say(_ text: String) async throws {
        let session = try await SQLSession.open()
        do {
            try await session.run(text)
        } catch {
            await session.connection.close()
            throw error
        }
        await session.connection.close()
    }

    @Test func spawnMeetsSpawn() async throws {
        try await queue.meet(holding: spawn("m")) {
            try await say(spawn("a,m,z"))
        } _: {
            try await say(spawn("z,a"))
        }
        #expect(try await pending() == ["a", "m", "z"])
    }

    @Test func firingsMeetSpawn() async throws {
        // Fired in the order of their names, which is not that of their lanes.
        try await queue.sql(
            """
            INSERT INTO fiscal.schedule (name, shop, kind, lane, queue, step, every, catch_up, next_at)
            SELECT name, 'shop', 'child', lane, 'local', 'run', '1 day', false, now()
            FROM (VALUES ('1', 'z'), ('2', 'm'), ('3', 'a')) AS s (name, lane)
            """)
        try await queue.meet(holding: spawn("m")) {
            try await say("SELECT fiscal.fire_schedules()::text")
        } _: {
            try await say(spawn("a,z"))
        }
        #expect(try await pending() == ["a", "m", "z"])
    }

    private static let note = EffectKind(
        name: "note",
        statement: Statement(
            "note",
            """
            INSERT INTO note (key, told) SELECT n.key, n.told FROM unnest($1::text[], $2::bigint[]) AS n (key, told)
            ORDER BY n.key ON CONFLICT (key) DO UPDATE SET told = excluded.told
            """), columns: [.text, .bigint])
    private static let raise = EffectKind(
        name: "raise",
        statement: Statement(
            "raise",
            """
            SELECT fiscal.raise_alarm(a.key, 'warning', a.text) FROM unnest($1::text[], $2::text[]) AS a (key, text)
            ORDER BY a.key
            """
        ), columns: [.text, .text])

    /// Two jobs that run, each under a worker of its own, and stores with the effects of these tests.
    private func two() async throws -> [(store: QueueStore, run: JobRun)] {
        try await queue.sql("CREATE TABLE note (key text PRIMARY KEY, told bigint)")
        try await queue.declare("test")
        try await queue.insertMany(2)
        var all: [(store: QueueStore, run: JobRun)] = []
        for _ in 1...2 {
            let store = QueueStore(
                pool: queue.pool, worker: try await queue.registerWorker(), lease: .endless,
                effects: [Self.note, Self.raise])
            let plan = ClaimPlan(room: 1, streams: [.local], dueQueues: [], dueFirst: false)
            let run = try #require(try await store.claim(plan).runs.first)
            all.append((store, run.run))
        }
        return all
    }

    /// The same keys, told by each in the opposite order, in one effect of many rows.
    private func cross(_ held: String, _ effect: @escaping @Sendable (String, JobRun) -> Effect) async throws {
        let two = try await two()
        let reports = try zip(two, [["a", "m", "z"], ["z", "a"]]).map { one, keys in
            try Report.test(one.run, Outcome(.finish(outcome: "ok"), effects: keys.map { effect($0, one.run) }))
        }
        try await queue.meet(holding: held) {
            _ = try await two[0].store.recordAndClaim([reports[0]], nil)
        } _: {
            _ = try await two[1].store.recordAndClaim([reports[1]], nil)
        }
        #expect(try await queue.number("SELECT count(*) FROM fiscal.event_end") == 2)
    }

    @Test func effectsMeetEffects() async throws {
        try await cross("INSERT INTO note VALUES ('m', 0) RETURNING key") { key, run in
            Effect(Self.note, [.text(key), .int(run.job.rawValue)])
        }
        #expect(try await queue.texts("SELECT key FROM note ORDER BY key") == ["a", "m", "z"])
    }

    @Test func alarmsMeetAlarms() async throws {
        try await cross("SELECT fiscal.raise_alarm('m', 'critical', 'x')::text") { key, run in
            Effect(Self.raise, [.text(key), .text("by \(run.job)")])
        }
        #expect(
            try await queue.texts("SELECT key FROM fiscal.alarm WHERE cleared_at IS NULL ORDER BY key")
                == ["a", "m", "z"])
    }
}
