package import EmbeddedPostgres
package import Postgres

/// A database that one test case has to itself.
package struct TestDatabase: Sendable {
    /// Of the cluster; unique in this process.
    package let name: String
    /// Its address by the cluster's Unix socket.
    package let url: String
    /// Connections to it, opened when needed. Closed after the test.
    package let pool: PostgresPool
    /// The cluster it belongs to, which other tests use at the same time: neither stop nor crash it.
    package let cluster: EmbeddedCluster

    @TaskLocal static var scoped: TestDatabase?

    /// The database of the running test.
    ///
    /// - Precondition: The test or its suite has a ``DatabaseTrait``, and the caller runs in the test's task or a child
    ///   of it.
    package static var current: TestDatabase {
        guard let scoped else { preconditionFailure("the test needs the trait .database or .emptyDatabase") }
        return scoped
    }

    /// Settings for another pool, connection or listener to this database, to be changed at will. Nobody is refused a
    /// connection because the machine is busy with the other tests.
    ///
    /// - Throws: ``PostgresError`` of kind `configuration`, which would be a fault of this module.
    package func configuration(user: String = "postgres") throws(PostgresError) -> PostgresConfiguration {
        try Self.configuration(url: cluster.url(database: name, user: user))
    }

    private static func configuration(url: String) throws(PostgresError) -> PostgresConfiguration {
        var configuration = try PostgresConfiguration(url: url, applicationName: "test")
        configuration.acquireTimeout = .seconds(120)
        return configuration
    }

    static func create(isMigrated: Bool) async throws -> TestDatabase {
        let (cluster, name) = try await SharedCluster.shared.makeDatabase(isMigrated: isMigrated)
        let url = cluster.url(database: name)
        var configuration = try configuration(url: url)
        configuration.poolSize = 6
        return TestDatabase(name: name, url: url, pool: PostgresPool(configuration), cluster: cluster)
    }

    /// Closes the pool and drops the database, whoever is connected to it.
    func drop() async throws {
        await pool.close(grace: .seconds(1))
        try await cluster.dropDatabase(name)
    }
}
