import EmbeddedPostgres
import FoundationEssentials
import TestSupport
import Testing

@testable import Postgres

@Suite(.emptyDatabase, .timeLimit(.minutes(10))) struct MigrationRunnerTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    private let first = Migration(number: 1, name: "first", sql: "CREATE TABLE one (n int); INSERT INTO one VALUES (1)")
    private let second = Migration(number: 2, name: "second", sql: "ALTER TABLE one ADD m int")

    private func runner(_ migrations: [Migration]) throws -> MigrationRunner {
        MigrationRunner(try TestDatabase.current.configuration(), migrations: migrations)
    }

    private func failure(_ migrations: [Migration]) async throws -> MigrationError {
        let runner = try runner(migrations)
        return try #require(await #expect(throws: MigrationError.self) { _ = try await runner.run() })
    }

    @Test func appliesEachOnceAndRecordsIt() async throws {
        let fresh = try await runner([first, second]).status()
        #expect(fresh.pending == ["0001_first.sql", "0002_second.sql"] && fresh.applied.isEmpty)
        #expect(try await runner([first]).run().applied.map(\.fileName) == ["0001_first.sql"])
        let report = try await runner([first, second]).run()
        #expect(report.applied.map(\.number) == [2])
        #expect(report.alreadyApplied == 1)
        #expect(try await runner([first, second]).run().applied.isEmpty)
        #expect(try await runner([first, second]).status().isCurrent)
        let sql = "SELECT checksum FROM fiscal.schema_migration WHERE number = 2"
        let checksum = try await pool.one(String.self, sql)
        let expected = try await pool.one(
            String.self, "SELECT encode(sha256($1), 'hex')", .bytes(Array(second.sql.utf8)))
        #expect(checksum == expected)
    }

    @Test func concurrentRunnersApplyEachOnce() async throws {
        let migrations =
            [first, second]
            + (3...12).map { number in
                Migration(number: number, name: "more", sql: "CREATE TABLE more_\(number) ()")
            }
        let runner = try runner(migrations)
        let applied = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 { group.addTask { try await runner.run().applied.count } }
            return try await group.reduce(0, +)
        }
        #expect(applied == 12)
        #expect(try await pool.one(Int.self, "SELECT count(*) FROM one") == 1)
    }

    @Test func rolesThatRivalsMakeAtTheSameTimeAreNoObstacle() async throws {
        let cluster = TestDatabase.current.cluster
        let role = "rival_\(TestDatabase.current.name)"
        let sql = """
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '\(role)') THEN
                    PERFORM pg_sleep(0.05);
                    CREATE ROLE \(role) NOLOGIN;
                END IF;
            END $$;
            ALTER ROLE \(role) SET lock_timeout = '5s'
            """
        let names = (1...3).map { "\(TestDatabase.current.name)_\($0)" }
        for name in names { try await cluster.createDatabase(name) }
        try await withThrowingTaskGroup { group in
            for name in names {
                let configuration = try PostgresConfiguration(url: cluster.url(database: name))
                let runner = MigrationRunner(configuration, migrations: [Migration(number: 1, name: "role", sql: sql)])
                group.addTask { _ = try await runner.run() }
            }
            try await group.waitForAll()
        }
        for name in names { try await cluster.dropDatabase(name) }
        try await pool.run("DROP ROLE \(role)")
    }

    @Test func changedHistoryIsRefusedByName() async throws {
        _ = try await runner([first, second]).run()
        let changed = Migration(number: 1, name: "first", sql: first.sql + " ")
        let error = try await failure([changed, second])
        #expect(error == .changed(file: "0001_first.sql", appliedAs: "0001_first.sql"))
        #expect("\(error)".hasPrefix("0001_first.sql was changed after it had been applied"))
        #expect(try await runner([changed, second]).status().obstacle == error)
        #expect(try await failure([first]) == .unknown(applied: "0002_second.sql"))
    }

    @Test func whatWasAppliedWithOtherCommentsIsAppliedIfItIsNamed() async throws {
        _ = try await runner([first]).run()
        let checksum = try #require(try await pool.one(String.self, "SELECT checksum FROM fiscal.schema_migration"))
        let sql = "-- In other words.\n" + first.sql
        let reworded = Migration(number: 1, name: "first", sql: sql, reworded: [checksum])
        #expect(try await runner([reworded, second]).run().applied.map(\.number) == [2])
        #expect(
            try await failure([Migration(number: 1, name: "first", sql: sql), second])
                == .changed(file: "0001_first.sql", appliedAs: "0001_first.sql"))
        #expect(
            try await failure([Migration(number: 1, name: "other", sql: sql, reworded: [checksum]), second])
                == .changed(file: "0001_other.sql", appliedAs: "0001_first.sql"))
    }

    @Test func aFailingMigrationLeavesNothingAndNamesItsLine() async throws {
        let bad = Migration(number: 2, name: "bad", sql: "CREATE TABLE half ();\n\nALTER TABLE missing ADD n int")
        let error = try await failure([first, bad])
        guard case .failed(let file, _, let cause) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(file == "0002_bad.sql")
        #expect(cause.sqlState == .undefinedTable)
        #expect("\(error)".contains("\"missing\" does not exist"))
        #expect(
            try await pool.one(Bool.self, "SELECT to_regclass('half') IS NULL AND to_regclass('one') IS NOT NULL")
                == true)
        let broken = Migration(number: 2, name: "bad", sql: "CREATE TABLE half ();\n\nCREATE TABEL x ()")
        guard case .failed(_, let line, _) = try await failure([first, broken]) else { return }
        #expect(line == 3)
        #expect(try await runner([first, second]).run().applied.count == 1)
    }

    @Test func aMigrationMayNotEndItsTransaction() async throws {
        let error = try await failure([Migration(number: 1, name: "rogue", sql: "CREATE TABLE t (); COMMIT")])
        guard case .failed(_, _, let cause) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(cause.kind == .misuse)
    }

    @Test func waitsForLocksInShortTurns() async throws {
        _ = try await runner([first]).run()
        let checkpoint = Checkpoint()
        let holder = Task { [pool] in
            try await pool.withTransaction { transaction throws(PostgresError) in
                try transaction.execute(Statement("lock", "LOCK TABLE one"))
                checkpoint.pass(0)
            }
        }
        _ = await checkpoint.arrival()
        var impatient = try runner([first, second])
        impatient.lockTimeout = .milliseconds(20)
        impatient.attempts = 2
        let error = await #expect(throws: MigrationError.self) { _ = try await impatient.run() }
        guard case .failed("0002_second.sql", _, let cause) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause.kind == .server(.lockNotAvailable))
        var patient = impatient
        patient.attempts = 1000
        let run = Task { [patient] in try await patient.run() }
        let sql =
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE one%' AND datname = current_database()"
        try await eventually { try await pool.one(Int.self, sql) ?? 0 > 0 }
        checkpoint.open()
        try await holder.value
        #expect(try await run.value.applied.count == 1)
    }

    @Test func statementsOutsideATransactionWork() async throws {
        let index = Migration(
            number: 2, name: "index",
            sql: "-- migration: no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS one_n ON one (n)")
        let runner = try runner([first, index])
        async let other = runner.run()
        let mine = try await runner.run()
        #expect(try await mine.applied.count + other.applied.count == 2)
        #expect(try await pool.one(Bool.self, "SELECT to_regclass('one_n') IS NOT NULL") == true)
    }

    @Test func anIndexThatAnInterruptionLeftUnfinishedIsMadeAnew() async throws {
        let table = Migration(number: 1, name: "table", sql: "CREATE TABLE fiscal.one (n int)")
        let index = Migration(
            number: 2, name: "index",
            sql: "-- migration: no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS one_n ON fiscal.one (n)")
        _ = try await runner([table, index]).run()
        for sql in [
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'fiscal.one_n'::regclass",
            "DELETE FROM fiscal.schema_migration WHERE number = 2",
        ] { _ = try await pool.execute(Statement("test", sql)) }
        #expect(try await runner([table, index]).run().applied.count == 1)
        let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'fiscal.one_n'::regclass"
        #expect(try await pool.one(Bool.self, valid) == true)
    }

    @Test func filesAreReadInOrderAndOddOnesRefused() throws {
        let manager = FileManager.default
        let directory = manager.temporaryDirectory.appending(path: UUID().uuidString)
        try manager.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? manager.removeItem(at: directory) }
        for (name, text) in [("0002_b.sql", "SELECT 2"), ("0001_a_long_name.sql", "SELECT 1"), ("README.md", "")] {
            try Data(text.utf8).write(to: directory.appending(path: name))
        }
        let path = directory.path(percentEncoded: false)
        let migrations = try Migration.load(directory: path)
        #expect(migrations.map(\.fileName) == ["0001_a_long_name.sql", "0002_b.sql"])
        #expect(migrations.map(\.sql) == ["SELECT 1", "SELECT 2"])
        try Data().write(to: directory.appending(path: "3_c.sql"))
        #expect(throws: MigrationError.badFileName("3_c.sql")) { try Migration.load(directory: path) }
        #expect(throws: MigrationError.unreadable(path: "/no/such/place")) {
            try Migration.load(directory: "/no/such/place")
        }
    }
}
