import ArgumentParser
import Bitrix
import FoundationEssentials
import Glibc
import HTTPTransport
import JobQueue
import Logging
import Postgres
import Relay
import ServiceLifecycle
import UnixSignals

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Work on events until SIGTERM, which lets running jobs finish first.")

    @OptionGroup var options: ConfigurationOptions
    @Flag(help: .hidden) var withParent = false

    func run() async throws {
        let configuration = try options.load()
        let logger = LogSetup.logger("fiscal-relay.worker", configuration.log)
        try await SchemaGuard.check(configuration, logger)
        let pool = try configuration.makePool("fiscal-relay worker")
        let transport = HTTPTransport()
        let directory = ShopDirectory(configuration: configuration, transport: transport, pool: pool)
        if directory.shops.isEmpty {
            logger.warning("no shop is configured: every event will become a dead letter")
        }
        let worker = Worker(
            pool: pool,
            listenerConfiguration: try configuration.directConfiguration(
                configuration.database.listenURL, "fiscal-relay listener"),
            steps: RelaySteps.definitions(
                directory: directory, pool: pool, language: configuration.log.language.faultLanguage,
                retention: configuration.retention),
            effects: RelaySteps.effects, destinations: directory.limits,
            schedules: RelaySteps.schedules(
                of: directory, pool: pool, language: configuration.log.language.faultLanguage,
                retention: configuration.retention),
            configuration: Self.workerConfiguration(configuration.worker, portals: directory.portals.keys.sorted()),
            logger: logger)
        // Started by another process of ours: without it nobody would ever stop this one.
        let guardian = withParent ? ParentGuard.start() : nil
        defer { guardian?.cancel() }
        let group = ServiceGroup(
            configuration: .init(
                services: [WorkerService(worker: worker)], gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger))
        do {
            try await group.run()
        } catch {
            await transport.shutdown()
            await pool.close()
            throw error
        }
        await transport.shutdown()
        await pool.close()
    }

    /// Three rounds of orders for each portal: one under way, one that waits whole, one that is being claimed.
    private static let runsOfPortal = 3 * OrderPropertyWriter.groupSize

    /// Gives each portal runs of its own, beside what is configured: a round of calls may take a minute, and no receipt
    /// may wait for it.
    static func makeRoom(for portals: [String], in configuration: inout WorkerConfiguration) {
        let perPortal = min(runsOfPortal, 5000 / max(1, portals.count))
        configuration.concurrencyPerQueue = configuration.concurrency / 2
        configuration.concurrencyOfQueue = Dictionary(portals.map { ($0, perPortal) }, uniquingKeysWith: { $1 })
        configuration.concurrency += perPortal * portals.count
    }

    private static func workerConfiguration(_ settings: WorkerSettings, portals: [String]) -> WorkerConfiguration {
        var configuration = WorkerConfiguration(
            name: "\(ProcessInfo.processInfo.hostName):\(getpid())", version: Release.version)
        configuration.concurrency = settings.concurrency
        makeRoom(for: portals, in: &configuration)
        configuration.lease = settings.lease
        configuration.heartbeat = settings.heartbeat
        configuration.grace = settings.shutdownGrace
        return configuration
    }
}

/// Runs a worker as a service: a graceful shutdown stops claiming and lets running jobs finish.
struct WorkerService: Service {
    let worker: Worker

    func run() async throws {
        await withGracefulShutdownHandler {
            await worker.run()
        } onGracefulShutdown: {
            worker.stop()
        }
    }
}

/// Keeps a worker from running on a schema that is older than it.
enum SchemaGuard {
    /// A database that is away is waited for later: an outage never ends a worker. A newer schema is fine, since
    /// releases work side by side.
    ///
    /// - Throws: ``CommandFailure`` when migrations are missing.
    static func check(_ configuration: RelayConfiguration, _ logger: Logger) async throws {
        let runner = MigrationRunner(
            try configuration.directConfiguration(configuration.database.migrateURL, "fiscal-relay worker"),
            migrations: RelayMigrations.all)
        do {
            let status = try await runner.status()
            guard status.pending.isEmpty else {
                throw CommandFailure(
                    "the database's schema is older than this release: run fiscal-relay migrate ("
                        + status.pending.joined(separator: ", ") + ")")
            }
        } catch let error as MigrationError {
            logger.warning("the schema could not be looked at", metadata: ["error": "\(error)"])
        }
    }
}

/// Ends this process as SIGTERM would, once the process that started it is gone.
enum ParentGuard {
    static func start() -> Task<Void, any Error> {
        let parent = getppid()
        return Task {
            while getppid() == parent { try await Task.sleep(for: .seconds(1)) }
            kill(getpid(), SIGTERM)
        }
    }
}

/// Logs go to standard error, so that standard output holds answers only.
enum LogSetup {
    static func logger(_ label: String, _ settings: LogSettings) -> Logger {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = Logger.Level(rawValue: settings.level.rawValue) ?? .info
        return logger
    }
}
