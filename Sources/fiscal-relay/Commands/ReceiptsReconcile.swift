import ArgumentParser
import Fiscal
import FoundationEssentials
import HTTPTransport
import Postgres
import Relay

/// `receipts reconcile`: what a bookkeeper runs at the end of a day, and an auditor at the end of a year.
struct ReceiptsReconcile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Compare the shop's events, our receipts and what provider and portal say; exit 1 if they differ.",
        discussion: """
            Days are those of the shop's time zone, both included. Questions to the provider keep within the limit that \
            all workers share. --report csv prints one row per day for the books; what differs then goes to standard \
            error.
            """)

    enum Report: String, ExpressibleByArgument, CaseIterable {
        case csv
    }

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: FormatOptions
    @Option(help: "The shop.") var shop: String
    @Option(help: "First day, as 2026-11-21.") var from: String
    @Option(help: "Last day; the first one if it is not given.") var to: String?
    @Option(help: "Print the bookkeeper's days instead: csv.") var report: Report?
    @Flag(help: "Ask neither the provider nor the portal.") var offline = false
    @Option(help: "Days for which goods may be prepaid; the shop's setting if it is not given.") var prepaidDays: Int?

    @Option(help: "Days for which an order may be out and not paid; the shop's setting if it is not given.")
    var unpaidDays: Int?

    func validate() throws {
        for (name, day) in [("--from", from), ("--to", to ?? from)] where CivilDate(day) == nil {
            throw ValidationError("\(name) “\(day)” is no day; allowed: such as 2026-11-21.")
        }
        if let first = CivilDate(from), let last = CivilDate(to ?? from), last < first {
            throw ValidationError("--to comes before --from.")
        }
        if let prepaidDays, !(0...1000).contains(prepaidDays) {
            throw ValidationError("--prepaid-days: allowed: 0 to 1000.")
        }
        if let unpaidDays, !(0...365).contains(unpaidDays) {
            throw ValidationError("--unpaid-days: allowed: 0 to 365.")
        }
        if report != nil, output.format == .json {
            throw ValidationError("--report csv and --format json exclude each other.")
        }
    }

    func run() async throws {
        let configuration = try options.load()
        guard let settings = configuration.shops[shop] else {
            let known = configuration.shops.keys.sorted().joined(separator: ", ")
            throw CommandFailure("there is no shop “\(shop)”; allowed: \(known)")
        }
        guard let first = CivilDate(from), let last = CivilDate(to ?? from),
            let period = ReconciliationPeriod(from: first, to: last, in: settings.zone)
        else { throw CommandFailure("there is no such period") }
        let pool = try configuration.makePool("fiscal-relay receipts", size: 1)
        let transport = HTTPTransport()
        let result: Reconciliation.Result
        do {
            result = try await compare(configuration, settings, period, pool, transport)
        } catch {
            await transport.shutdown()
            await pool.close()
            throw error
        }
        await transport.shutdown()
        await pool.close()
        try show(result, period)
        if !result.discrepancies.isEmpty { throw ExitCode.failure }
    }

    private func compare(
        _ configuration: RelayConfiguration, _ settings: ShopSettings, _ period: ReconciliationPeriod,
        _ pool: PostgresPool, _ transport: HTTPTransport
    ) async throws -> Reconciliation.Result {
        let directory = ShopDirectory(configuration: configuration, transport: transport, pool: pool)
        guard let shop = directory.shops[shop] else { throw CommandFailure("there is no shop “\(shop)”") }
        var options = Reconciliation.Options()
        options.asks = !offline
        options.prepaidFor = prepaidDays.map { .seconds($0 * 86_400) } ?? settings.reconciliation.prepaidFor
        options.unpaidFor = unpaidDays.map { .seconds($0 * 86_400) } ?? settings.reconciliation.unpaidFor
        let days = period.days
        var progress = ProgressReporter("days", total: days.count)
        let result = try await Reconciliation(shop: shop, directory: directory, pool: pool).run(
            period, options, reportsDays: report != nil
        ) { day, asked in
            progress.show(day.daysSince1970 - period.first.daysSince1970, note: "\(day): \(asked) receipts asked about")
        }
        progress.show(days.count)
        progress.finish()
        return result
    }

    /// What the comparison covered and found, as JSON.
    private struct Answer: Encodable {
        let shop: String
        let from: CivilDate
        let to: CivilDate
        let events: Int
        let receipts: Int
        let asked: Int
        let discrepancies: [Discrepancy]
    }

    private func show(_ result: Reconciliation.Result, _ period: ReconciliationPeriod) throws {
        if report != nil {
            var text = CSVText.line(DayReport.heading)
            for day in result.days { text += CSVText.line(day.columns) }
            print(text, terminator: "")
            for line in lines(result) { StandardError.write(line) }
            return
        }
        switch output.format {
        case .json:
            try Listing.json(
                Answer(
                    shop: shop, from: period.first, to: period.last, events: result.events, receipts: result.receipts,
                    asked: result.asked, discrepancies: result.discrepancies))
        case .table:
            for line in lines(result) { print(line) }
        }
    }

    private func lines(_ result: Reconciliation.Result) -> [String] {
        let covered = "\(result.events) events and \(result.receipts) receipts compared, \(result.asked) asked about"
        guard !result.discrepancies.isEmpty else { return [covered + ": all agree."] }
        let rows = result.discrepancies.map { found in
            [
                found.kind.rawValue, found.day?.description ?? "", found.eventID.map(String.init) ?? "",
                found.receiptID.map(String.init) ?? "", found.order ?? "", found.expected?.description ?? "",
                found.found?.description ?? "", found.detail,
            ]
        }
        let table = Listing.table(
            headings: ["kind", "day", "event", "receipt", "order", "expected", "found", "detail"], rows: rows)
        return [table] + Discrepancy.Kind.allCases.compactMap { total($0, in: result.discrepancies) } + [covered + "."]
    }

    private func total(_ kind: Discrepancy.Kind, in all: [Discrepancy]) -> String? {
        let found = all.filter { $0.kind == kind }
        guard !found.isEmpty else { return nil }
        let sum = Money(kopecks: found.reduce(0) { $0 + ($1.expected ?? $1.found ?? .zero).kopecks })
        return "\(kind.rawValue): \(found.count), \(sum)"
    }
}
