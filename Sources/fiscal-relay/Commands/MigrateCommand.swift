import ArgumentParser
import Postgres
import Relay

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the database's schema up to this release.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: FormatOptions
    @Flag(help: "Only say what would be done; exit 1 if anything would.")
    var dryRun = false

    private struct Report: Encodable {
        var applied: [String]
        var pending: [String]
    }

    func run() async throws {
        let configuration = try options.load()
        let runner = MigrationRunner(
            try configuration.directConfiguration(configuration.database.migrateURL, "fiscal-relay migrate"),
            migrations: RelayMigrations.all)
        if dryRun {
            let status = try await runner.status()
            if let obstacle = status.obstacle { throw CommandFailure(obstacle.description) }
            try show(Report(applied: [], pending: status.pending))
            if !status.isCurrent { throw ExitCode.failure }
        } else {
            let report = try await runner.run()
            try show(Report(applied: report.applied.map(\.fileName), pending: []))
        }
    }

    private func show(_ report: Report) throws {
        switch output.format {
        case .json: try Listing.json(report)
        case .table:
            for name in report.applied { print("applied \(name)") }
            for name in report.pending { print("pending \(name)") }
            if report.applied.isEmpty, report.pending.isEmpty { print("The schema is up to date.") }
        }
    }
}
