/// Brings a database's schema forward, one migration and one transaction at a time.
///
/// Several runners at once are safe: a lock of the session lets one work while the others look again every little
/// while, outside any transaction, so that they do not stand in the way of CREATE INDEX CONCURRENTLY. What was applied
/// is kept in `<schema>.schema_migration` with its SHA-256, and a changed past is refused.
package struct MigrationRunner: Sendable {
    let configuration: PostgresConfiguration
    let migrations: [Migration]
    let allowsHoles: Bool
    let schema: String

    /// How long a migration waits for a lock before it lets everybody else through and tries again.
    package var lockTimeout: Duration = .seconds(2)
    /// How often a migration that found a lock taken, a deadlock or a rival making the same role is tried.
    package var attempts = 30
    /// How long to wait for another runner.
    package var patience: Duration = .seconds(600)

    /// - Parameters:
    ///   - configuration: A direct connection, not through a pooler. Its `answerTimeout` is not applied: a migration
    ///     takes the time it takes.
    ///   - migrations: In any order.
    ///   - allowsHoles: Whether numbers may be missing. They are refused by default, as a missing file is otherwise
    ///     noticed only when it turns up.
    ///   - schema: Where `schema_migration` lives; made if absent. A plain lower-case identifier.
    package init(
        _ configuration: PostgresConfiguration, migrations: [Migration], allowsHoles: Bool = false,
        schema: String = "fiscal"
    ) {
        var configuration = configuration
        configuration.answerTimeout = nil
        configuration.preparedStatements = .never
        self.configuration = configuration
        self.migrations = migrations
        self.allowsHoles = allowsHoles
        self.schema = schema
    }

    /// Applies what is missing.
    ///
    /// - Throws: ``MigrationError``. Every migration before the failed one stays applied; the failed one left nothing.
    package func run() async throws(MigrationError) -> MigrationReport {
        let ordered = try MigrationHistory.ordered(migrations, allowsHoles: allowsHoles)
        return try await withConnection { connection throws(MigrationError) in
            try await lock(connection)
            do throws(MigrationError) {
                let report = try await apply(ordered, on: connection)
                await unlock(connection)
                return report
            } catch {
                await unlock(connection)
                throw error
            }
        }
    }

    /// Tells what ``run()`` would do, changing nothing.
    ///
    /// - Throws: ``MigrationError`` if the database cannot be asked. What ``run()`` would refuse is in the answer.
    package func status() async throws(MigrationError) -> MigrationStatus {
        try await withConnection { connection throws(MigrationError) in
            let applied = try await self.applied(on: connection)
            let names = applied.map(\.fileName)
            do throws(MigrationError) {
                let ordered = try MigrationHistory.ordered(migrations, allowsHoles: allowsHoles)
                let candidates = try await withChecksums(ordered, on: connection)
                let pending = try MigrationHistory.pending(candidates, applied: applied)
                return MigrationStatus(applied: names, pending: pending.map(\.migration.fileName), obstacle: nil)
            } catch {
                if case .database = error { throw error }
                return MigrationStatus(applied: names, pending: [], obstacle: error)
            }
        }
    }

    private func withConnection<Value: Sendable>(
        _ body: (Connection) async throws(MigrationError) -> Value
    ) async throws(MigrationError) -> Value {
        let connection: Connection
        do throws(PostgresError) {
            connection = try await Connection.open(configuration)
        } catch {
            throw .database(error)
        }
        do throws(MigrationError) {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    private func apply(_ ordered: [Migration], on connection: Connection) async throws(MigrationError)
        -> MigrationReport
    {
        try await prepare(connection)
        let applied = try await self.applied(on: connection)
        let pending = try MigrationHistory.pending(try await withChecksums(ordered, on: connection), applied: applied)
        var steps: [MigrationReport.Step] = []
        for candidate in pending {
            let start = ContinuousClock.now
            try await apply(candidate, on: connection)
            steps.append(
                MigrationReport.Step(
                    number: candidate.migration.number, fileName: candidate.migration.fileName,
                    duration: ContinuousClock.now - start))
        }
        return MigrationReport(applied: steps, alreadyApplied: applied.count)
    }
}
