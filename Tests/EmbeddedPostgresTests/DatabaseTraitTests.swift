import EmbeddedPostgres
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct DatabaseTraitTests {
    private func answer(_ sql: String) async throws -> Bool? {
        try await TestDatabase.current.pool.queryFirst(Statement("answer", sql)) { row throws(PostgresError) in
            try row.get(Bool.self, 0)
        }
    }

    @Test(.database) func theTemplateHasEveryMigration() async throws {
        let files = try Migration.load(directory: RepositoryRoot.path + "/migrations")
        let sql = "SELECT count(*) = \(files.count) FROM fiscal.schema_migration"
        #expect(try await answer(sql) == true)
    }

    @Test(.emptyDatabase, arguments: 1...3) func eachCaseHasADatabaseOfItsOwn(number: Int) async throws {
        let name = TestDatabase.current.name
        try await TestDatabase.current.pool.execute(Statement("create", "CREATE TABLE only_mine ()"))
        #expect(try await answer("SELECT current_database() = '\(name)'") == true)
        #expect(try await answer("SELECT to_regnamespace('fiscal') IS NULL") == true)
    }
}
