import FoundationEssentials

/// How long it takes from the commit of an event to the start of its job, while there is little to do.
struct LatencyBench: Hashable, Sendable {
    var jobs = 1000
    /// Events per second, one by one.
    var rate = 50.0
    var replicas = 1
    var worker = BenchWorkerSettings()
    /// Ready jobs of another shop that the workers are busy with meanwhile.
    var otherBacklog = 0

    func run(on server: BenchServer) async throws -> BenchReport {
        try await server.withDatabase { try await run(in: $0) }
    }

    private func run(in database: BenchDatabase) async throws -> BenchReport {
        let directory = FileManager.default.temporaryDirectory.appending(path: "fiscal-relay-bench-\(UUID())").path()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let records = (0..<replicas).map { "\(directory)/worker-\($0)" }
        if otherBacklog > 0 { try await database.seed(otherBacklog, shop: BenchKind.otherShop) }
        try await database.settle()

        let start = try await database.mark()
        var committed: [Int: MonotonicInstant] = [:]
        var seconds = 0.0
        let shift = otherBacklog
        let fleetUse = try await BenchFleet.with(replicas, on: database, worker, records: records) { fleet in
            let begin = MonotonicInstant.now
            let load = EnqueueLoad(count: jobs, mode: .single, rate: rate)
            let written = try await load.run(over: database.pool, from: shift + 1) { numbers, _, after in
                committed[numbers.lowerBound] = after
            }
            if otherBacklog == 0 {
                try await fleet.wait { $0.done >= written }
            } else {
                try await Self.wait(for: database)
            }
            seconds = MonotonicInstant.now.seconds(since: begin)
            await fleet.weigh()
            return (await fleet.residentMegabytes, await fleet.processorSeconds, await fleet.count.done)
        }
        let end = try await database.mark()
        var started: [Int: MonotonicInstant] = [:]
        for record in records {
            for (number, times) in try RecordFile.read(record) where number > shift { started[number] = times.first }
        }
        let latencies = committed.compactMap { number, after in
            started[number].map { $0.seconds(since: after) * 1000 }
        }
        guard latencies.count == committed.count else {
            throw CommandFailure("only \(latencies.count) of \(committed.count) jobs have run")
        }
        var report = BenchReport(
            what: "latency", jobs: fleetUse.2, seconds: seconds, latency: Percentiles(of: latencies),
            residentMegabytes: fleetUse.0,
            cost: BenchDatabase.cost(from: start, to: end, workerSeconds: fleetUse.1))
        report.details["worst_ms"] = latencies.max() ?? 0
        report.details["measured_jobs"] = Double(latencies.count)
        return report
    }

    /// Waits until no job of the measured shop is left.
    private static func wait(for database: BenchDatabase) async throws {
        while try await database.hasJobs(of: BenchKind.shop) { try await Task.sleep(for: .milliseconds(50)) }
    }
}
