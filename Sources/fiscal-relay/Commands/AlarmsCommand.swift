import ArgumentParser
import JobQueue
import Relay

struct AlarmsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alarms", abstract: "What is wrong now, and what was.",
        subcommands: [AlarmsList.self, AlarmsClear.self])
}

/// An alarm as it is listed.
private struct AlarmRow: Encodable {
    let id: Int64
    let severity: String
    let key: String
    let since: String
    let changedAt: String?
    let clearedAt: String?
    let text: String

    enum CodingKeys: String, CodingKey {
        case id, severity, key, since, text
        case changedAt = "changed_at"
        case clearedAt = "cleared_at"
    }

    init(_ alarm: AlarmAdministration.Alarm) {
        id = alarm.id
        severity = alarm.severity
        key = alarm.key
        since = alarm.since.text
        changedAt = alarm.changedAt?.text
        clearedAt = alarm.clearedAt?.text
        text = alarm.text
    }

    static let columns: [Listing.Column<AlarmRow>] = [
        .init("id") { "\($0.id)" }, .init("severity") { $0.severity }, .init("alarm") { $0.key },
        .init("since") { $0.since }, .init("cleared") { $0.clearedAt ?? "" }, .init("what") { $0.text },
    ]
}

struct AlarmsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List open alarms, critical ones first; doctor's status is 1 while there are any.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: FormatOptions
    @Flag(help: "Those that are over too, newest first.") var all = false
    @Option(help: "At most so many.") var limit = 1000

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be above zero.") }
    }

    func run() async throws {
        let alarms = try await options.withPool("fiscal-relay alarms") { pool in
            try await AlarmAdministration(pool: pool).list(all: all, limit: limit)
        }
        try Listing.show(
            alarms.map(AlarmRow.init), as: output.format, columns: AlarmRow.columns,
            empty: all ? "There never was an alarm." : "No alarm is open.")
    }
}

struct AlarmsClear: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear", abstract: "End an alarm that nothing will end by itself.",
        discussion: """
            Most alarms end when their cause does; leave those alone. One that tells of orders, stock lines or days of \
            books that stand on record is not ended by a word: the refusal names the command that deals with them. If \
            the cause of any other goes on, it is raised anew.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var person: OperatorOptions
    @Argument(help: "The alarm's id, as alarms list shows it.") var id: Int64

    func run() async throws {
        let configuration = try options.load()
        let (answer, key) = try await options.withPool("fiscal-relay alarms") { pool in
            let alarms = AlarmAdministration(pool: pool)
            let key = try await alarms.alarm(id).flatMap { $0.clearedAt == nil ? $0.key : nil } ?? ""
            // With it the days would be forgotten that the next comparison looks at again.
            if key.hasPrefix("reconcile:"),
                let shop = configuration.shops[String(key.dropFirst("reconcile:".count))],
                shop.reconciliation.isScheduled
            {
                return (AlarmAdministration.Clearing.stands, key)
            }
            return (try await alarms.clear(id, by: Operator(who: person.who, why: person.why)), key)
        }
        switch answer {
        case .cleared: print("alarm \(id) is cleared")
        case .notOpen: throw CommandFailure("alarm \(id) is over already")
        case .stands:
            throw CommandFailure(
                "alarm \(id) ends with what it tells of"
                    + (AlarmAdministration.remedy(for: key).map { ": see \($0)" } ?? ""))
        case .noSuchAlarm: throw CommandFailure("there is no alarm \(id): see fiscal-relay alarms list")
        }
    }
}
