package import Postgres

extension EmbeddedCluster {
    /// Makes a database as a copy of `template`, which nobody may be connected to.
    ///
    /// - Throws: ``PostgresError``: 42P04 if the name is taken, 55006 if the template is in use.
    package nonisolated func createDatabase(
        _ name: String, template: String = "template1"
    ) async throws(PostgresError) {
        let sql = "CREATE DATABASE \(Self.quoted(name)) TEMPLATE \(Self.quoted(template))"
        try await administration.execute(Statement("create_database", sql))
    }

    /// Drops a database, whoever is connected to it; none of that name is fine too.
    ///
    /// - Throws: ``PostgresError``.
    package nonisolated func dropDatabase(_ name: String) async throws(PostgresError) {
        let sql = "DROP DATABASE IF EXISTS \(Self.quoted(name)) WITH (FORCE)"
        try await administration.execute(Statement("drop_database", sql))
    }

    /// Forbids connections to a database, so that it can be copied at any time.
    ///
    /// - Throws: ``PostgresError``.
    package nonisolated func sealDatabase(_ name: String) async throws(PostgresError) {
        let sql = "ALTER DATABASE \(Self.quoted(name)) WITH ALLOW_CONNECTIONS false IS_TEMPLATE true"
        try await administration.execute(Statement("seal_database", sql))
    }

    private static func quoted(_ identifier: String) -> String {
        "\"" + identifier.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
