import EmbeddedPostgres
import FoundationEssentials
import Postgres
import Relay
import Sandbox

/// The world of a demonstration: a private database with the roles of an installation, two shops, and the sandbox.
struct DemoStage: Sendable {
    static let database = "fiscal_relay_demo"
    /// A self-hosted shop with our module and one in the cloud by OAuth, each with its own cash register and portal.
    static let shops = ["main", "outlet"]
    /// The one with the module.
    static let moduleShop = "main"
    private static let shopDatabase = "bitrix_demo"
    private static let application = BitrixPortal.Application(clientID: "local.demo", clientSecret: "demo-secret")
    static let firstOrder = 1001
    private static let refundCodes = ["REFUND_FN", "REFUND_FD", "REFUND_FPD"]
    /// Of the callbacks' paths, which nobody outside this machine can reach.
    private static let callbackSecret = "a demonstration needs no better one"

    let cluster: EmbeddedCluster
    let directory: String
    let configurationPath: String
    /// What the shop's side uses: it may write events and nothing else.
    let shopPool: PostgresPool
    /// What an administrator uses.
    let adminPool: PostgresPool
    /// The self-hosted shop with the real module; nil: the sandbox imitates it.
    let machine: ShopMachine?

    static var accounts: [CloudKassirAccount] {
        shops.map { shop in
            CloudKassirAccount(
                name: shop, basePath: "/cloudkassir/\(shop)/v1", login: shop, password: "demo-\(shop)", polls: 0,
                delay: .milliseconds(300), callback: .after)
        }
    }

    /// The portals of the sandbox. Where the shop with the module runs it, its portal has all but what the module does.
    static func portals(imitatingModule: Bool) -> [BitrixPortal] {
        [
            BitrixPortal(
                name: moduleShop, basePath: "/portal/main", hasModule: imitatingModule,
                modulePropertyCodes: Set(BitrixPortal().modulePropertyCodes).union(refundCodes)),
            BitrixPortal(name: "outlet", basePath: "/portal/outlet", edition: .cloud, applications: [application]),
        ]
    }

    private var portals: [BitrixPortal] { Self.portals(imitatingModule: machine == nil) }

    /// Starts the database, brings its schema up, makes the logins, and sets up the shop with the module, if there is
    /// one.
    static func start(
        sandbox: SandboxAddress, directory: String, module: ModuleFolder?
    ) async throws -> DemoStage {
        var options = EmbeddedClusterOptions(durability: .durable)
        // An order of the day: two workers, a shop and a person at the keyboard.
        options.settings["max_connections"] = "60"
        let cluster = try await EmbeddedCluster.start(options)
        do {
            try await cluster.createDatabase(database)
            let owner = cluster.url(database: database)
            _ = try await MigrationRunner(
                try PostgresConfiguration(url: owner), migrations: RelayMigrations.all
            ).run()
            let ownerPool = PostgresPool(try PostgresConfiguration(url: owner))
            for (login, role) in [
                ("demo_shop", "fiscal_writer"), ("demo_worker", "fiscal_worker"), ("demo_admin", "fiscal_admin"),
            ] {
                _ = try await ownerPool.execute(
                    Statement("demo.login", "CREATE ROLE \(login) LOGIN IN ROLE \(role)"))
            }
            var machine: ShopMachine?
            if let module { machine = try await shop(module, cluster, ownerPool, sandbox, directory) }
            await ownerPool.close()
            let path = "\(directory)/fiscal-relay.yaml"
            try configuration(
                cluster: cluster, sandbox: sandbox, gatewayPort: try port(), moduleWebhook: await machine?.webhook
            ).write(to: URL(filePath: path), atomically: true, encoding: .utf8)
            return DemoStage(
                cluster: cluster, directory: directory, configurationPath: path,
                shopPool: PostgresPool(
                    try PostgresConfiguration(url: cluster.url(database: database, user: "demo_shop"))),
                adminPool: PostgresPool(
                    try PostgresConfiguration(url: cluster.url(database: database, user: "demo_admin"))),
                machine: machine)
        } catch {
            // A shop that was started ends with this process.
            await cluster.stop()
            throw error
        }
    }

    /// Starts the shop with the module, on a database of its own beside the relay's.
    private static func shop(
        _ module: ModuleFolder, _ cluster: EmbeddedCluster, _ owner: PostgresPool, _ sandbox: SandboxAddress,
        _ directory: String
    ) async throws -> ShopMachine {
        try await cluster.createDatabase(shopDatabase)
        for sql in [
            "CREATE ROLE demo_bitrix LOGIN", "ALTER DATABASE \(shopDatabase) OWNER TO demo_bitrix",
            // Bitrix keeps moments without a zone.
            "ALTER DATABASE \(shopDatabase) SET timezone = 'Europe/Moscow'",
        ] {
            _ = try await owner.execute(Statement("demo.shopDatabase", sql))
        }
        guard let portal = portals(imitatingModule: false).first(where: { $0.name == moduleShop }) else {
            throw CommandFailure("no portal is called \(moduleShop)")
        }
        return try await ShopMachine.start(
            module,
            ShopMachine.Settings(
                database: cluster.url(database: shopDatabase, user: "demo_bitrix"),
                relay: cluster.url(database: database, user: "demo_shop"), behind: sandbox.webhookURL(of: portal),
                shop: moduleShop, directory: directory))
    }

