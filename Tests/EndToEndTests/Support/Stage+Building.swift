import EmbeddedPostgres
import Postgres
import Relay
import Sandbox
import TestSupport
import Testing

/// Builds the world of a test in the database of its ``DatabaseTrait``, and checks what must hold at the end of any.
func withStage(
    accounts: [CloudKassirAccount] = [ShopSpec.account("main")], portals: [String] = ["main"], audits: Bool = true,
    _ body: @Sendable (Stage) async throws -> Void
) async throws {
    let database = TestDatabase.current
    try await withStage(
        accounts: accounts, portals: portals, audits: audits, owner: database.pool,
        url: { database.cluster.url(database: database.name, user: $0.rawValue) }, body)
}

/// As ``withStage(accounts:portals:audits:_:)``, with a cluster of its own that the test may crash.
func withCluster(
    _ options: EmbeddedClusterOptions = EmbeddedClusterOptions(),
    _ body: @Sendable (Stage, EmbeddedCluster) async throws -> Void
) async throws {
    let cluster = try await EmbeddedCluster.start(options)
    do {
        try await cluster.createDatabase("relay")
        let url = cluster.url(database: "relay")
        _ = try await MigrationRunner(try PostgresConfiguration(url: url), migrations: RelayMigrations.all).run()
        var configuration = try PostgresConfiguration(url: url, applicationName: "test")
        configuration.acquireTimeout = .seconds(10)
        let owner = PostgresPool(configuration)
        try await withStage(
            accounts: [ShopSpec.account("main")], portals: ["main"], audits: true, owner: owner,
            url: { cluster.url(database: "relay", user: $0.rawValue) }
        ) { stage in try await body(stage, cluster) }
        await owner.close()
    } catch {
        await cluster.stop()
        throw error
    }
    await cluster.stop()
}

private func withStage(
    accounts: [CloudKassirAccount], portals: [String], audits: Bool, owner: PostgresPool,
    url: @escaping @Sendable (Login) -> String, _ body: @Sendable (Stage) async throws -> Void
) async throws {
    try await Login.make(in: owner)
    let configuration = SandboxConfiguration(accounts: accounts, portals: portals.map(ShopSpec.portal))
    try await withSandbox(configuration) { sandbox, address in
        func pool(_ login: Login) throws -> PostgresPool {
            var configuration = try PostgresConfiguration(url: url(login), applicationName: "test \(login.rawValue)")
            configuration.poolSize = 2
            configuration.acquireTimeout = .seconds(120)
            return PostgresPool(configuration)
        }
        let stage = Stage(
            sandbox: sandbox, address: address, url: url, owner: owner, shop: try pool(.shop), admin: try pool(.admin))
        do {
            try await body(stage)
            if audits { try await stage.audit() }
        } catch {
            await stage.shop.close()
            await stage.admin.close()
            throw error
        }
        await stage.shop.close()
        await stage.admin.close()
    }
}

/// A world with a worker that serves one ordinary shop, for the many tests that need no more.
func withWorkingStage(_ shops: [ShopSpec] = [ShopSpec()], _ body: @Sendable (Stage) async throws -> Void) async throws {
    let accounts = Set(shops.flatMap { [$0.account].compactMap(\.self) + $0.former }).sorted()
    try await withStage(
        accounts: accounts.map(ShopSpec.account), portals: shops.compactMap(\.portal)
    ) { stage in
        try await stage.working(shops) { _ in try await body(stage) }
    }
}
