import ArgumentParser
import JobQueue
import Postgres
import Relay

struct RecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Go on after the database was set back: by a restore, or by a failover that lost commits.",
        discussion: """
            Stop all workers first. Whatever may have been sent since then is put in doubt and settled as its account's \
            provider.doubt says; runs of workers of before are fenced off; numbers that were given away since then are \
            not given again. Then start the workers, and let the shops send again what they wrote since then. \
            After a failover that lost nothing, say --nothing-lost.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: FormatOptions
    @OptionGroup var person: OperatorOptions
    @Flag(help: "Commits were lost, from --since until now.") var afterRestore = false
    @Flag(help: "The server has changed and nothing was lost.") var nothingLost = false
    @Option(help: "The moment to which the database was set back, or an earlier one: e.g. 2026-11-21T12:00:00+03:00.")
    var since: String?
    @Flag(help: "Only say what would be changed.") var dryRun = false

    func validate() throws {
        guard afterRestore != nothingLost else {
            throw ValidationError("Give either --after-restore --since MOMENT, or --nothing-lost.")
        }
        if afterRestore {
            guard let since else { throw ValidationError("--after-restore needs --since MOMENT.") }
            guard EventTime.seconds(since) != nil else {
                throw ValidationError(
                    "--since “\(since)” is no moment; allowed: a date, a time and an offset, e.g. 2026-11-21T12:00:00+03:00."
                )
            }
        } else if since != nil || dryRun {
            throw ValidationError("--since and --dry-run belong to --after-restore.")
        }
    }

    private struct Report: Encodable {
        let dryRun: Bool
        let jobs: Int
        let inDoubt: Int
        let forPerson: Int
        let receipts: Int
        let workers: Int
        let heldMovements: Int
        let newestEventAt: String?

        enum CodingKeys: String, CodingKey {
            case jobs, receipts, workers
            case dryRun = "dry_run"
            case inDoubt = "in_doubt"
            case forPerson = "for_person"
            case heldMovements = "held_movements"
            case newestEventAt = "newest_event_at"
        }
    }

    func run() async throws {
        let by = Operator(who: person.who, why: person.why)
        guard afterRestore else {
            let isNews = try await options.withPool("fiscal-relay recover") { pool in
                try await RestoreRecovery(pool: pool).acceptHistory(by: by)
            }
            print(isNews ? "the server's history goes on without a loss" : "the server's history was known already")
            return
        }
        let moment = Timestamp(microsecondsSince1970: (since.flatMap(EventTime.seconds) ?? 0) * 1_000_000)
        let counts = try await options.withPool("fiscal-relay recover") { pool in
            do {
                return try await RestoreRecovery(pool: pool).recover(lostSince: moment, by: by, isTrial: dryRun)
            } catch let refusal as RestoreRecovery.Refusal {
                throw CommandFailure(refusal.description)
            }
        }
        let report = Report(
            dryRun: dryRun, jobs: counts.jobs, inDoubt: counts.inDoubt, forPerson: counts.forPerson,
            receipts: counts.receipts, workers: counts.workers, heldMovements: counts.heldMovements,
            newestEventAt: counts.newestEventAt)
        switch output.format {
        case .json: try Listing.json(report)
        case .table: show(report)
        }
    }

    private func show(_ report: Report) {
        print("the newest event on record came in at \(report.newestEventAt ?? "no time: there is none")")
        print("\(report.jobs) open jobs, fenced off from the runs of \(report.workers) workers of before")
        print("\(report.inDoubt) in doubt, settled by their accounts; \(report.forPerson) for a person")
        print("\(report.receipts) receipts on record that may be at their provider")
        print("\(report.heldMovements) movements of stock held, since their portal may have them")
        if dryRun {
            print("Nothing was changed.")
        } else {
            print("Start the workers, and let every shop send again what it wrote since \(since ?? "").")
        }
    }
}
