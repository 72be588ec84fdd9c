import ArgumentParser
import JobQueue
import Postgres
import Relay

struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "What remains to be done, what is stuck, and how to mend it.",
        subcommands: [
            JobsList.self, JobsShow.self, JobsReplay.self, JobsResolve.self, JobsCancel.self, JobsRelease.self,
        ])
}

/// Which jobs a listing shows or an act concerns.
struct JobFilterOptions: ParsableArguments {
    @Option(help: "Only this shop.") var shop: String?
    @Option(help: "Only this kind, e.g. order.paid.") var kind: String?
    @Option(help: "Only this lane, e.g. order:1001.") var lane: String?
    @Option(help: "Only this queue, e.g. local or a destination.") var queue: String?
    @Option(help: "Only this reason's code, e.g. contact_invalid.") var reason: String?
    @Option(help: "Only the event of this key.") var eventKey: String?

    var filter: JobFilter {
        var filter = JobFilter()
        filter.shop = shop
        filter.kind = kind
        filter.lane = lane
        filter.queue = queue
        filter.reasonCode = reason
        filter.eventKey = eventKey
        return filter
    }
}

/// A job as it is listed.
struct JobRow: Encodable {
    let id: Int64
    let shop: String
    let kind: String
    let eventID: Int64?
    let eventKey: String
    let lane: String
    let queue: String
    let state: String
    let step: String
    let part: Int
    let edition: Int
    let attempt: Int
    let runAt: String
    let reasonCode: String?
    let reason: String?

    enum CodingKeys: String, CodingKey {
        case id, shop, kind, lane, queue, state, step, part, edition, attempt, reason
        case eventID = "event_id"
        case eventKey = "event_key"
        case runAt = "run_at"
        case reasonCode = "reason_code"
    }

    init(_ job: JobListing) {
        id = job.id.rawValue
        shop = job.shop
        kind = job.kind
        eventID = job.eventID
        eventKey = job.eventKey
        lane = job.lane
        queue = job.queue
        state = job.state.rawValue
        step = job.step
        part = job.part
        edition = job.edition
        attempt = job.attempt
        runAt = job.runAt.text
        reasonCode = job.reasonCode
        reason = job.reason
    }

    /// Every key is always there, null where it says nothing: programs read this.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(shop, forKey: .shop)
        try container.encode(kind, forKey: .kind)
        try container.encode(eventID, forKey: .eventID)
        try container.encode(eventKey, forKey: .eventKey)
        try container.encode(lane, forKey: .lane)
        try container.encode(queue, forKey: .queue)
        try container.encode(state, forKey: .state)
        try container.encode(step, forKey: .step)
        try container.encode(part, forKey: .part)
        try container.encode(edition, forKey: .edition)
        try container.encode(attempt, forKey: .attempt)
        try container.encode(runAt, forKey: .runAt)
        try container.encode(reasonCode, forKey: .reasonCode)
        try container.encode(reason, forKey: .reason)
    }

    static let columns: [Listing.Column<JobRow>] = [
        .init("id") { "\($0.id)" }, .init("shop") { $0.shop }, .init("kind") { $0.kind },
        .init("key") { $0.eventKey }, .init("lane") { $0.lane }, .init("state") { $0.state },
        .init("step") { $0.step }, .init("tries") { "\($0.attempt)" }, .init("due") { $0.runAt },
        .init("reason") { [$0.reasonCode, $0.reason].compactMap(\.self).joined(separator: ": ") },
    ]
}

struct JobsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List open jobs in their order, with the reason why each stands where it stands."
    )

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: FormatOptions
    @OptionGroup var filters: JobFilterOptions
    @Option(help: "Only this state: \(JobState.allCases.map(\.rawValue).joined(separator: ", ")). May be repeated.")
    var state: [String] = []
    @Option(help: "At most so many.") var limit = 100

    func validate() throws {
        for name in state where JobState(rawValue: name) == nil {
            throw ValidationError(
                "--state “\(name)” is not known; allowed: "
                    + JobState.allCases.map(\.rawValue).joined(separator: ", ") + ".")
        }
    }

    func run() async throws {
        var filter = filters.filter
        if !state.isEmpty { filter.states = state.compactMap(JobState.init(rawValue:)) }
        let wanted = filter
        let jobs = try await options.withPool("fiscal-relay jobs") { pool in
            try await JobAdministration(pool).list(wanted, limit: limit)
        }
        try Listing.show(jobs.map(JobRow.init), as: output.format, columns: JobRow.columns, empty: "No jobs.")
    }
}

struct JobsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a job with every run it had and every act of a person.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: FormatOptions
    @Argument(help: "The job's id.") var id: Int64

    private struct Whole: Encodable {
        let job: JobRow?
        let end: String?
        let attempts: [AttemptRow]
        let actions: [ActionRow]
    }

    private struct AttemptRow: Encodable {
        let run: Int64
        let step: String
        let part: Int
        let edition: Int
        let worker: Int64?
        let started: String?
        let sent: String?
        let answered: String?
        let ended: String
        let outcome: String
        let code: String?
        let message: String?
        let polls: Int
    }

    private struct ActionRow: Encodable {
        let at: String
        let who: String
        let action: String
        let why: String
    }

    func run() async throws {
        let history = try await options.withPool("fiscal-relay jobs") { pool in
            try await JobAdministration(pool).show(JobID(id))
        }
        guard let history else { throw CommandFailure("there is no job \(id), and none has been") }
        let attempts = history.attempts.map {
            AttemptRow(
                run: $0.runNumber, step: $0.step, part: $0.part, edition: $0.edition, worker: $0.worker,
                started: $0.startedAt?.text, sent: $0.sentAt?.text, answered: $0.answeredAt?.text,
                ended: $0.endedAt.text, outcome: $0.outcome, code: $0.code, message: $0.message, polls: $0.polls)
        }
        let actions = history.actions.map { ActionRow(at: $0.at.text, who: $0.who, action: $0.action, why: $0.why) }
        let whole = Whole(job: history.job.map(JobRow.init), end: history.end, attempts: attempts, actions: actions)
        switch output.format {
        case .json: try Listing.json(whole)
        case .table: show(whole)
        }
    }

    private func show(_ whole: Whole) {
        if let job = whole.job {
            print(Listing.table(headings: JobRow.columns.map(\.heading), rows: [JobRow.columns.map { $0.text(job) }]))
        }
        if let end = whole.end { print("Its event has ended: \(end).") }
        if !whole.attempts.isEmpty {
            print("\nRuns")
            print(
                Listing.table(
                    headings: [
                        "run", "step", "part", "worker", "started", "ended", "outcome", "code", "polls", "message",
                    ],
                    rows: whole.attempts.map {
                        [
                            "\($0.run)", $0.step, "\($0.part)", $0.worker.map(String.init) ?? "", $0.started ?? "",
                            $0.ended, $0.outcome, $0.code ?? "", "\($0.polls)", $0.message ?? "",
                        ]
                    }))
        }
        if !whole.actions.isEmpty {
            print("\nActs")
            print(
                Listing.table(
                    headings: ["at", "who", "act", "why"],
                    rows: whole.actions.map { [$0.at, $0.who, $0.action, $0.why] }))
        }
    }
}
