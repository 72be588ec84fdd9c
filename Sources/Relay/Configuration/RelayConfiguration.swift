/// Everything that one installation is told: its database, its workers and the shops it serves.
package struct RelayConfiguration: Sendable {
    package let database: DatabaseSettings
    package let worker: WorkerSettings
    package let log: LogSettings
    package let retention: RetentionSettings
    package let gateway: GatewaySettings
    /// By name, as events write it into `fiscal.outbox.shop`.
    package let shops: [String: ShopSettings]

    /// Reads the YAML text with the environment laid over it.
    ///
    /// - Throws: ``ConfigurationFaults`` with every fault, each with its key and what is allowed.
    package init(yaml: String, environment: [String: String]) throws(ConfigurationFaults) {
        var reader = ConfigurationReader(try ConfigurationSource(yaml: yaml, environment: environment))
        self.init(from: &reader)
        reader.reportUnknownKeys()
        if !reader.faults.isEmpty { throw ConfigurationFaults(reader.faults) }
    }

    /// Reads every setting; faults are with the reader.
    init(from reader: inout ConfigurationReader) {
        database = DatabaseSettings(from: &reader)
        worker = WorkerSettings(from: &reader)
        log = LogSettings(from: &reader)
        retention = RetentionSettings(from: &reader)
        gateway = GatewaySettings(from: &reader)
        var shops: [String: ShopSettings] = [:]
        for name in reader.children(of: "shops") {
            shops[name] = ShopSettings(name: name, from: &reader)
        }
        self.shops = shops
        worker.checkRequests(of: shops, in: &reader)
        StockSettings.checkOwners(of: shops, in: &reader)
    }
}

/// Where the database is.
package struct DatabaseSettings: Sendable {
    /// libpq connection string or URI of the pool, which may go through a pooler; a secret, since it may hold a password.
    package let url: Secret?
    /// For LISTEN; must reach the server itself. Default: ``url``.
    package let listenURL: Secret?
    /// For migrations; must reach the server itself. Default: ``url``.
    package let migrateURL: Secret?
    /// Connections that one process holds at most, the listener and the heartbeat apart.
    package let poolSize: Int
    /// Whether the pool's statements are parsed and planned once per connection. Default: where a connection proves not
    /// to go through a pooler in transaction mode, which might lose them.
    package let prepared: Preparation

    package enum Preparation: String, Sendable, CaseIterable {
        case automatic = "auto"
        case always, never
    }

    init(from reader: inout ConfigurationReader) {
        url = reader.secret("database.url", required: false)
        listenURL = reader.secret("database.listen_url", required: false)
        migrateURL = reader.secret("database.migrate_url", required: false)
        poolSize = reader.integer("database.pool_size", in: 1...64, default: 4)
        prepared = reader.choice("database.prepared", default: .automatic) ?? .automatic
    }
}

/// How one worker process works.
package struct WorkerSettings: Sendable {
    /// Jobs that run at once.
    package let concurrency: Int
    /// How long after its last heartbeat a worker's jobs may be taken over.
    package let lease: Duration
    package let heartbeat: Duration
    /// How long a stopping worker waits for the jobs under way before it hands them back.
    package let shutdownGrace: Duration

    init(from reader: inout ConfigurationReader) {
        concurrency = reader.integer("worker.concurrency", in: 1...1000, default: 64)
        lease = reader.duration("worker.lease", in: .seconds(2)...(.seconds(600)), default: .seconds(30))
        heartbeat = reader.duration("worker.heartbeat", in: .milliseconds(100)...(.seconds(60)), default: .seconds(5))
        shutdownGrace = reader.duration(
            "worker.shutdown_grace", in: .seconds(0)...(.seconds(300)), default: .seconds(20))
        if shutdownGrace >= lease {
            reader.report(
                "worker.shutdown_grace", "is not shorter than worker.lease",
                allowed: "less than it, so that what is still running is handed back before others take it over")
        }
        if heartbeat * 3 > lease {
            reader.report(
                "worker.heartbeat", "is more than a third of worker.lease",
                allowed: "at most a third of it, so that one lost heartbeat costs nothing")
        }
    }

    /// What a lease must outlast beside a request: the writing of its answer.
    package static let answerMargin: Duration = .seconds(1)

    /// A request is sent only if its answer will be here, and written, while the lease holds. One that can take longer
    /// than a fresh lease has left would be handed back for ever.
    fileprivate func checkRequests(of shops: [String: ShopSettings], in reader: inout ConfigurationReader) {
        let longest = lease - heartbeat - Self.answerMargin
        for (name, shop) in shops.sorted(by: { $0.key < $1.key }) {
            for settings in [shop.provider] + shop.formerProviders
            where settings.kind != .none && settings.timeout > longest {
                reader.report(
                    "shops.\(name).provider.timeout",
                    "\(settings.timeout.settingText) is too long for a lease of \(lease.settingText)",
                    allowed: "at most \(max(longest, .zero).settingText), which is worker.lease less worker.heartbeat "
                        + "and \(Self.answerMargin.settingText); or a longer worker.lease")
                break
            }
        }
    }
}

/// What is logged, on standard error.
package struct LogSettings: Sendable {
    package enum Level: String, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    package let level: Level
    /// In which language the reasons of dead letters are written.
    package let language: Language

    package enum Language: String, Sendable, CaseIterable {
        case russian = "ru"
        case english = "en"
    }

    init(from reader: inout ConfigurationReader) {
        level = reader.choice("log.level", default: .info) ?? .info
        language = reader.choice("log.language", default: .russian) ?? .russian
    }
}
