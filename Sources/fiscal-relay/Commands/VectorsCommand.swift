import ArgumentParser
import Fiscal
import FoundationEssentials

struct VectorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vectors", abstract: "Check the fiscal core against a file of worked cases (receipt-vectors/1).",
        discussion: "Bring your bookkeeper's own cases. Prints what differs; exits with 1 on any difference.")

    @OptionGroup var output: FormatOptions
    @Argument(help: "The file.") var file: String

    func run() throws {
        let text = try TextInput.whole(file)
        let report: VectorReport
        do {
            report = try VectorRunner.run(Array(text.utf8))
        } catch {
            throw CommandFailure("\(file): \(error.description)")
        }
        switch output.format {
        case .json: try Listing.json(report)
        case .table: print(report.text)
        }
        if !report.isSuccess { throw ExitCode.failure }
    }
}
