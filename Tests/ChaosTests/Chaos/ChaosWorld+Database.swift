import FoundationEssentials
import Glibc
import Postgres

@testable import EmbeddedPostgres

/// What befalls the database, and what shows it: its own log, the moment of its start, what its views say.
extension ChaosWorld {
    /// Ends the server by `act`, waits, and starts it; tried again until the server's own words and the moment of its
    /// start show it.
    func bringDown(
        _ words: [String], for seconds: Int, by act: (EmbeddedCluster) async -> Bool
    ) async -> String? {
        await seen { () -> String? in
            guard let before = try? await startOfServer(), let process = await cluster.server?.processID else {
                return nil
            }
            let said = logSize
            guard await act(cluster), !ProcessTable.isRunning(process) else { return nil }
            await pause(seconds)
            await restartDatabase()
            guard let after = try? await startOfServer(), after != before else { return nil }
            let log = log(from: said)
            guard words.allSatisfy(log.contains) else { return nil }
            return "it ran since \(before), now since \(after)"
        }
    }

    func suspendDatabase(_ seconds: Int) async -> String? {
        let stopped = await seen { await cluster.suspendAndSee() }
        await pause(seconds)
        await cluster.resume()
        return stopped.map { "process \($0) stood still" }
    }

    func terminateBackends() async -> String? {
        await seen { () -> Int? in
            let count = try? await number(
                """
                WITH theirs AS (
                    SELECT pid, row_number() OVER (ORDER BY pid) AS number FROM pg_stat_activity
                    WHERE application_name LIKE 'fiscal-relay%')
                SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM theirs WHERE number % 2 = 1
                """)
            return count.flatMap { $0 > 0 ? $0 : nil }
        }.map { "\($0) were terminated" }
    }

    /// Keeps the disk full until the server has said that it is.
    func fillDatabaseDisk(_ disk: ChaosDisk, _ seconds: Int) async -> String? {
        let said = logSize
        let start = ContinuousClock.now
        let words = await seen { () -> String? in
            // Again and again: what the server deletes makes room.
            disk.fill()
            // Something that needs room, whatever the workers do.
            _ = try? await owner.execute(Self.needRoom)
            return log(from: said).split(separator: "\n").first { $0.contains("No space left on device") }
                .map(String.init)
        }
        try? await Task.sleep(until: start.advanced(by: .seconds(seconds)), clock: .continuous)
        disk.clear()
        await restartDatabase(onlyIfDown: true)
        return words.map { "the server said: \($0)" }
    }

    /// An event of a lane at work commits seconds after it was written; nothing that dies meanwhile can be vacuumed.
    func holdTransaction(_ seconds: Int) async -> String? {
        await seen { () -> String? in
            let holding = Task {
                do {
                    try await owner.execute(Self.hold(seconds))
                } catch {
                    story.tell("the database was not there to hold a transaction: \(error)")
                }
            }
            // It is looked for as long as it can last, and a little longer.
            let seen = await self.seen(within: .seconds(seconds + 1)) { try? await texts(Self.held).first }
            await holding.value
            return seen.map { "others saw it: \($0)" }
        }
    }

    private static func hold(_ seconds: Int) -> Statement {
        Statement(
            "chaos.hold",
            """
            WITH late AS (
                INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
                SELECT o.shop, 'order.cancelled', 'late:' || o.id, o.subject, '{"v": 1}' FROM fiscal.outbox o
                WHERE o.subject <> '' ORDER BY o.id DESC LIMIT 1 ON CONFLICT DO NOTHING
                RETURNING 1)
            SELECT pg_sleep(\(seconds)), (SELECT count(*) FROM late)
            """)
    }

    private static let held = """
        SELECT concat('xmin ', backend_xmin, ', xid ', backend_xid) FROM pg_stat_activity
        WHERE query LIKE '%pg_sleep%' AND backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
        """

    private static let needRoom = Statement(
        "chaos.need_room",
        """
        CREATE TEMP TABLE chaos_room ON COMMIT DROP AS SELECT repeat(md5(n::text), 30) FROM generate_series(1, 3000) n
        """)

    private func startOfServer() async throws -> String {
        try await texts("SELECT pg_postmaster_start_time()::text").first ?? ""
    }

    private var log: Data { FileManager.default.contents(atPath: cluster.socketDirectory + "/log") ?? Data() }

    /// How much the server has said so far, in bytes.
    private var logSize: Int { log.count }

    /// What it has said since.
    private func log(from start: Int) -> String { String(decoding: log.dropFirst(start), as: UTF8.self) }

    /// The server is up when this returns, whatever it died of.
    func restartDatabase(onlyIfDown: Bool = false) async {
        if onlyIfDown, await answers() { return }
        do {
            try await cluster.restart()
            story.tell("the database is back")
        } catch {
            story.tell("the database cannot be started: \(error)")
        }
    }

    private func answers() async -> Bool {
        do {
            try await owner.execute(Statement("chaos.alive", "SELECT 1"))
            return true
        } catch {
            return false
        }
    }
}

extension EmbeddedCluster {
    /// Suspends the server and returns its process once it stands still: nobody can let it go on meanwhile, since that
    /// too is done on this actor. nil: there is no server.
    func suspendAndSee() -> pid_t? {
        suspend()
        guard let server else { return nil }
        let deadline = ContinuousClock.now + .seconds(10)
        while ProcessTable.entry(of: server.processID)?.state != "T" {
            guard ContinuousClock.now < deadline else { return nil }
            usleep(1000)
        }
        return server.processID
    }
}
