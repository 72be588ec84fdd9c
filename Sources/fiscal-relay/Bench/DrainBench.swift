/// How fast workers empty the queue.
struct DrainBench: Hashable, Sendable {
    var jobs = 100_000
    var lanes = BenchDatabase.Lanes.none
    var replicas = 1
    var worker = BenchWorkerSettings()
    /// Ready jobs of the same shop behind those that are counted.
    var backlog = 0
    /// Jobs that wait behind two dead heads.
    var held = 0
    /// Ready jobs of a closed destination.
    var closed = 0
    /// Ready jobs in front that only another release can run.
    var strangers = 0
    /// Rows of history from earlier.
    var history = 0

    func run(on server: BenchServer) async throws -> BenchReport {
        try await server.withDatabase { try await run(in: $0) }
    }

    private func run(in database: BenchDatabase) async throws -> BenchReport {
        if held > 0 { try await database.seedHeldLanes(held) }
        if closed > 0 { try await database.seedClosedDestination(closed) }
        if strangers > 0 { try await database.seedStrangers(strangers) }
        if history > 0 { try await database.seedHistory(history) }
        try await database.seed(jobs + backlog, lanes: lanes)
        try await database.settle()
        let start = try await database.mark()
        let jobs = jobs
        let (count, resident, processor) = try await BenchFleet.with(replicas, on: database, worker) { fleet in
            try await fleet.wait { $0.done >= jobs }
            let count = await fleet.count
            await fleet.weigh()
            return (count, await fleet.residentMegabytes, await fleet.processorSeconds)
        }
        // The workers are gone, and have told the server's statistics all that they did.
        let end = try await database.mark()
        let readyAt = count.readyAt ?? .now
        return BenchReport(
            what: "drain", jobs: count.done, seconds: (count.doneAt ?? .now).seconds(since: readyAt),
            residentMegabytes: resident, cost: BenchDatabase.cost(from: start, to: end, workerSeconds: processor))
    }
}