    /// Takes into the sandbox's ledger what the orders of the shop with the module show in its own database.
    ///
    /// - Returns: How many events the module has not handed over.
    /// - Throws: ``ShopMachine/Fault``, also while that database is away.
    func lookIntoShop(_ sandbox: Sandbox) async throws -> Int {
        guard let machine else { return 0 }
        let shown = try await machine.shown()
        let byNumber = shown.orders.compactMap { order, values in Int(order).map { ($0, values) } }
        sandbox.show(Dictionary(uniqueKeysWithValues: byNumber), in: Self.moduleShop)
        return shown.waiting
    }

    /// Puts the cloud portal's first tokens on record, as its administrator does after the application's installation.
    ///
    /// - Throws: if the tokens are refused; what is wrong stands on standard error.
    func connect(_ sandbox: Sandbox, _ address: SandboxAddress) async throws {
        for portal in portals where !portal.applications.isEmpty {
            guard let tokens = sandbox.install(Self.application.clientID, in: portal.name) else { continue }
            let file = "\(directory)/\(portal.name)-tokens.json"
            try tokens.text(endpoint: address.restURL(of: portal), server: address.url).write(
                to: URL(filePath: file), atomically: true, encoding: .utf8)
            try await DemoProgram.run(
                [
                    "portals", "connect", "--config", configurationPath, "--shop", portal.name, "--file", file, "--why",
                    "demonstration",
                ],
                environment: ["FISCAL_RELAY_DATABASE_URL": cluster.url(database: Self.database, user: "demo_admin")])
        }
    }

    /// Defines what orders show of refunds, as their administrators do.
    static func defineProperties(_ sandbox: Sandbox) {
        for shop in shops {
            for code in refundCodes { sandbox.addProperty(PropertySeed(code: code), in: shop) }
        }
    }

    private static func port() throws -> Int {
        guard let port = FreePort.find() else { throw CommandFailure("this machine has no free port for the gateway") }
        return port
    }

    func stop() async {
        await machine?.stop()
        await shopPool.close()
        await adminPool.close()
        await cluster.stop()
    }

    /// The configuration that the demonstration's workers run with, and that a person can use meanwhile.
    private static func configuration(
        cluster: EmbeddedCluster, sandbox: SandboxAddress, gatewayPort: Int, moduleWebhook: String?
    ) -> String {
        var yaml = """
            database:
              url: "\(cluster.url(database: database, user: "demo_worker"))"
            worker: { concurrency: 32, lease: 6s, heartbeat: 1s, shutdown_grace: 4s }
            log: { level: info, language: ru }
            gateway: { port: \(gatewayPort), public_url: "http://127.0.0.1:\(gatewayPort)", callback_secret: "\(callbackSecret)" }
            shops:

            """
        for ((shop, account), portal) in zip(zip(shops, accounts), portals(imitatingModule: moduleWebhook == nil)) {
            let webhook = shop == moduleShop ? moduleWebhook : nil
            yaml += """
                  \(shop):
                    timezone: Europe/Moscow
                    company:
                      { inn: "7712345671", sno: osn, email: "\(shop)@example.ru", payment_address: "https://\(shop).example.ru", ffd: "1.05" }
                    provider:
                      { kind: cloudkassir, base_url: "\(sandbox.url(of: account))", login: \(account.login), password: \(account.password), timeout: 3s }
                    stock: { owner: relay, default_store: "1" }
                    bitrix: \(bitrix(portal, webhook ?? sandbox.webhookURL(of: portal), sandbox))

                """
        }
        return yaml
    }

    /// A portal with an application is called through it, at the pace of the cloud; another by its webhook.
    private static func bitrix(_ portal: BitrixPortal, _ webhook: String, _ sandbox: SandboxAddress) -> String {
        let refund = "properties: { refund: { fn: \(refundCodes[0]), fd: \(refundCodes[1]), fpd: \(refundCodes[2]) } }"
        guard let application = portal.applications.first else {
            return "{ webhook_url: \"\(webhook)\", \(refund) }"
        }
        return """
            { \(refund), oauth: { portal: "\(sandbox.url)\(portal.basePath)", client_id: "\(application.clientID)", \
            client_secret: "\(application.clientSecret)", server: "\(sandbox.url)" }, rate: 2, burst: 40 }
            """
    }
}
