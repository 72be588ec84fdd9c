import EmbeddedPostgres
import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// Whoever keeps vacuum from removing dead rows is named: each way there is, on servers that have it.
@Suite(.timeLimit(.minutes(10))) struct HorizonTests {
    /// Lends a server of the test's own with these settings, and a pool of its owner.
    private func with(
        _ settings: [String: String], _ body: (EmbeddedCluster, PostgresPool) async throws -> Void
    ) async throws {
        try await with(EmbeddedClusterOptions(settings: settings), body)
    }

    private func with(
        _ options: EmbeddedClusterOptions, _ body: (EmbeddedCluster, PostgresPool) async throws -> Void
    ) async throws {
        let cluster = try await EmbeddedCluster.start(options)
        do {
            let pool = PostgresPool(try PostgresConfiguration(url: cluster.url()))
            do {
                try await body(cluster, pool)
            } catch {
                await pool.close()
                throw error
            }
            await pool.close()
        } catch {
            await cluster.stop()
            throw error
        }
        await cluster.stop()
    }

    private func run(_ pool: PostgresPool, _ statements: String...) async throws {
        for statement in statements { try await pool.execute(Statement("test", statement)) }
    }

    /// Leaves a prepared transaction behind.
    private func prepare(_ name: String, _ cluster: EmbeddedCluster) async throws {
        let connection = try await Connection.open(try PostgresConfiguration(url: cluster.url()))
        for statement in ["BEGIN", "CREATE TABLE t (i int)", "PREPARE TRANSACTION '\(name)'"] {
            _ = try await connection.execute(Statement("prepare", statement))
        }
        await connection.close()
    }

    private func holders(_ pool: PostgresPool, _ kind: HorizonHolder.Kind) async throws -> [HorizonHolder] {
        try await QueueHealth(pool).horizonHolders(transactions: 0, openFor: .zero).filter { $0.kind == kind }
    }

    /// A transaction may hold the horizon by what it sees, or by its own number alone: it wrote, and idles.
    @Test(
        .database,
        arguments: [
            ("BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT 1::text"),
            ("BEGIN", "SELECT pg_current_xact_id()::text"),
        ]) func aSessionIsNamedByItsProcess(begin: String, first: String) async throws
    {
        let queue = QueueHarness.current
        let session = try await SQLSession.open()
        _ = try await session.connection.execute(Statement("begin", begin))
        try await session.run(first)
        func isNamed() async throws -> Bool {
            try await holders(queue.pool, .session).contains { $0.name.hasPrefix("process \(session.pid) ") }
        }
        #expect(try await isNamed())
        try await session.rollback()
        #expect(try await !isNamed())
        await session.connection.close()
    }

    @Test func aLogicalSlotIsNamed() async throws {
        try await with(["wal_level": "logical", "max_wal_senders": "4"]) { _, pool in
            try await run(
                pool, "SELECT pg_create_logical_replication_slot('analytics', 'pgoutput')", "CREATE TABLE t (i int)",
                "DROP TABLE t")
            let found = try await holders(pool, .slot)
            #expect(found.map(\.name) == ["analytics"])
            #expect(found.allSatisfy { $0.age >= 2 && $0.openFor == nil })
            try await run(pool, "SELECT pg_drop_replication_slot('analytics')")
            #expect(try await holders(pool, .slot).isEmpty)
        }
    }

    @Test func aPreparedTransactionIsNamed() async throws {
        try await with(["max_prepared_transactions": "2"]) { cluster, pool in
            try await prepare("forgotten", cluster)
            let found = try await holders(pool, .preparedTransaction)
            #expect(found.map(\.name) == ["forgotten"])
            #expect(found.allSatisfy { $0.openFor != nil })
            try await run(pool, "ROLLBACK PREPARED 'forgotten'")
            #expect(try await holders(pool, .preparedTransaction).isEmpty)
        }
    }

    /// A standby that tells what its queries need holds it by itself, or by the slot that is kept for it.
    @Test(arguments: [nil, "reports"] as [String?]) func aStandbyIsNamed(slot: String?) async throws {
        let settings = ["wal_level": "replica", "max_wal_senders": "4"]
        try await with(settings) { cluster, pool in
            if let slot { try await run(pool, "SELECT pg_create_physical_replication_slot('\(slot)')") }
            var options = EmbeddedClusterOptions(
                settings: settings.merging(["hot_standby_feedback": "on", "wal_receiver_status_interval": "1"]) { $1 })
            options.primary = EmbeddedClusterOptions.Primary(
                connection:
                    "host=\(cluster.socketDirectory) port=\(cluster.port) user=postgres application_name=branch",
                slot: slot)
            try await with(options) { _, _ in
                let (kind, name) = slot.map { (HorizonHolder.Kind.slot, $0) } ?? (.standby, "branch")
                try await eventually("the standby is named") { try await holders(pool, kind).map(\.name) == [name] }
                let figure = try await QueueHealth(pool).horizon()
                #expect(figure.age.keys.contains(kind))
                // Its sender is no session of somebody's.
                #expect(try await !holders(pool, .session).contains { $0.name.hasSuffix(" branch") })
            }
        }
    }

    @Test func whoeverHoldsLittleIsNotNamed() async throws {
        try await with(["max_prepared_transactions": "2"]) { cluster, pool in
            try await prepare("young", cluster)
            #expect(try await QueueHealth(pool).horizonHolders().isEmpty)
        }
    }

    @Test func theFigureIsOfNumbersAlone() {
        let figure = HorizonFigure([
            HorizonHolder(kind: .session, name: "process 7 shop", age: 5, openFor: .seconds(9)),
            HorizonHolder(kind: .session, name: "process 8 shop", age: 40, openFor: .seconds(2)),
            HorizonHolder(kind: .slot, name: "analytics", age: 90, openFor: nil),
        ])
        #expect(figure.age == [.session: 40, .slot: 90])
        #expect(figure.oldest == 90)
        #expect(figure.longestOpen == .seconds(9))
        #expect(HorizonFigure([]).oldest == 0)
    }
}
