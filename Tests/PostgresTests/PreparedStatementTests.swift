import TestSupport
import Testing

@testable import Postgres

@Suite(.emptyDatabase, .timeLimit(.minutes(10))) struct PreparedStatementTests {
    private let named = Statement("named", "SELECT count(*) FROM pg_prepared_statements")

    private func pool(_ mode: PreparedStatements) throws -> PostgresPool {
        try TestDatabase.current.pool {
            $0.poolSize = 1
            $0.preparedStatements = mode
        }
    }

    @Test(arguments: [(PreparedStatements.never, 0), (.always, 1), (.automatic, 1)]) func namesAreUsedWhereTheyMay(
        mode: PreparedStatements, expected: Int
    ) async throws {
        let pool = try pool(mode)
        for _ in 0..<3 {
            let count = try await pool.query(named) { row throws(PostgresError) in try row.get(Int.self, 0) }
            #expect(count == [expected])
        }
        await pool.close()
    }

    @Test func parametersOfOtherTypesAreOtherStatements() async throws {
        let pool = try pool(.always)
        #expect(try await pool.one(Int.self, "SELECT $1", .int(5)) == 5)
        #expect(try await pool.one(Bool.self, "SELECT $1", .bool(true)) == true)
        #expect(try await pool.one(String.self, "SELECT $1", .text("x")) == "x")
        #expect(try await pool.one(Int.self, "SELECT $1", .int(6)) == 6)
        await pool.close()
    }

    @Test func aChangedTableMakesNewPlans() async throws {
        let pool = try pool(.always)
        try await pool.run("CREATE TABLE t AS SELECT 1 AS a")
        let all = Statement("all", "SELECT * FROM t")
        for _ in 0..<2 {
            #expect(try await pool.query(all) { row throws(PostgresError) in try row.get(Int.self, "a") } == [1])
        }
        try await pool.run("ALTER TABLE t ADD b text DEFAULT 'new'")
        #expect(try await pool.query(all) { row throws(PostgresError) in try row.get(String.self, "b") } == ["new"])
        #expect(pool.statistics.opened == 1)
        await pool.close()
    }

    @Test func namesThatAreGoneAreMadeAgain() async throws {
        let pool = try pool(.always)
        #expect(try await pool.one(Int.self, "SELECT 1") == 1)
        try await pool.withConnection { connection throws(PostgresError) in
            try connection.executeScript("forget", "DEALLOCATE ALL")
        }
        #expect(try await pool.one(Int.self, "SELECT 1") == 1)
        await pool.close()
    }

    @Test func manyStatementsDoNotFillTheServer() async throws {
        let pool = try pool(.always)
        for n in 0..<(StatementCache.capacity + 10) {
            #expect(try await pool.one(Int.self, "SELECT \(n)") == n)
        }
        let count = try await pool.query(named) { row throws(PostgresError) in try row.get(Int.self, 0) }
        #expect(count[0] <= 12)
        await pool.close()
    }
}
