import ArgumentParser
import Glibc
import JobQueue
import Logging
import Postgres
import Synchronization
import UnixSignals

struct BenchWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Run the jobs of measurements until SIGTERM; says in JSON lines when it is ready and how far it is.",
        discussion: """
            Prints {"ready":t}, then {"done":count,"t":t} at most every 50 ms while the count of recorded jobs grows. \
            With --record, FILE gets a line "n t_start" per job. Times are CLOCK_MONOTONIC seconds.
            """)

    @OptionGroup var place: BenchDatabaseOptions
    @OptionGroup var options: BenchWorkerOptions
    @Option(help: "The file that gets a line per job.") var record: String?
    @Flag(help: .hidden) var withParent = false

    func run() async throws {
        let file = try record.map { try RecordFile(path: $0) }
        let settings = options.settings
        let pool = PostgresPool(
            try BenchDatabase.configuration(
                place.database, "fiscal-relay bench worker", connections: settings.claimers + 1))
        var configuration = WorkerConfiguration(name: "bench:\(getpid())", version: Release.version)
        configuration.concurrency = settings.concurrency
        configuration.claimers = settings.claimers
        configuration.batch = settings.batch
        var logger = Logger(label: "fiscal-relay.bench") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        let worker = Worker(
            pool: pool, listenerConfiguration: pool.configuration, steps: [Self.step(settings, file)],
            configuration: configuration, logger: logger)
        let guardian = withParent ? ParentGuard.start() : nil
        defer { guardian?.cancel() }
        let running = Task { await worker.run() }
        let reporting = Task { try await Self.report(worker, configuration.name, pool, file) }
        for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { break }
        worker.stop()
        await running.value
        reporting.cancel()
        _ = try? await reporting.value
        Self.say(done: worker.statistics.recorded)
        try file?.flush()
        await pool.close()
    }

    private static func step(_ settings: BenchWorkerSettings, _ file: RecordFile?) -> StepDefinition {
        let pause = Duration.milliseconds(settings.jobMilliseconds)
        return StepDefinition(
            key: BenchKind.key, doubt: .none, timeout: .seconds(30), recordsHistory: settings.history,
            stretch: settings.stretch,
            runOne: { run in
                if let file, let number = BenchKind.number(in: run.payload) { file.append(number, .now) }
                // The job's own work.
                if pause > .zero { try? await Task.sleep(for: pause) }
                return Outcome(.finish(outcome: "done"))
            })
    }

    private static func report(
        _ worker: Worker, _ name: String, _ pool: PostgresPool, _ file: RecordFile?
    ) async throws {
        let registered = Statement("bench_registered", "SELECT FROM fiscal.worker WHERE name = $1")
        while try await pool.execute(registered, [.text(name)]) == 0 {
            try await Task.sleep(for: .milliseconds(2))
        }
        say(#"{"ready":\#(MonotonicInstant.now.text)}"#)
        var said = 0
        while true {
            try await Task.sleep(for: .milliseconds(50))
            let done = worker.statistics.recorded
            guard done != said else { continue }
            said = done
            say(done: done)
            try file?.flush()
        }
    }

    private static func say(done: Int) {
        say(#"{"done":\#(done),"t":\#(MonotonicInstant.now.text)}"#)
    }

    /// At once, whatever standard output is: somebody reads along.
    private static func say(_ line: String) {
        print(line)
        fflush(nil)
    }
}
