import TestSupport
import Testing

@testable import Postgres

@Suite(.emptyDatabase, .timeLimit(.minutes(10))) struct TransactionTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private let insert = Statement("insert", "INSERT INTO t VALUES ($1)")

    private func prepareTable() async throws {
        try await pool.run("CREATE TABLE t (n int CONSTRAINT t_once UNIQUE DEFERRABLE)")
    }

    private func count() async throws -> Int? {
        try await pool.one(Int.self, "SELECT count(*) FROM t")
    }

    private func failure(
        _ options: TransactionOptions = TransactionOptions(),
        _ body: @Sendable (borrowing Transaction) throws(PostgresError) -> Void
    ) async throws -> PostgresError {
        try #require(await #expect(throws: PostgresError.self) { try await pool.withTransaction(options, body) })
    }

    @Test func commitsAllOrNothing() async throws {
        try await prepareTable()
        let sum = try await pool.withTransaction { transaction throws(PostgresError) in
            try transaction.execute(insert, [.int(1)]) + transaction.execute(insert, [.int(2)])
        }
        #expect(sum == 2)
        let error = try await failure { transaction throws(PostgresError) in
            try transaction.execute(insert, [.int(3)])
            throw .abandoned("enough")
        }
        #expect(error.kind == .abandoned)
        #expect(try await count() == 2)
    }

    @Test func aSwallowedErrorIsNoticedAtCommit() async throws {
        try await prepareTable()
        let error = try await failure { transaction throws(PostgresError) in
            try transaction.execute(insert, [.int(1)])
            _ = try? transaction.execute(Statement("bad", "SELECT 1/0"))
        }
        #expect(error.kind == .commitRolledBack)
        #expect(try await count() == 0)
    }

    @Test func aConstraintThatFailsAtCommitIsACertainFailure() async throws {
        try await prepareTable()
        let error = try await failure { transaction throws(PostgresError) in
            try transaction.execute(Statement("defer", "SET CONSTRAINTS ALL DEFERRED"))
            try transaction.execute(insert, [.int(1)])
            try transaction.execute(insert, [.int(1)])
        }
        #expect(error.kind == .server(.uniqueViolation))
        #expect(error.constraint == "t_once")
        #expect(error.statement == "commit")
        #expect(try await count() == 0)
    }

    @Test func aBodyThatEndsItsTransactionIsRefused() async throws {
        try await prepareTable()
        let error = try await failure { transaction throws(PostgresError) in
            try transaction.execute(Statement("rogue", "COMMIT"))
        }
        #expect(error.kind == .misuse)
    }

    @Test func aPartMayFailByItself() async throws {
        try await prepareTable()
        try await pool.withTransaction { transaction throws(PostgresError) in
            for n in [1, 2, 2, 3] {
                try? transaction.savepoint { part throws(PostgresError) in
                    try part.execute(insert, [.int(n)])
                    if n == 3 { throw .abandoned("no threes") }
                }
            }
        }
        #expect(try await pool.one([Int32].self, "SELECT array_agg(n ORDER BY n) FROM t") == [1, 2])
    }

    @Test func optionsHoldForTheTransactionAlone() async throws {
        let options = TransactionOptions(
            isolation: .serializable, isReadOnly: true, statementTimeout: .milliseconds(12_345),
            lockTimeout: .seconds(3), idleTimeout: .seconds(4))
        let names = [
            "transaction_isolation", "transaction_read_only", "statement_timeout", "lock_timeout",
            "idle_in_transaction_session_timeout",
        ]
        let show = Statement("show", "SELECT current_setting(name) FROM unnest($1) AS name")
        let parameter = Parameter.texts(names)
        let inside = try await pool.withTransaction(options) { transaction throws(PostgresError) in
            try transaction.query(show, [parameter]) { row throws(PostgresError) in try row.get(String.self, 0) }
        }
        #expect(inside == ["serializable", "on", "12345ms", "3s", "4s"])
        let after = try await pool.query(show, [parameter]) { row throws(PostgresError) in try row.get(String.self, 0) }
        #expect(after == ["read committed", "off", "0", "0", "0"])
        let refused = try await failure(options) { transaction throws(PostgresError) in
            try transaction.execute(Statement("create", "CREATE TABLE u ()"))
        }
        #expect(refused.sqlState == .readOnlyTransaction)
    }

    @Test func timeoutsOfTheServerEndStatementsAndWaits() async throws {
        try await prepareTable()
        let slow = try await failure(TransactionOptions(statementTimeout: .milliseconds(50))) {
            transaction throws(PostgresError) in
            try transaction.execute(Statement("slow", "SELECT pg_sleep(60)"))
        }
        #expect(slow.kind == .server(.queryCanceled))

        let holder = Checkpoint()
        async let held: Void = pool.withTransaction { transaction throws(PostgresError) in
            try transaction.execute(Statement("lock", "LOCK TABLE t"))
            holder.pass(try transaction.processID())
        }
        _ = await holder.arrival()
        let blocked = try await failure(TransactionOptions(lockTimeout: .milliseconds(50))) {
            transaction throws(PostgresError) in
            try transaction.execute(insert, [.int(1)])
        }
        #expect(blocked.kind == .server(.lockNotAvailable))
        #expect(blocked.isRetryable)
        holder.open()
        try await held
    }

    @Test func aConnectionLentOnceRunsManyTransactions() async throws {
        try await prepareTable()
        let ids = try await pool.withConnection { connection throws(PostgresError) in
            try connection.execute(insert, [.int(1)])
            try? connection.withTransaction { transaction throws(PostgresError) in
                try transaction.execute(insert, [.int(2)])
                throw .abandoned("no")
            }
            return try connection.query(Statement("all", "SELECT n FROM t")) { row throws(PostgresError) in
                try row.get(Int.self, "n")
            }
        }
        #expect(ids == [1])
    }

    @Test func anOpenTransactionIsNotLeftToTheNextUser() async throws {
        try await prepareTable()
        let single = try TestDatabase.current.pool { $0.poolSize = 1 }
        try await single.run("BEGIN")
        try await single.execute(insert, [.int(1)])
        #expect(try await count() == 1, "committed, as it was no part of what was begun")
        await single.close()
    }
}
