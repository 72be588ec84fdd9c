import ArgumentParser

struct BenchLimitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limit",
        abstract: "What plain SQL does at best: claim with SKIP LOCKED, complete by DELETE, two transactions.")

    @OptionGroup var place: BenchPlaceOptions
    @Option(help: "Jobs.") var jobs = 200_000
    @Option(help: "Jobs per claim: 100 and 1000 are what others are compared with.") var batch = 100
    @Option(help: "Sessions.") var sessions = 4

    func validate() throws {
        guard jobs > 0, batch > 0 else { throw ValidationError("--jobs, --batch: allowed: 1 or more.") }
        guard (1...24).contains(sessions) else { throw ValidationError("--sessions: allowed: 1 to 24.") }
    }

    func run() async throws {
        try await BenchServer.with(place.database) { server in
            try await LimitBench(jobs: jobs, batch: batch, sessions: sessions).run(on: server)
        }.show(as: place.output.format)
    }
}

struct BenchDrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "How fast workers run jobs that do nothing, with all that production writes.")

    @OptionGroup var place: BenchPlaceOptions
    @OptionGroup var worker: BenchWorkerOptions
    @Option(help: "Jobs to run.") var jobs = 200_000
    @Option(help: "Lanes that they share; 0: each has its own.") var lanes = 0
    @Flag(help: "The jobs of a lane follow upon each other.") var adjacent = false
    @Option(help: "Worker processes.") var replicas = 1
    @Option(help: "More ready jobs behind those.") var backlog = 0
    @Option(help: "Jobs waiting behind two held lanes.") var held = 0
    @Option(help: "Ready jobs of a closed destination.") var closed = 0
    @Option(help: "Ready jobs in front that only another release can run.") var strangers = 0
    @Option(help: "Rows of history from earlier.") var history = 0

    func validate() throws {
        guard jobs > 0 else { throw ValidationError("--jobs: allowed: 1 or more.") }
        guard (1...16).contains(replicas) else { throw ValidationError("--replicas: allowed: 1 to 16.") }
        guard lanes >= 0, backlog >= 0, held >= 0, closed >= 0, strangers >= 0, history >= 0 else {
            throw ValidationError("--lanes, --backlog, --held, --closed, --strangers, --history: allowed: 0 or more.")
        }
    }

    func run() async throws {
        let shared: BenchDatabase.Lanes = lanes == 0 ? .none : adjacent ? .adjacent(lanes) : .spread(lanes)
        let bench = DrainBench(
            jobs: jobs, lanes: shared, replicas: replicas, worker: worker.settings, backlog: backlog, held: held,
            closed: closed, strangers: strangers, history: history)
        try await BenchServer.with(place.database) { try await bench.run(on: $0) }.show(as: place.output.format)
    }
}

struct BenchLatencyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency", abstract: "From the commit of an event to the start of its job.")

    @OptionGroup var place: BenchPlaceOptions
    @OptionGroup var worker: BenchWorkerOptions
    @Option(help: "Events per second, one by one.") var rate = 50.0
    @Option(help: "Events.") var jobs = 1000
    @Option(help: "Worker processes.") var replicas = 1
    @Option(help: "Ready jobs of another shop that the workers are busy with meanwhile.") var otherBacklog = 0

    func validate() throws {
        guard jobs > 0, rate > 0, otherBacklog >= 0 else {
            throw ValidationError("--jobs, --rate: allowed: more than 0; --other-backlog: 0 or more.")
        }
        guard (1...16).contains(replicas) else { throw ValidationError("--replicas: allowed: 1 to 16.") }
    }

    func run() async throws {
        let bench = LatencyBench(
            jobs: jobs, rate: rate, replicas: replicas, worker: worker.settings, otherBacklog: otherBacklog)
        try await BenchServer.with(place.database) { try await bench.run(on: $0) }.show(as: place.output.format)
    }
}

struct BenchHorizonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "horizon", abstract: "Throughput while an open transaction elsewhere keeps dead rows from vacuum.")

    @OptionGroup var place: BenchPlaceOptions
    @OptionGroup var worker: BenchWorkerOptions
    @Option(help: "Length of each of the two windows, without and with that transaction.") var seconds = 60
    @Option(help: "Worker processes.") var replicas = 1

    func validate() throws {
        guard seconds >= 2 else { throw ValidationError("--seconds: allowed: 2 or more.") }
        guard (1...16).contains(replicas) else { throw ValidationError("--replicas: allowed: 1 to 16.") }
    }

    func run() async throws {
        let bench = HorizonBench(seconds: seconds, replicas: replicas, worker: worker.settings)
        try await BenchServer.with(place.database) { try await bench.run(on: $0) }.show(as: place.output.format)
    }
}

struct BenchInsertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inserts", abstract: "Inserts into the outbox, with and without what makes their jobs.")

    @OptionGroup var output: FormatOptions
    @Option(help: "Rows by COPY, and by INSERTs of a thousand.") var rows = 1_000_000
    @Option(help: "Seconds of single INSERTs.") var seconds = 5.0
    @Option(help: "Sessions of single INSERTs.") var sessions = 16

    func validate() throws {
        guard rows > 0, seconds > 0 else { throw ValidationError("--rows, --seconds: allowed: more than 0.") }
        guard (1...24).contains(sessions) else { throw ValidationError("--sessions: allowed: 1 to 24.") }
    }

    func run() async throws {
        try await BenchServer.with(nil) { server in
            try await InsertBench(rows: rows, seconds: seconds, sessions: sessions).run(on: server)
        }.show(as: output.format)
    }
}

struct BenchIdleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle", abstract: "What a worker costs that has nothing to do.")

    @OptionGroup var place: BenchPlaceOptions
    @OptionGroup var worker: BenchWorkerOptions
    @Option(help: "Seconds to look at it.") var seconds = 20

    func validate() throws {
        guard seconds >= 1 else { throw ValidationError("--seconds: allowed: 1 or more.") }
    }

    func run() async throws {
        let bench = IdleBench(seconds: seconds, worker: worker.settings)
        try await BenchServer.with(place.database) { try await bench.run(on: $0) }.show(as: place.output.format)
    }
}
