import ArgumentParser
import HTTPTransport
import Postgres
import Relay

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Hold everything on record against the promises of the project; exit 1 on any violation.",
        discussion: """
            Looks at every event, receipt and run, in pages, and changes nothing; it may run beside workers. With \
            --sandbox the ledgers of the simulators are compared too. Moments are the database's: a clock that was set \
            back shows as runs that overlap. Which accounts may be sent the same again is what the configuration says \
            now.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: FormatOptions
    @Option(help: "Address of a running sandbox, whose ledgers are compared, e.g. http://127.0.0.1:8090.")
    var sandbox: String?
    @Flag(help: "Nothing is under way: whatever is neither at its end nor a dead letter is a violation too.")
    var settled = false

    func run() async throws {
        let configuration = try options.load()
        let pool = try configuration.makePool("fiscal-relay verify", size: 1)
        let result: Result<Verification.Report, any Error>
        do {
            result = .success(try await examine(pool, configuration))
        } catch {
            result = .failure(error)
        }
        await pool.close()
        let report = try result.get()
        try show(report)
        if report.violationCount > 0 { throw ExitCode.failure }
    }

    private func examine(
        _ pool: PostgresPool, _ configuration: RelayConfiguration
    ) async throws -> Verification.Report {
        var ledger: ProviderLedger?
        let transport = HTTPTransport()
        let unrepeatable = ShopDirectory(configuration: configuration, transport: transport).unrepeatable
        do throws(ProviderLedger.Unreadable) {
            if let sandbox { ledger = try await ProviderLedger.ofSandbox(at: sandbox, over: transport) }
        } catch {
            await transport.shutdown()
            throw CommandFailure(error.description)
        }
        await transport.shutdown()
        var bar: ProgressReporter?
        let report = try await Verification.run(
            pool, ledger: ledger, isSettled: settled, unrepeatable: unrepeatable
        ) { done, total in
            if bar == nil { bar = ProgressReporter("verify", total: total) }
            bar?.show(done)
        }
        bar?.finish()
        return report
    }

    private func show(_ report: Verification.Report) throws {
        guard output.format == .table else { return try Listing.json(report) }
        try Listing.show(
            report.violations, as: .table,
            columns: [
                .init("promise") { $0.invariant.rawValue }, .init("violation") { $0.code },
                .init("event") { $0.event.map(String.init) ?? "" }, .init("receipt") { $0.receipt ?? "" },
                .init("run") { $0.run ?? "" }, .init("detail") { $0.detail },
            ], empty: "No violation.")
        if report.violationCount > report.violations.count {
            print("… and \(report.violationCount - report.violations.count) more")
        }
        let documents = report.documents.map { ", \($0) documents in the sandbox's ledger" } ?? ""
        print("Looked at \(report.events) events, \(report.receipts) receipts, \(report.runs) runs\(documents).")
    }
}
