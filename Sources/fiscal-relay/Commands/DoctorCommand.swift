import ArgumentParser
import HTTPTransport
import Postgres
import Relay

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at database, schema, settings, credentials and open alarms; exit 1 if anything needs a person.",
        discussion: "Credentials are tried without issuing anything.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: FormatOptions

    func run() async throws {
        let configuration = try options.load()
        let pool = try configuration.makePool("fiscal-relay doctor", size: 1)
        let transport = HTTPTransport()
        let doctor = Doctor(
            pool: pool,
            migrator: MigrationRunner(
                try configuration.directConfiguration(configuration.database.migrateURL, "fiscal-relay doctor"),
                migrations: RelayMigrations.all),
            directory: ShopDirectory(configuration: configuration, transport: transport, pool: pool))
        let findings = await doctor.examine()
        await transport.shutdown()
        await pool.close()
        try Listing.show(
            findings, as: output.format,
            columns: [
                .init("verdict") { $0.verdict.rawValue }, .init("check") { $0.check }, .init("detail") { $0.detail },
            ], empty: "Nothing was looked at.")
        let isAlarmed = findings.contains { $0.verdict == .broken || $0.check.hasPrefix("alarm ") }
        if isAlarmed { throw ExitCode.failure }
    }
}
