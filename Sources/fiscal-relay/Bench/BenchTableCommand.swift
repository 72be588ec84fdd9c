import ArgumentParser
import Glibc

struct BenchTableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table",
        abstract: "Measure everything in one go and print a Markdown table with ratios.",
        discussion: """
            Measurements that are compared alternate, round by round; the table has the medians of the rounds. Ratios \
            of jobs per CPU second, of workers and PostgreSQL together, stay true where other programs take part of \
            the machine; those of jobs per second do not.
            """)

    @Option(help: "How often everything is measured.") var rounds = 3
    @Option(help: "Jobs of one measurement.") var jobs = 200_000
    @Flag(help: "With a million jobs waiting, ten million rows of history, and windows of 60 seconds.")
    var long = false
    @Option(help: "Only rows whose name contains this.") var only: String?

    func validate() throws {
        guard rounds > 0, jobs >= 1000 else {
            throw ValidationError("--rounds: allowed: 1 or more; --jobs: 1000 or more.")
        }
    }

    func run() async throws {
        var rows = BenchTable.rows(jobs: jobs, isLong: long)
        if let only { rows = rows.filter { $0.name.contains(only) } }
        try await BenchServer.with(nil) { server in
            var table = BenchTable(rows: rows)
            for round in 1...rounds {
                StandardError.write("Round \(round) of \(rounds) …")
                let isLast = round == rounds
                if isLast { print(BenchTable.head) }
                try await table.measure(on: server) { figures, line in
                    StandardError.write("  \(figures)")
                    // A line is final when the last round has measured it: who is cut off keeps what stands above.
                    if isLast {
                        print(line)
                        fflush(nil)
                    }
                }
            }
        }
    }
}
