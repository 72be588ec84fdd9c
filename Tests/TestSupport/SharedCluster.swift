package import EmbeddedPostgres
import FoundationEssentials
import Postgres

/// The one cluster of this test process, started by whoever needs it first, with the migrated template.
package actor SharedCluster {
    package static let shared = SharedCluster()
    static let template = "fr_template"

    private var starting: Task<EmbeddedCluster, any Error>?
    private var migrating: Task<Void, any Error>?
    private var created = 0

    /// The running cluster.
    ///
    /// - Throws: What kept it from starting.
    package func cluster() async throws -> EmbeddedCluster {
        let task = starting ?? Task { try await EmbeddedCluster.start(EmbeddedClusterOptions(listensOnTCP: true)) }
        starting = task
        return try await task.value
    }

    /// Makes an empty database, or a copy of the migrated template, under a new name.
    ///
    /// - Throws: What kept it from being made.
    func makeDatabase(isMigrated: Bool) async throws -> (cluster: EmbeddedCluster, name: String) {
        let cluster = try await cluster()
        if isMigrated {
            let task = migrating ?? Task { try await Self.makeTemplate(on: cluster) }
            migrating = task
            try await task.value
        }
        created += 1
        let name = "test_\(created)"
        try await cluster.createDatabase(name, template: isMigrated ? Self.template : "template1")
        return (cluster, name)
    }

    private static func makeTemplate(on cluster: EmbeddedCluster) async throws {
        try await cluster.createDatabase(template)
        let migrations = try Migration.load(directory: RepositoryRoot.path + "/migrations")
        let configuration = try PostgresConfiguration(url: cluster.url(database: template))
        _ = try await MigrationRunner(configuration, migrations: migrations).run()
        try await cluster.sealDatabase(template)
    }
}
