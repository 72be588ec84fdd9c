import ArgumentParser
import FoundationEssentials
import Postgres
import Relay

struct ConfigurationOptions: ParsableArguments {
    static let defaultPath = "fiscal-relay.yaml"

    @Option(help: "The configuration file (default: fiscal-relay.yaml, or FISCAL_RELAY_CONFIG).")
    var config: String?

    /// Reads the file with the environment laid over it.
    ///
    /// - Throws: ``CommandFailure`` with every fault, one a line.
    func load() throws -> RelayConfiguration {
        let environment = ProcessInfo.processInfo.environment
        let chosen = config ?? environment["FISCAL_RELAY_CONFIG"]
        let path = chosen ?? Self.defaultPath
        var yaml = ""
        if let data = FileManager.default.contents(atPath: path) {
            yaml = String(decoding: data, as: UTF8.self)
        } else if chosen != nil || environment["FISCAL_RELAY_DATABASE_URL"] == nil {
            throw CommandFailure(
                "the configuration \(path) cannot be read; give --config FILE, or FISCAL_RELAY_DATABASE_URL")
        }
        do {
            return try RelayConfiguration(yaml: yaml, environment: environment)
        } catch {
            throw CommandFailure(error.description)
        }
    }
}

/// What kept a command from doing its work, in words for the person at the keyboard. Ends the program with status 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension RelayConfiguration {
    /// The pool of this process.
    ///
    /// - Throws: ``CommandFailure`` when no database is configured or its address cannot be read.
    func makePool(
        _ name: String, size: Int? = nil, _ adjust: (inout PostgresConfiguration) -> Void = { _ in }
    ) throws -> PostgresPool {
        var configuration = try PostgresConfiguration(url: try databaseURL(database.url), applicationName: name)
        configuration.poolSize = size ?? database.poolSize
        configuration.preparedStatements =
            switch database.prepared {
            case .automatic: .automatic
            case .always: .always
            case .never: .never
            }
        adjust(&configuration)
        return PostgresPool(configuration)
    }

    /// A connection string that reaches the server itself, not a pooler.
    func directConfiguration(_ secret: Secret?, _ name: String) throws -> PostgresConfiguration {
        try PostgresConfiguration(url: try databaseURL(secret ?? database.url), applicationName: name)
    }

    private func databaseURL(_ secret: Secret?) throws -> String {
        guard let secret else {
            throw CommandFailure("database.url is missing; allowed: a libpq connection string or URI")
        }
        return try secret.read()
    }
}
