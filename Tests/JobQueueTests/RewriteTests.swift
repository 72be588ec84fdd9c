import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// Migrations never write `outbox` or `job` anew: an installation with years of events is upgraded in seconds.
@Suite(.emptyDatabase, .timeLimit(.minutes(10))) struct RewriteTests {
    let queue = QueueHarness.current

    private static let release = 10

    private func migrate(_ migrations: some Collection<Migration>) async throws {
        _ = try await MigrationRunner(TestDatabase.current.configuration(), migrations: Array(migrations)).run()
    }

    /// The files in which the tables' rows lie; a table that is written anew has another.
    private func files() async throws -> [String] {
        try await queue.texts(
            """
            SELECT concat_ws(' ', c.relname, pg_relation_filenode(c.oid),
                             pg_relation_filenode(nullif(c.reltoastrelid, 0)))
            FROM pg_class c WHERE c.oid IN ('fiscal.outbox'::regclass, 'fiscal.job'::regclass) ORDER BY 1
            """)
    }

    /// Migrates a database of the release of migration 0010 with jobs in it, step by step; the migrations that wrote
    /// one of its tables anew.
    private func rewriting(_ migrations: [Migration]) async throws -> [String] {
        try await migrate(migrations.prefix(Self.release))
        try await queue.declare("test", step: "send")
        try await queue.insertMany(100, subject: "'order:' || i % 10")
        let old = try await OldRelease.connect()
        let worker = try await old.register()
        _ = try await old.claim(worker, 5)
        await old.close()
        let rows = try await queue.texts("SELECT j.ctid || ' ' || j.id || ' ' || j.state FROM fiscal.job j ORDER BY id")
        #expect(Set(rows.compactMap { $0.split(separator: " ").last }).count > 1)
        var (found, before) = ([String](), try await files())
        for count in migrations.indices.dropFirst(Self.release).map({ $0 + 1 }) {
            try await migrate(migrations.prefix(count))
            let after = try await files()
            if after != before { found.append(migrations[count - 1].fileName) }
            before = after
        }
        return found
    }

    @Test func noMigrationWritesEventsOrJobsAnew() async throws {
        #expect(try await rewriting(Migration.load(directory: RepositoryRoot.path + "/migrations")) == [])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job") == 100)
    }

    @Test func oneThatDoesIsFound() async throws {
        let all = try Migration.load(directory: RepositoryRoot.path + "/migrations").prefix(Self.release)
        let scripts = [
            "CLUSTER fiscal.job USING job_pkey", "ALTER TABLE fiscal.outbox ADD COLUMN more text",
            "ALTER TABLE fiscal.outbox ADD COLUMN token uuid DEFAULT gen_random_uuid()",
        ]
        let more = scripts.enumerated().map { Migration(number: Self.release + 1 + $0, name: "scratch", sql: $1) }
        #expect(try await rewriting(Array(all) + more) == [more[0].fileName, more[2].fileName])
    }
}
