import ArgumentParser

struct BenchImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "How fast a file of transactions at points of sale becomes events.",
        discussion:
            "What `events import` does with a file that it has made itself, one sale a row, no worker beside it.")

    @OptionGroup var place: BenchPlaceOptions
    @Option(help: "Rows of the file.") var rows = 100_000
    @Option(help: "csv or jsonl.") var input = ImportBench.Format.csv

    func validate() throws {
        guard (1...10_000_000).contains(rows) else { throw ValidationError("--rows: allowed: 1 to 10000000.") }
    }

    func run() async throws {
        let bench = ImportBench(rows: rows, format: input)
        try await BenchServer.with(place.database) { try await bench.run(on: $0) }.show(as: place.output.format)
    }
}

extension ImportBench.Format: ExpressibleByArgument {}
