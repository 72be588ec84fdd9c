import EmbeddedPostgres
import Postgres

/// The server on which measurements are made: a private one that is as durable as in production, or somebody else's.
struct BenchServer: Sendable {
    private let cluster: EmbeddedCluster?
    private let given: String?

    private static let template = "bench_template"

    /// Lends a server to `body`. A private one is gone afterwards.
    static func with<Value>(_ database: String?, _ body: (BenchServer) async throws -> Value) async throws -> Value {
        if let database { return try await body(BenchServer(cluster: nil, given: database)) }
        var options = EmbeddedClusterOptions(durability: .durable)
        // Commits are as durable as ever; but a checkpoint must not fall into one of two measurements to be compared.
        options.settings = [
            "synchronous_commit": "on", "shared_buffers": "1GB", "max_wal_size": "16GB", "checkpoint_timeout": "1h",
        ]
        StandardError.write("Starting a private database …")
        let cluster = try await EmbeddedCluster.start(options)
        do {
            try await cluster.createDatabase(template)
            try await BenchDatabase.setUp(cluster.url(database: template))
            let value = try await body(BenchServer(cluster: cluster, given: nil))
            await cluster.stop()
            return value
        } catch {
            await cluster.stop()
            throw error
        }
    }

    /// Lends a database that is set up to `body`: on a private server one of its own, empty.
    func withDatabase<Value>(_ body: (BenchDatabase) async throws -> Value) async throws -> Value {
        guard let cluster else {
            let url = given ?? ""
            try await BenchDatabase.setUp(url)
            return try await lend(url, isPrivate: false, body)
        }
        let name = "bench_run"
        try await cluster.dropDatabase(name)
        try await cluster.createDatabase(name, template: Self.template)
        let value = try await lend(cluster.url(database: name), isPrivate: true, body)
        try await cluster.dropDatabase(name)
        return value
    }

    private func lend<Value>(
        _ url: String, isPrivate: Bool, _ body: (BenchDatabase) async throws -> Value
    ) async throws -> Value {
        let database = try await BenchDatabase(url: url, isPrivate: isPrivate)
        do {
            let value = try await body(database)
            await database.pool.close()
            return value
        } catch {
            await database.pool.close()
            throw error
        }
    }
}
