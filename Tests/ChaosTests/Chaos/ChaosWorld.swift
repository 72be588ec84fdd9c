import EmbeddedPostgres
import FoundationEssentials
import Glibc
import Postgres
import Relay
import Sandbox
import Synchronization
import Testing

@testable import EmbeddedPostgres

/// Everything that a rehearsal needs: a cluster on a disk of its own, proxies, a pooler, worker processes, shops
/// that sell, and the sandbox.
final class ChaosWorld: Sendable {
    private struct NoPort: Error {}

    static let login = "chaos_worker"
    /// The shop whose register prints whatever comes, the same or not.
    static let unrepeatable = "single"
    /// The lease of a worker, in seconds.
    static let lease = 4
    private static let callbackSecret = "chaos-0123456789abcdef0123456789abcdef"

    let cluster: EmbeddedCluster
    let databaseDisk: ChaosDisk?
    let logDisk: ChaosDisk?
    let proxies: [ChaosProxy]
    let pooler: ChaosPooler?
    let poolerProcess = Mutex<ChildProcess?>(nil)
    let workers: [ChaosProcess]
    let gateway: ChaosProcess
    let loads: [ChaosLoad]
    let sandbox: Sandbox
    let address: SandboxAddress
    let story: ChaosStory
    /// Sees everything, over the Unix socket.
    let owner: PostgresPool
    /// What the shops write through, by TCP.
    let shop: PostgresPool
    let directory: String
    /// What went wrong so far: what could not be done is not in it.
    let deeds = Mutex<[ChaosDeed]>([])

    private init(
        cluster: EmbeddedCluster, databaseDisk: ChaosDisk?, logDisk: ChaosDisk?, proxies: [ChaosProxy],
        pooler: ChaosPooler?, workers: [ChaosProcess], gateway: ChaosProcess, loads: [ChaosLoad], sandbox: Sandbox,
        address: SandboxAddress,
        story: ChaosStory, owner: PostgresPool, shop: PostgresPool, directory: String
    ) {
        self.cluster = cluster
        self.databaseDisk = databaseDisk
        self.logDisk = logDisk
        self.proxies = proxies
        self.pooler = pooler
        self.workers = workers
        self.gateway = gateway
        self.loads = loads
        self.sandbox = sandbox
        self.address = address
        self.story = story
        self.owner = owner
        self.shop = shop
        self.directory = directory
    }

