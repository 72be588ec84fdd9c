import ArgumentParser
import FoundationEssentials
import Postgres

struct BenchSetupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup", abstract: "Prepare a database for measurements: schema and the kind of their events.")

    @OptionGroup var place: BenchDatabaseOptions

    func run() async throws {
        try await BenchDatabase.setUp(place.database)
    }
}

struct BenchEnqueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enqueue", abstract: "Write N events of measurements into the outbox.",
        discussion: """
            With --record, FILE gets a line "n t_before t_after" per event: CLOCK_MONOTONIC seconds around the \
            transaction that wrote it.
            """)

    @OptionGroup var place: BenchDatabaseOptions
    @Argument(help: "Events to write at most.") var count: Int
    @Option(help: "Many rows per INSERT, or one.") var mode = EnqueueLoad.Mode.bulk
    @Option(help: "Rows per INSERT in bulk.") var chunk = 1000
    @Option(help: "Events per second; absent: as many as go.") var rate: Double?
    @Option(help: "Seconds after which to end.") var seconds: Double?
    @Option(help: "The number of the first.") var first = 1
    @Option(help: "The file that gets a line per event.") var record: String?

    func validate() throws {
        guard count >= 1 else { throw ValidationError("N: allowed: 1 or more.") }
        guard (1...10_000).contains(chunk) else { throw ValidationError("--chunk: allowed: 1 to 10000.") }
        guard rate.map({ $0 > 0 }) ?? true else { throw ValidationError("--rate: allowed: more than 0.") }
        guard seconds.map({ $0 > 0 }) ?? true else { throw ValidationError("--seconds: allowed: more than 0.") }
    }

    func run() async throws {
        let file = try record.map { try RecordFile(path: $0) }
        let pool = PostgresPool(
            try BenchDatabase.configuration(place.database, "fiscal-relay bench enqueue", connections: 1))
        let load = EnqueueLoad(count: count, mode: mode, chunk: chunk, rate: rate, seconds: seconds)
        let begin = MonotonicInstant.now
        let written = try await load.run(over: pool, from: first) { numbers, before, after in
            guard let file else { return }
            for number in numbers { file.append(number, before, after) }
        }
        let took = MonotonicInstant.now.seconds(since: begin)
        try file?.flush()
        await pool.close()
        StandardError.write("wrote \(written) events in \(took) seconds")
    }
}

extension EnqueueLoad.Mode: ExpressibleByArgument {}

extension String {
    /// The text of a file in UTF-8.
    ///
    /// - Throws: ``CommandFailure`` if it cannot be read.
    init(contentsOfFileAt path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("\(path) cannot be read")
        }
        self.init(decoding: data, as: UTF8.self)
    }
}
