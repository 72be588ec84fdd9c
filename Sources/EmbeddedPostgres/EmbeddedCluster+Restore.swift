import Glibc
package import Postgres

/// Backup and point-in-time recovery, as an operator does them. The cluster must have been started with
/// ``EmbeddedClusterOptions/archiving``.
extension EmbeddedCluster {
    /// Takes the backup that ``restore(to:)`` begins with.
    ///
    /// - Throws: ``EmbeddedPostgresError``.
    package func backUp() throws(EmbeddedPostgresError) {
        try run(
            programs.directory + "/pg_basebackup", "-h", directory.path, "-p", "\(port)", "-U", "postgres", "-D",
            backup, "-c", "fast", "-X", "stream", "--no-sync")
    }

    /// Names this instant of the past, for ``restore(to:)``.
    ///
    /// - Throws: ``PostgresError``.
    package nonisolated func markPoint(_ name: String) async throws(PostgresError) {
        _ = try await administration.query(
            Statement("restore_point", "SELECT pg_create_restore_point($1)::text"), [.text(name)]
        ) { row throws(PostgresError) in try row.get(String.self, 0) }
    }

    /// Loses everything that was committed after the point `name`: ends the server at once, as a disk that is lost does,
    /// puts the backup in its place and recovers it to that point, from where it goes on in a timeline of its own.
    ///
    /// Returns when it accepts connections. Each restore needs a backup of its own.
    /// - Throws: ``EmbeddedPostgresError``, or `PostgresError` while the last WAL is being archived.
    package nonisolated func restore(to name: String) async throws {
        _ = try await administration.query(Statement("switch_wal", "SELECT pg_switch_wal()::text")) {
            row throws(PostgresError) in try row.get(String.self, 0)
        }
        try await setBack(to: name)
    }

    private func setBack(to name: String) throws(EmbeddedPostgresError) {
        // The archiver's last segment is written before an orderly end.
        end(with: SIGINT, patience: .seconds(20))
        let settings = """
            restore_command = 'cp ../archive/%f %p'
            recovery_target_name = '\(name)'
            recovery_target_action = 'promote'
            hot_standby = off
            """
        try run("/bin/rm", "-rf", directory.data)
        try run("/bin/mv", backup, directory.data)
        try run(
            "/bin/sh", "-c",
            "cat >> \"$0/postgresql.auto.conf\" <<'END'\n\(settings)\nEND\ntouch \"$0/recovery.signal\"",
            directory.data)
        try launch()
    }

    private var backup: String { directory.path + "/backup" }

    private func run(_ arguments: String...) throws(EmbeddedPostgresError) {
        let process = try ChildProcess.spawn(user.prefix + arguments, in: directory.path, output: directory.log)
        guard process.wait() == 0 else { throw .failed(program: arguments[0], log: directory.logTail()) }
    }
}
