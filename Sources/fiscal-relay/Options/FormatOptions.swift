import ArgumentParser

struct FormatOptions: ParsableArguments {
    @Option(help: "How to print the answer.")
    var format: OutputFormat = .table
}
