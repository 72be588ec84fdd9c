import Postgres
import TestSupport
import Testing

extension QueueHarness {
    /// Runs `one` and `other` at once while a third session has done `held` and not committed it, in such a way that
    /// each has begun before the third lets go: whoever took the second row first would hold it by then.
    func meet(
        holding held: String, _ one: @escaping @Sendable () async throws -> Void,
        _ other: @escaping @Sendable () async throws -> Void
    ) async throws {
        let holder = try await SQLSession.open()
        try await holder.begin()
        try await holder.run(held)
        let first = Task { try await one() }
        try await waiters(1)
        let second = Task { try await other() }
        try await waiters(2)
        try await holder.commit()
        // Both are awaited, whatever becomes of them: who waits for the other ends with the test's database otherwise.
        let (ends, others) = (await first.result, await second.result)
        await holder.connection.close()
        try ends.get()
        try others.get()
    }

    /// Waits until so many sessions of this database wait for a lock.
    func waiters(_ count: Int) async throws {
        try await eventually("\(count) sessions wait") {
            try await number(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
                """) == count
        }
    }
}
