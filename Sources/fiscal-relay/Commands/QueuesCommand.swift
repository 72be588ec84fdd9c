import ArgumentParser
import JobQueue
import Relay

struct QueuesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queues", abstract: "Queues: one for local work, one for each destination.",
        subcommands: [QueuesList.self, QueuesPause.self, QueuesResume.self])
}

struct DestinationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "destinations", abstract: "External accounts: providers and portals, with their pauses.",
        subcommands: [DestinationsList.self, DestinationsPause.self, DestinationsResume.self])
}

/// A queue or destination as it is listed.
struct QueueRow: Encodable {
    let name: String
    let paused: Bool
    let pausedBy: String?
    let pausedUntil: String?
    let reason: String?
    /// The breaker's.
    let broken: Bool
    let brokenUntil: String?
    let perSecond: Double?
    let atOnce: Int?
    let jobs: Int
    let dead: Int

    enum CodingKeys: String, CodingKey {
        case name, paused, reason, broken, jobs, dead
        case pausedBy = "paused_by"
        case pausedUntil = "paused_until"
        case brokenUntil = "broken_until"
        case perSecond = "per_second"
        case atOnce = "at_once"
    }

    init(_ queue: QueueListing) {
        name = queue.name
        paused = queue.pausedAt != nil || queue.destinationPausedUntil != nil
        pausedBy = queue.pausedBy
        pausedUntil = queue.destinationPausedUntil?.text
        reason = queue.reason
        broken = queue.brokenUntil != nil
        brokenUntil = queue.brokenUntil?.text
        perSecond = queue.rate
        atOnce = queue.concurrency
        jobs = queue.jobs
        dead = queue.dead
    }

    static let columns: [Listing.Column<QueueRow>] = [
        .init("name") { $0.name }, .init("state") { $0.paused ? "paused" : $0.broken ? "broken" : "open" },
        .init("until") { $0.pausedUntil ?? $0.brokenUntil ?? "" }, .init("by") { $0.pausedBy ?? "" },
        .init("a second") { $0.perSecond.map { "\($0)" } ?? "" }, .init("at once") { $0.atOnce.map { "\($0)" } ?? "" },
        .init("jobs") { "\($0.jobs)" }, .init("dead") { "\($0.dead)" }, .init("why") { $0.reason ?? "" },
    ]
}

struct QueuesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List queues with their backlogs.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: FormatOptions

    func run() async throws {
        let queues = try await options.withPool("fiscal-relay queues") { pool in
            try await JobAdministration(pool).queues()
        }
        try Listing.show(queues.map(QueueRow.init), as: output.format, columns: QueueRow.columns, empty: "No queues.")
    }
}

struct QueuesPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Claim nothing more from a queue; what runs goes on.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var person: OperatorOptions
    @Argument(help: "The queue.") var queue: String

    func run() async throws {
        try await options.withPool("fiscal-relay queues") { pool in
            try await JobAdministration(pool).pause(
                queue: queue, by: Operator(who: person.who, why: person.why))
        }
        print("queue \(queue) is paused")
    }
}

struct QueuesResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Open a queue again.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var person: OperatorOptions
    @Argument(help: "The queue.") var queue: String

    func run() async throws {
        let wasPaused = try await options.withPool("fiscal-relay queues") { pool in
            try await JobAdministration(pool).resume(
                queue: queue, by: Operator(who: person.who, why: person.why))
        }
        print(wasPaused ? "queue \(queue) is open" : "queue \(queue) was open already")
    }
}

struct DestinationsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List destinations with their pauses and backlogs.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: FormatOptions

    func run() async throws {
        let queues = try await options.withPool("fiscal-relay destinations") { pool in
            try await JobAdministration(pool).queues()
        }
        try Listing.show(
            queues.filter { $0.name != QueueName.local }.map(QueueRow.init), as: output.format,
            columns: QueueRow.columns, empty: "No destinations.")
    }
}

struct DestinationsPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Send nothing to a destination for a while, or until it is resumed.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var person: OperatorOptions
    @Option(name: .customLong("for"), help: "How long, e.g. 30m; without it until it is resumed.") var duration: String?
    @Argument(help: "The destination.") var destination: String

    func validate() throws {
        if let duration, Duration(settingText: duration) == nil {
            throw ValidationError("--for “\(duration)” is no time span; allowed: e.g. 30s, 15m, 24h.")
        }
    }

    func run() async throws {
        try await options.withPool("fiscal-relay destinations") { pool in
            try await JobAdministration(pool).pause(
                destination: destination, for: duration.flatMap { Duration(settingText: $0) },
                by: Operator(who: person.who, why: person.why))
        }
        print("destination \(destination) is paused")
    }
}

struct DestinationsResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Open a destination again, whatever closed it.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var person: OperatorOptions
    @Argument(help: "The destination.") var destination: String

    func run() async throws {
        let wasPaused = try await options.withPool("fiscal-relay destinations") { pool in
            try await JobAdministration(pool).resume(
                destination: destination, by: Operator(who: person.who, why: person.why))
        }
        print(wasPaused ? "destination \(destination) is open" : "destination \(destination) was open already")
    }
}
