/// How a private cluster is set up.
package struct EmbeddedClusterOptions: Hashable, Sendable {
    /// What survives which crash.
    package enum Durability: Hashable, Sendable {
        /// `fsync` off: data survives the end of every process, but not of the machine. For tests and demonstrations.
        case fast
        /// The server's own defaults: data survives a power cut.
        case durable
    }

    package var durability: Durability
    /// Whether the server listens on a free TCP port of 127.0.0.1 too, besides its Unix socket.
    package var listensOnTCP: Bool
    /// Settings of the server, over the usual ones.
    package var settings: [String: String]
    /// Lines put before those of `pg_hba.conf`, which trust every local connection.
    package var authenticationRules: [String]
    /// How long the server may take to start; recovery after a crash included.
    package var startTimeout: Duration
    /// Whom the cluster follows as a hot standby, from a backup taken at its start; `nil`: it is its own.
    package var primary: Primary?

    /// A server that sends its WAL: `wal_level` replica or above, `max_wal_senders` two or more.
    package struct Primary: Hashable, Sendable {
        /// Its address, and the name under which it knows the standby, in libpq's words.
        package var connection: String
        /// The physical replication slot that it keeps for the standby, if it does.
        package var slot: String?

        package init(connection: String, slot: String? = nil) {
            self.connection = connection
            self.slot = slot
        }
    }

    /// A fast cluster on a Unix socket.
    package init(
        durability: Durability = .fast, listensOnTCP: Bool = false, settings: [String: String] = [:],
        authenticationRules: [String] = [], startTimeout: Duration = .seconds(60)
    ) {
        self.durability = durability
        self.listensOnTCP = listensOnTCP
        self.settings = settings
        self.authenticationRules = authenticationRules
        self.startTimeout = startTimeout
    }

    /// A cluster that keeps its WAL, so that it can be set back to a point of its past.
    package static var archiving: EmbeddedClusterOptions {
        EmbeddedClusterOptions(settings: [
            "wal_level": "replica", "max_wal_senders": "4", "archive_mode": "on",
            // Run in the data directory.
            "archive_command": "mkdir -p ../archive && cp %p ../archive/%f",
        ])
    }

    /// All settings given to the server at its start.
    func serverSettings(socketDirectory: String, port: Int) -> [String: String] {
        var all = [
            "unix_socket_directories": socketDirectory,
            "listen_addresses": listensOnTCP ? "127.0.0.1" : "",
            "port": "\(port)",
            "max_connections": "300",
            "logging_collector": "off",
        ]
        if durability == .fast {
            let fast = [
                "fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB", "wal_level": "minimal",
                "max_wal_senders": "0", "log_checkpoints": "off",
            ]
            all.merge(fast) { $1 }
        }
        return all.merging(settings) { $1 }
    }
}