    /// Builds the world, lets `body` live in it, and takes it down whatever happened.
    static func with(
        _ settings: ChaosSettings, _ story: ChaosStory, _ body: @Sendable (ChaosWorld) async throws -> Void
    ) async throws {
        var options = EmbeddedClusterOptions(listensOnTCP: true)
        options.settings = [
            // The order of what was committed can be judged only if it is kept.
            "track_commit_timestamp": "on", "max_wal_size": "96MB", "min_wal_size": "32MB",
            // What a dead client's session held must not be held for longer than a test lasts.
            "tcp_user_timeout": "5s",
        ]
        let cluster = try await EmbeddedCluster.start(options)
        let directory = FileManager.default.temporaryDirectory.path() + "fr-chaos-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        var disks: [ChaosDisk] = []
        let result: Result<Void, any Error>
        do {
            let user = try ServerUser.choose()
            let databaseDisk = try await putOnDisk(cluster, user, story)
            if let databaseDisk { disks.append(databaseDisk) }
            let logDisk = ChaosDisk.mount(at: directory + "/log", megabytes: 64, owner: user)
            if let logDisk { disks.append(logDisk) }
            try await live(settings, story, cluster, databaseDisk, logDisk, directory, body)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        let mounted = disks
        await end(story, "the database ends, and its disks go") {
            await cluster.halt()
            for disk in mounted { disk.unmount() }
            await cluster.stop()
        }
        try? FileManager.default.removeItem(atPath: directory)
        try result.get()
    }

    /// A part of the end: one that does not come is told, and keeps nobody from the next.
    private static func end(
        _ story: ChaosStory, _ what: String, within limit: Duration = .seconds(90),
        _ body: @escaping @Sendable () async throws -> Void
    ) async {
        do {
            try await bounded(within: limit, what, body)
        } catch {
            story.tell("\(error)")
            Issue.record(error, "at the end of the worst day")
        }
    }

    /// What a rehearsal could not do must not look as if it had been done.
    private static func announce(_ text: String, _ story: ChaosStory) {
        story.tell(text)
        print("chaos: \(text)")
    }

    /// Moves the cluster's data to a file system of its own.
    private static func putOnDisk(
        _ cluster: EmbeddedCluster, _ user: ServerUser, _ story: ChaosStory
    ) async throws -> ChaosDisk? {
        let home = cluster.socketDirectory
        await cluster.halt()
        guard let disk = ChaosDisk.mount(at: home + "/disk", megabytes: 500, owner: user) else {
            try await cluster.restart()
            return nil
        }
        guard ChaosDisk.run(["cp", "-a", home + "/data", disk.path + "/data"]),
            ChaosDisk.run(["rm", "-rf", home + "/data"]),
            ChaosDisk.run(["ln", "-s", disk.path + "/data", home + "/data"])
        else {
            disk.unmount()
            return nil
        }
        try await cluster.restart()
        return disk
    }

    private static func live(
        _ settings: ChaosSettings, _ story: ChaosStory, _ cluster: EmbeddedCluster, _ databaseDisk: ChaosDisk?,
        _ logDisk: ChaosDisk?, _ directory: String, _ body: @Sendable (ChaosWorld) async throws -> Void
    ) async throws {
        try await cluster.createDatabase("relay")
        let url = cluster.url(database: "relay")
        _ = try await MigrationRunner(try PostgresConfiguration(url: url), migrations: RelayMigrations.all).run()
        let owner = PostgresPool(try configuration(url, size: 3))
        for (login, role) in [(login, "fiscal_worker"), ("chaos_shop", "fiscal_writer")] {
            try await owner.execute(Statement("chaos.login", "CREATE ROLE \(login) LOGIN IN ROLE \(role)"))
        }
        let shop = PostgresPool(try configuration(cluster.tcpURL(database: "relay", user: "chaos_shop"), size: 4))
        let accounts = ["main", "point", unrepeatable].map { name in
            // One calls before it answers, the other twice.
            CloudKassirAccount(
                name: name, basePath: "/cloudkassir/\(name)/v1", login: name, password: "secret", polls: 0,
                callback: name == "main" ? .before : .twice, deduplicates: name != unrepeatable)
        }
        guard let callbacks = FreePort.find() else { throw NoPort() }
        let result: Result<Void, any Error>
        do {
            try await withSandbox(SandboxConfiguration(accounts: accounts, portals: [BitrixPortal()])) {
                sandbox, address in
                try await live(
                    settings, story, cluster, databaseDisk, logDisk, directory, callbacks, sandbox, address, owner,
                    shop,
                    body)
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        for (name, pool) in [("the shops'", shop), ("the owner's", owner)] {
            await end(story, "\(name) connections close") { await pool.close(grace: .zero) }
        }
        try result.get()
    }

    private static func live(
        _ settings: ChaosSettings, _ story: ChaosStory, _ cluster: EmbeddedCluster, _ databaseDisk: ChaosDisk?,
        _ logDisk: ChaosDisk?, _ directory: String, _ callbacks: Int, _ sandbox: Sandbox, _ address: SandboxAddress,
        _ owner: PostgresPool, _ shop: PostgresPool, _ body: @Sendable (ChaosWorld) async throws -> Void
    ) async throws {
        let proxies = try (0..<ChaosPlan.workers).map { _ in try ChaosProxy(target: cluster.port) }
        let pooler = try ChaosPooler(
            in: directory, server: proxies[ChaosPlan.pooled].port, login: Self.login)
        let workers = try (0..<ChaosPlan.workers).map { number in
            let direct = "postgresql://\(Self.login)@127.0.0.1:\(proxies[number].port)/relay"
            var pooled = direct
            if number == ChaosPlan.pooled, let pooler {
                pooled = "postgresql://\(Self.login)@127.0.0.1:\(pooler.port)/relay"
            }
            let file = "\(directory)/worker-\(number).yaml"
            try Data(yaml(url: pooled, direct: direct, callbacks: callbacks, address).utf8).write(
                to: URL(filePath: file))
            return ChaosProcess(
                "worker \(number)", command: "worker", configuration: file,
                log: "\(directory)/log/worker-\(number).log", story: story)
        }
        let straight = cluster.tcpURL(database: "relay", user: Self.login)
        try Data(yaml(url: straight, direct: straight, callbacks: callbacks, address).utf8).write(
            to: URL(filePath: "\(directory)/gateway.yaml"))
        let gateway = ChaosProcess(
            "the gateway", command: "gateway", configuration: "\(directory)/gateway.yaml",
            log: "\(directory)/log/gateway.log", story: story)
        sandbox.addCatalog(ChaosStock.seed)
        try FileManager.default.createDirectory(atPath: directory + "/log", withIntermediateDirectories: true)
        let loads = (0..<2).map {
            ChaosLoad($0, pool: shop, sandbox: sandbox, seed: settings.seed, seconds: settings.seconds)
        }
        let world = ChaosWorld(
            cluster: cluster, databaseDisk: databaseDisk, logDisk: logDisk, proxies: proxies, pooler: pooler,
            workers: workers, gateway: gateway, loads: loads, sandbox: sandbox, address: address, story: story,
            owner: owner,
            shop: shop, directory: directory)
        for incapacity in world.incapacities { announce("NOT DONE: \(incapacity)", story) }
        try await world.run(body)
    }

    /// Runs workers and shops around `body`; nothing is left of them afterwards.
    private func run(_ body: @Sendable (ChaosWorld) async throws -> Void) async throws {
        try startPooler()
        let program = try ChaosProgram.path
        var lives: [(name: String, task: Task<Void, Never>)] = []
        for process in workers + [gateway] {
            lives.append((process.name, Task { await process.live(program: program) }))
        }
        for (number, load) in loads.enumerated() { lives.append(("shop \(number)", Task { await load.run() })) }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(self))
        } catch {
            story.tell("the day ended with \(error)")
            result = .failure(error)
        }
        for load in loads { load.end() }
        for process in workers + [gateway] { process.stop() }
        for process in workers + [gateway] where (try? result.get()) == nil { process.signal(SIGKILL) }
        for (name, task) in lives {
            // A shop that still waits for a database that is gone would wait for ever.
            task.cancel()
            await Self.end(story, "\(name) ends", within: ChaosProcess.patience * 2) { await task.value }
        }
        stopPooler()
        for proxy in proxies { proxy.stop() }
        try result.get()
    }

    func startPooler() throws {
        guard let pooler else { return }
        let process = try pooler.start()
        poolerProcess.withLock { $0 = process }
    }

    func stopPooler() {
        poolerProcess.withLock { process in
            process?.signal(SIGKILL)
            if let process, !process.waitForEnd(within: .seconds(20)) { story.tell("pgbouncer does not end") }
            process = nil
        }
    }

    private static func configuration(_ url: String, size: Int) throws -> PostgresConfiguration {
        var configuration = try PostgresConfiguration(url: url, applicationName: "chaos")
        configuration.poolSize = size
        configuration.acquireTimeout = .seconds(5)
        return configuration
    }

    private static func yaml(url: String, direct: String, callbacks: Int, _ address: SandboxAddress) -> String {
        func provider(_ name: String, _ more: String = "") -> String {
            """
            { kind: cloudkassir, base_url: "\(address.url)/cloudkassir/\(name)/v1", login: \(name), \
            password: secret, timeout: 1s\(more) }
            """
        }
        let company = """
            { inn: "7712345671", sno: osn, email: "kassa@shop.example.ru", \
            payment_address: "https://shop.example.ru", ffd: "1.05" }
            """
        return """
            database: { url: "\(url)", listen_url: "\(direct)", migrate_url: "\(direct)" }
            worker: { concurrency: 16, lease: \(Self.lease)s, heartbeat: 1s, shutdown_grace: 2s }
            log: { level: info, language: en }
            gateway:
              { port: \(callbacks), public_url: "http://127.0.0.1:\(callbacks)", callback_secret: "\(Self.callbackSecret)" }
            shops:
              main:
                company: \(company)
                provider: \(provider("main"))
                bitrix: { webhook_url: "\(address.webhookURL(of: BitrixPortal()))" }
                stock: { owner: relay }
              point:
                company: \(company)
                provider: \(provider("point"))
              \(Self.unrepeatable):
                company: \(company)
                provider: \(provider(Self.unrepeatable, ", deduplicates: false"))
            """
    }
}
