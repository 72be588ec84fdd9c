import ArgumentParser
import Glibc
import JobQueue
import Postgres
import Relay

struct JobsReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Run dead jobs again, each in its place.",
        discussion: """
            What was never sent is built again with today's settings; bytes that nobody has refused are sent as they \
            are; a receipt refused for good gets its next edition, and the old one stays on record. Past its deadline, \
            say with --as whether a receipt or a correction is due.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var person: OperatorOptions
    @OptionGroup var filters: JobFilterOptions
    @Argument(help: "The job's id; without it, a filter or --all.") var id: Int64?
    @Flag(help: "All dead jobs.") var all = false
    @Flag(help: "Only say how many.") var dryRun = false
    @Flag(help: "Do not ask.") var yes = false
    @Option(name: .customLong("as"), help: "What is due past the deadline: receipt or correction.")
    var orderedAs: String?

    func validate() throws {
        if let orderedAs, ReplayPlan.OrderedAs(rawValue: orderedAs) == nil {
            throw ValidationError("--as “\(orderedAs)” is not known; allowed: receipt, correction.")
        }
        guard id != nil || all || !filters.filter.isEmpty else {
            throw ValidationError("Give a job, a filter, or --all.")
        }
        guard id == nil || (!all && filters.filter.isEmpty) else {
            throw ValidationError("Give either a job or a filter.")
        }
    }

    func run() async throws {
        try await options.withPool("fiscal-relay jobs") { pool in
            let jobs = try await wanted(JobAdministration(pool))
            print("\(jobs.count) dead \(jobs.count == 1 ? "job" : "jobs")")
            if dryRun || jobs.isEmpty { return }
            guard id != nil || yes || Confirmation.ask("Replay \(jobs.count)?") else { throw ExitCode.failure }
            let administration = ReceiptAdministration(pool: pool)
            var progress = ProgressReporter("replay", total: jobs.count)
            var refusals: [String] = []
            for (index, job) in jobs.enumerated() {
                let answer = try await administration.replay(
                    job, as: orderedAs.flatMap(ReplayPlan.OrderedAs.init(rawValue:)), who: person.who, why: person.why)
                switch answer {
                case .done: break
                case .notDead: refusals.append("job \(job) is not dead, or there is no such job")
                case .refused(let why): refusals.append("job \(job): \(why)")
                }
                if jobs.count > 1 { progress.show(index + 1) }
            }
            progress.finish()
            for refusal in refusals { StandardError.write(refusal) }
            print("\(jobs.count - refusals.count) replayed")
            if !refusals.isEmpty { throw ExitCode.failure }
        }
    }

    private func wanted(_ administration: JobAdministration) async throws -> [JobID] {
        if let id { return [JobID(id)] }
        var filter = filters.filter
        filter.states = [.dead]
        var jobs: [JobID] = []
        while true {
            let page = try await administration.list(filter, limit: 1000)
            jobs += page.map(\.id)
            guard let last = page.last else { return jobs }
            filter.after = last.id
        }
    }
}

struct JobsResolve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Say what became of a receipt in doubt, after a look into the provider's account.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var person: OperatorOptions
    @Argument(help: "The job's id.") var id: Int64
    @Option(help: "The provider has it, under this number.") var accepted: String?
    @Option(parsing: .upToNextOption, help: "It is printed: FN FD FPD.") var fiscalised: [String] = []
    @Flag(help: "It never arrived: the same bytes are sent again.") var absent = false

    func validate() throws {
        let chosen = [accepted != nil, !fiscalised.isEmpty, absent].count { $0 }
        guard chosen == 1 else {
            throw ValidationError("Give one of --accepted PROVIDER_ID, --fiscalised FN FD FPD, --absent.")
        }
        guard fiscalised.isEmpty || fiscalised.count == 3 else {
            throw ValidationError("--fiscalised takes three numbers: FN FD FPD.")
        }
        if fiscalised.count == 3 {
            if let problem = ReceiptAdministration.problem(
                fn: fiscalised[0], fd: fiscalised[1], fpd: fiscalised[2])
            {
                throw ValidationError("--fiscalised: \(problem)")
            }
        }
    }

    func run() async throws {
        let finding: ReceiptAdministration.Finding
        if let accepted {
            finding = .accepted(providerID: accepted)
        } else if fiscalised.count == 3 {
            finding = .fiscalised(fn: fiscalised[0], fd: fiscalised[1], fpd: fiscalised[2])
        } else {
            finding = .absent
        }
        let answer = try await options.withPool("fiscal-relay jobs") { pool in
            try await ReceiptAdministration(pool: pool).resolve(
                JobID(id), finding, who: person.who, why: person.why)
        }
        switch answer {
        case .done: print("job \(id) goes on")
        case .notDead: throw CommandFailure("job \(id) is not dead, or there is no such job")
        case .refused(let why): throw CommandFailure(why)
        }
    }
}

struct JobsCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Give a job up: its event ends as cancelled, its lane goes on.",
        discussion:
            """
            Refused while a provider has a receipt of it, or may have. What was never sent is given up with it, and what \
            the provider could not print in time.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var person: OperatorOptions
    @Argument(help: "The job's id.") var id: Int64

    func run() async throws {
        let outcome = try await options.withPool("fiscal-relay jobs") { pool in
            try await ReceiptAdministration(pool: pool).cancel(JobID(id), who: person.who, why: person.why)
        }
        switch outcome {
        case .cancelled: print("job \(id) is cancelled")
        case .noSuchJob: throw CommandFailure("there is no job \(id)")
        case .running: throw CommandFailure("job \(id) is running: wait for its end, or for the end of its lease")
        case .inDoubt:
            throw CommandFailure(
                "the provider may have a receipt of job \(id): look into its account, then jobs resolve; nothing is cancelled"
            )
        case .submitted:
            throw CommandFailure(
                "the provider has accepted a receipt of job \(id) and is asked until it is printed; nothing is cancelled"
            )
        }
    }
}

struct JobsRelease: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Let the rest of a lane pass a dead job, which stays dead.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var person: OperatorOptions
    @Argument(help: "The job's id.") var id: Int64

    func run() async throws {
        let result = try await options.withPool("fiscal-relay jobs") { pool in
            try await JobAdministration(pool).release(JobID(id), by: Operator(who: person.who, why: person.why))
        }
        try ActReport.show(result, job: id, done: "no longer holds its lane")
    }
}

/// Says what became of an act.
enum ActReport {
    static func show(_ result: ActResult, job: Int64, done: String) throws {
        switch result {
        case .replayed, .cancelled, .released, .resolved: print("job \(job) \(done)")
        case .noSuchJob: throw CommandFailure("there is no job \(job)")
        case .notDead: throw CommandFailure("job \(job) is not dead")
        case .running: throw CommandFailure("job \(job) is running: wait for its end, or for the end of its lease")
        case .notHolding: throw CommandFailure("job \(job) holds no lane")
        case .inDoubt, .submitted:
            throw CommandFailure("the provider has a receipt of job \(job), or may have one: jobs resolve comes first")
        }
    }
}

/// Asks the person at the terminal.
enum Confirmation {
    /// False without a terminal: programs say --yes.
    static func ask(_ question: String) -> Bool {
        guard isatty(STDIN_FILENO) == 1 else {
            StandardError.write("Nobody to ask: say --yes.")
            return false
        }
        StandardError.writeRaw("\(question) [y/N] ")
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }
}
