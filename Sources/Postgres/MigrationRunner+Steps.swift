extension MigrationRunner {
    /// Names the lock of the session that one runner holds; any number that nothing else in the database uses.
    private static let lockKey: Int64 = 0x6673_6361_6C5F_6D67  // "fscal_mg"

    private static let tryLock = Statement("migration_lock", "SELECT pg_try_advisory_lock($1)")
    private static let release = Statement("migration_unlock", "SELECT pg_advisory_unlock($1)")

    /// Waits for the lock with short random pauses; no transaction is open meanwhile.
    func lock(_ connection: Connection) async throws(MigrationError) {
        let backoff = Backoff(base: .milliseconds(50), limit: .milliseconds(500))
        let start = ContinuousClock.now
        let isDirect: Bool
        do throws(PostgresError) {
            isDirect = try await connection.withConnection { connection in connection.isDirect() }
        } catch {
            throw .database(error)
        }
        guard isDirect else { throw .notDirect }
        do throws(PostgresError) {
            var failures = 0
            while true {
                let isHeld = try await connection.query(Self.tryLock, [.int(Self.lockKey)]) {
                    row throws(PostgresError) in try row.get(Bool.self, 0)
                }
                if isHeld.first == true { return }
                failures += 1
                let delay = backoff.delay(afterFailures: failures)
                guard ContinuousClock.now + delay < start + patience else { break }
                try await Self.pause(delay)
            }
        } catch {
            throw .database(error)
        }
        throw .locked(waited: patience)
    }

    /// Lets the next runner work. A failure does not matter: the lock ends with the connection.
    func unlock(_ connection: Connection) async {
        _ = try? await connection.execute(Self.release, [.int(Self.lockKey)])
    }

    private static func pause(_ delay: Duration) async throws(PostgresError) {
        do {
            try await Task.sleep(for: delay, clock: .continuous)
        } catch {
            throw PostgresError(.cancelled, in: "migrate")
        }
    }

    /// Makes the schema and the table of the history where they are missing.
    ///
    /// CREATE … IF NOT EXISTS wants the right to create even where there is nothing to create, so it is asked first.
    func prepare(_ connection: Connection) async throws(MigrationError) {
        let script = """
            DO $do$ BEGIN
                IF to_regnamespace('\(schema)') IS NULL THEN
                    CREATE SCHEMA \(schema);
                END IF;
                IF to_regclass('\(schema).schema_migration') IS NULL THEN
                    CREATE TABLE \(schema).schema_migration (
                        number integer PRIMARY KEY,
                        name text NOT NULL,
                        checksum text NOT NULL,
                        applied_at timestamptz NOT NULL DEFAULT now(),
                        applied_by text NOT NULL DEFAULT current_user,
                        milliseconds bigint NOT NULL
                    );
                    COMMENT ON TABLE \(schema).schema_migration IS 'Which migrations were applied, and their SHA-256';
                END IF;
            END $do$
            """
        do throws(PostgresError) {
            try await connection.withConnection { connection throws(PostgresError) in
                try connection.executeScript("migration_history", script)
            }
        } catch {
            throw .database(error)
        }
    }

    /// The history in order; empty if there is none yet.
    func applied(on connection: Connection) async throws(MigrationError) -> [MigrationHistory.Applied] {
        let exists = Statement(
            "migration_history_exists", "SELECT to_regclass('\(schema).schema_migration') IS NOT NULL")
        let list = Statement(
            "migration_history_list", "SELECT number, name, checksum FROM \(schema).schema_migration ORDER BY number")
        do throws(PostgresError) {
            return try await connection.withConnection { connection throws(PostgresError) in
                let found = try connection.query(exists) { row throws(PostgresError) in try row.get(Bool.self, 0) }
                guard found == [true] else { return [] }
                return try connection.query(list) { row throws(PostgresError) in
                    MigrationHistory.Applied(
                        number: try row.get("number"), name: try row.get("name"), checksum: try row.get("checksum"))
                }
            }
        } catch {
            throw .database(error)
        }
    }

    /// The SHA-256 of each text, by the server.
    func withChecksums(
        _ migrations: [Migration], on connection: Connection
    ) async throws(MigrationError) -> [MigrationHistory.Candidate] {
        let hash = Statement(
            "migration_checksums",
            """
            SELECT encode(sha256(text), 'hex') AS checksum
            FROM unnest($1::bytea[]) WITH ORDINALITY AS given(text, place) ORDER BY place
            """)
        do throws(PostgresError) {
            let texts = Parameter.byteses(migrations.map { Array($0.sql.utf8) })
            let checksums = try await connection.query(hash, [texts]) { row throws(PostgresError) in
                try row.get(String.self, "checksum")
            }
            return zip(migrations, checksums).map { MigrationHistory.Candidate(migration: $0, checksum: $1) }
        } catch {
            throw .database(error)
        }
    }

    /// Applies one migration and records it, trying again where somebody merely stood in the way.
    func apply(_ candidate: MigrationHistory.Candidate, on connection: Connection) async throws(MigrationError) {
        let backoff = Backoff(base: .milliseconds(100), limit: .seconds(5))
        var failures = 0
        while true {
            do throws(PostgresError) {
                return try await applyOnce(candidate, on: connection)
            } catch {
                failures += 1
                guard failures < attempts, Self.isWorthAnotherTry(error, failures) else {
                    throw Self.failure(of: candidate.migration, error)
                }
                do throws(PostgresError) {
                    try await Self.pause(backoff.delay(afterFailures: failures))
                } catch {
                    throw .failed(file: candidate.migration.fileName, line: nil, error)
                }
            }
        }
    }

    /// Locks and deadlocks pass. Roles belong to the whole cluster: another database's migration that makes or grants
    /// the same one at this moment shows as a duplicate or as "tuple concurrently updated" (XX000), and only then.
    private static func isWorthAnotherTry(_ error: PostgresError, _ failures: Int) -> Bool {
        switch error.sqlState {
        case .lockNotAvailable, .deadlockDetected, .serializationFailure: true
        case .duplicateObject, .uniqueViolation, .internalError: failures <= 5
        default: false
        }
    }

    private func applyOnce(
        _ candidate: MigrationHistory.Candidate, on connection: Connection
    ) async throws(PostgresError) {
        let migration = candidate.migration
        let record = Statement(
            "migration_record",
            """
            INSERT INTO \(schema).schema_migration (number, name, checksum, milliseconds)
            VALUES ($1, $2, $3, (extract(epoch FROM clock_timestamp() - $4) * 1000)::bigint)
            """)
        let clock = Statement("migration_clock", "SELECT clock_timestamp()")
        let options = TransactionOptions(statementTimeout: .zero, lockTimeout: lockTimeout, idleTimeout: .zero)
        try await connection.withConnection { connection throws(PostgresError) in
            let start = try connection.query(clock) { row throws(PostgresError) in try row.get(Timestamp.self, 0) }
            let values: [Parameter] = [
                .int(migration.number), .text(migration.name), .text(candidate.checksum), .timestamp(start.first),
            ]
            if migration.runsOutsideTransaction {
                try dropUnfinishedIndexes(over: connection)
                try connection.executeScript(migration.fileName, migration.sql)
                try connection.execute(record, values)
            } else {
                try connection.withTransaction(options) { transaction throws(PostgresError) in
                    try transaction.executeScript(migration.fileName, migration.sql)
                    try transaction.execute(record, values)
                }
            }
        }
    }

    /// An index whose CREATE … CONCURRENTLY was interrupted stays behind, unused and kept up by every write; IF NOT
    /// EXISTS would take it for the finished one. Those that a REINDEX of an administrator is making are left alone.
    private func dropUnfinishedIndexes(over connection: borrowing BorrowedConnection) throws(PostgresError) {
        let list = Statement(
            "migration_unfinished_indexes",
            """
            SELECT format('%I.%I', n.nspname, c.relname)
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE NOT i.indisvalid AND c.relkind = 'i' AND n.nspname = $1 AND c.relname !~ '_cc(new|old)[0-9]*$'
            """)
        let names = try connection.query(list, [.text(schema)]) { row throws(PostgresError) in
            try row.get(String.self, 0)
        }
        for name in names {
            try connection.executeScript("migration_unfinished_index", "DROP INDEX CONCURRENTLY IF EXISTS \(name)")
        }
    }

    private static func failure(of migration: Migration, _ error: PostgresError) -> MigrationError {
        let line = error.position.map { position in
            migration.sql.unicodeScalars.prefix(position - 1).count { $0 == "\n" } + 1
        }
        return .failed(file: migration.fileName, line: error.statement == migration.fileName ? line : nil, error)
    }
}
