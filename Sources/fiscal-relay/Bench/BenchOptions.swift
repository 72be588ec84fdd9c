import ArgumentParser

/// Where a measurement happens, and how it is printed.
struct BenchPlaceOptions: ParsableArguments {
    @Option(help: "A database used for nothing else (default: a private one); its owner's address.")
    var database: String?
    @OptionGroup var output: FormatOptions
}

/// The database that another program's harness measures.
struct BenchDatabaseOptions: ParsableArguments {
    @Option(help: "The database; its owner's address.")
    var database: String
}

/// How the workers of a measurement work.
struct BenchWorkerOptions: ParsableArguments {
    @Option(help: "Runs under way at once.") var concurrency = BenchWorkerSettings().concurrency
    @Option(help: "Connections that claim and record.") var claimers = BenchWorkerSettings().claimers
    @Option(help: "Jobs claimed, and recorded, in one transaction at most.") var batch = BenchWorkerSettings().batch
    @Option(help: "How long each job takes, in milliseconds; 0: it only answers.") var jobMilliseconds = 0
    @Flag(help: "The jobs declare no history.") var noHistory = false
    @Option(help: "Jobs of one lane that run in a row.") var stretch = BenchWorkerSettings().stretch

    var settings: BenchWorkerSettings {
        BenchWorkerSettings(
            concurrency: concurrency, claimers: claimers, batch: batch, jobMilliseconds: jobMilliseconds,
            history: !noHistory, stretch: stretch)
    }

    func validate() throws {
        guard (1...10_000).contains(concurrency) else {
            throw ValidationError("--concurrency: allowed: 1 to 10000.")
        }
        guard (1...8).contains(claimers) else { throw ValidationError("--claimers: allowed: 1 to 8.") }
        guard (1...1000).contains(batch) else { throw ValidationError("--batch: allowed: 1 to 1000.") }
        guard (1...1000).contains(stretch) else { throw ValidationError("--stretch: allowed: 1 to 1000.") }
        guard jobMilliseconds >= 0 else { throw ValidationError("--job-milliseconds: allowed: 0 or more.") }
    }
}

/// How one worker works.
struct BenchWorkerSettings: Hashable, Sendable {
    var concurrency = 500
    var claimers = 2
    var batch = 250
    var jobMilliseconds = 0
    var history = true
    var stretch = 250

    var arguments: [String] {
        [
            "--concurrency", "\(concurrency)", "--claimers", "\(claimers)", "--batch", "\(batch)",
            "--job-milliseconds", "\(jobMilliseconds)", "--stretch", "\(stretch)",
        ] + (history ? [] : ["--no-history"])
    }
}
