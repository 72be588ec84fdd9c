import FoundationEssentials
import TestSupport
import Testing

@testable import Postgres

@Suite(.emptyDatabase, .timeLimit(.minutes(10))) struct PoolTests {
    /// Takes the only connection until the checkpoint is opened.
    private func occupy(_ pool: PostgresPool, _ checkpoint: Checkpoint) -> Task<Void, any Error> {
        Task {
            try await pool.withTransaction { transaction throws(PostgresError) in
                checkpoint.pass(try transaction.processID())
            }
        }
    }

    private func awaitWaiters(_ pool: PostgresPool, _ count: Int) async throws {
        try await eventually { pool.statistics.waiting == count }
    }

    @Test func anExhaustedPoolSaysSoInTime() async throws {
        let pool = try TestDatabase.current.pool {
            $0.poolSize = 1
            $0.acquireTimeout = .milliseconds(200)
        }
        let checkpoint = Checkpoint()
        let holder = occupy(pool, checkpoint)
        _ = await checkpoint.arrival()
        let error = await #expect(throws: PostgresError.self) { _ = try await pool.one(Int.self, "SELECT 1") }
        #expect(error?.kind == .acquireTimedOut)
        #expect("\(try #require(error))".contains("all 1 connections were in use"))
        checkpoint.open()
        try await holder.value
        #expect(try await pool.one(Int.self, "SELECT 1") == 1)
        await pool.close()
    }

    @Test func waitersAreServedInOrder() async throws {
        let pool = try TestDatabase.current.pool { $0.poolSize = 1 }
        let checkpoint = Checkpoint()
        let holder = occupy(pool, checkpoint)
        _ = await checkpoint.arrival()
        let order = Notebook<Int>()
        try await withThrowingTaskGroup { group in
            for n in 1...5 {
                group.addTask {
                    _ = try await pool.query(Statement("n", "SELECT 1")) { _ throws(PostgresError) in
                        order.add(n)
                    }
                }
                try await awaitWaiters(pool, n)
            }
            checkpoint.open()
            try await group.waitForAll()
        }
        try await holder.value
        #expect(order.notes == [1, 2, 3, 4, 5])
        await pool.close()
    }

    @Test func aCancelledWaiterLeavesTheQueue() async throws {
        let pool = try TestDatabase.current.pool { $0.poolSize = 1 }
        let checkpoint = Checkpoint()
        let holder = occupy(pool, checkpoint)
        _ = await checkpoint.arrival()
        let waiter = Task { try await pool.one(Int.self, "SELECT 1") }
        try await awaitWaiters(pool, 1)
        waiter.cancel()
        let error = await #expect(throws: PostgresError.self) { try await waiter.value }
        #expect(error?.kind == .cancelled)
        #expect(pool.statistics.waiting == 0)
        checkpoint.open()
        try await holder.value
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await pool.one(Int.self, "SELECT 1")
        }
        await #expect(throws: PostgresError.self) { try await late.value }
        #expect(pool.statistics.taken == 0)
        await pool.close()
    }

    @Test func cancellingManyWaitersAtOnceLosesNoPlace() async throws {
        let pool = try TestDatabase.current.pool { $0.poolSize = 2 }
        for _ in 0..<20 {
            let tasks = (0..<30).map { n in
                Task { try await pool.one(Int.self, "SELECT $1", .int(n)) }
            }
            for task in tasks.shuffled().prefix(15) { task.cancel() }
            for task in tasks { _ = await task.result }
        }
        let statistics = pool.statistics
        #expect(statistics.taken == 0 && statistics.waiting == 0 && statistics.idle <= 2)
        await pool.close()
    }

    @Test func aConnectionThatDiedWhileIdleIsReplacedUnnoticed() async throws {
        let pool = try TestDatabase.current.pool { $0.poolSize = 1 }
        let first = try #require(try await pool.one(Int.self, "SELECT pg_backend_pid()"))
        try await TestDatabase.current.terminate(first)
        let second = try await pool.one(Int.self, "SELECT pg_backend_pid()")
        #expect(second != nil && second != first)
        #expect(pool.statistics.opened == 2)
        await pool.close()
    }

    @Test func aConnectionThatBrokeIsReplaced() async throws {
        let pool = try TestDatabase.current.pool { $0.poolSize = 1 }
        let error = await #expect(throws: PostgresError.self) {
            _ = try await pool.one(Bool.self, "SELECT pg_terminate_backend(pg_backend_pid())")
        }
        #expect(error?.kind == .outcomeUnknown)
        #expect(error?.sqlState == .adminShutdown)
        #expect(try await pool.one(Int.self, "SELECT 1") == 1)
        await pool.close()
    }

    @Test func unusedAndOldConnectionsAreClosed() async throws {
        let pool = try TestDatabase.current.pool {
            $0.applicationName = "retiring"
            $0.idleLifetime = .milliseconds(50)
        }
        #expect(try await pool.one(Int.self, "SELECT 1") == 1)
        try await eventually { pool.statistics.idle == 0 }
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'retiring'"
        let observer = TestDatabase.current.pool
        try await eventually { try await observer.one(Int.self, sql) == 0 }
        await pool.close()

        let ageing = try TestDatabase.current.pool { $0.maximumLifetime = .zero }
        for opened in 1...3 {
            #expect(try await ageing.one(Int.self, "SELECT 1") == 1)
            #expect(ageing.statistics.opened == opened)
        }
        await ageing.close()
    }

    @Test func closingWaitsForThoseAtWorkAndRefusesOthers() async throws {
        let pool = try TestDatabase.current.pool { $0.poolSize = 1 }
        let checkpoint = Checkpoint()
        let holder = occupy(pool, checkpoint)
        _ = await checkpoint.arrival()
        let waiter = Task { try await pool.one(Int.self, "SELECT 1") }
        try await awaitWaiters(pool, 1)
        let closing = Task { await pool.close(grace: .seconds(60)) }
        let error = await #expect(throws: PostgresError.self) { try await waiter.value }
        #expect(error?.kind == .closed)
        checkpoint.open()
        try await holder.value
        await closing.value
        let late = await #expect(throws: PostgresError.self) { _ = try await pool.one(Int.self, "SELECT 1") }
        #expect(late?.kind == .closed)
    }

    @Test func closingGivesUpWhatDoesNotEnd() async throws {
        let pool = try TestDatabase.current.pool { $0.applicationName = "stubborn" }
        let sleeper = Task { try await pool.one(Int.self, "SELECT 1 FROM pg_sleep(3600)") }
        let observer = TestDatabase.current.pool
        let sql = """
            SELECT count(*) FROM pg_stat_activity WHERE application_name = 'stubborn' AND wait_event = 'PgSleep'
            """
        try await eventually { try await observer.one(Int.self, sql) == 1 }
        await pool.close(grace: .milliseconds(10))
        let error = await #expect(throws: PostgresError.self) { try await sleeper.value }
        #expect(error?.kind == .outcomeUnknown || error?.sqlState == .queryCanceled)
        try await eventually { try await observer.one(Int.self, sql) == 0 }
    }

    @Test func startingAndStoppingFiftyTimesLeavesNothing() async throws {
        let observer = TestDatabase.current.pool
        for _ in 0..<50 {
            let pool = try TestDatabase.current.pool {
                $0.applicationName = "fifty"
                $0.poolSize = 2
            }
            async let first = pool.one(Int.self, "SELECT 1")
            async let second = pool.one(Int.self, "SELECT 2")
            #expect(try await [first, second] == [1, 2])
            await pool.close()
        }
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'fifty'"
        try await eventually { try await observer.one(Int.self, sql) == 0 }
    }

    @Test func aPoolThatWasForgottenClosesItsConnections() async throws {
        func use() async throws {
            let pool = try TestDatabase.current.pool { $0.applicationName = "forgotten" }
            #expect(try await pool.one(Int.self, "SELECT 1") == 1)
        }
        try await use()
        let observer = TestDatabase.current.pool
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'forgotten'"
        try await eventually { try await observer.one(Int.self, sql) == 0 }
    }

    @Test func manyTasksShareFewConnections() async throws {
        let pool = try TestDatabase.current.pool { $0.poolSize = 3 }
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for n in 0..<300 {
                group.addTask { try await pool.one(Int.self, "SELECT $1", .int(n)) ?? 0 }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 300 * 299 / 2)
        #expect(pool.statistics.opened <= 3)
        await pool.close()
    }
}
