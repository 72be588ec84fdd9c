/// What a worker costs that has nothing to do.
struct IdleBench: Hashable, Sendable {
    var seconds = 20
    var worker = BenchWorkerSettings()

    func run(on server: BenchServer) async throws -> BenchReport {
        try await server.withDatabase { try await run(in: $0) }
    }

    private func run(in database: BenchDatabase) async throws -> BenchReport {
        try await BenchFleet.with(1, on: database, worker) { fleet in
            // The start is over, and the statistics of its sessions have been told.
            try await Task.sleep(for: .seconds(4))
            await fleet.weigh()
            let before = await fleet.processorSeconds
            let start = try await database.mark()
            let begin = MonotonicInstant.now
            try await Task.sleep(for: .seconds(seconds))
            let end = try await database.mark()
            await fleet.weigh()
            let took = MonotonicInstant.now.seconds(since: begin)
            let processor = await fleet.processorSeconds - before
            var report = BenchReport(
                what: "idle", jobs: 0, seconds: took, residentMegabytes: await fleet.residentMegabytes,
                cost: BenchDatabase.cost(from: start, to: end, workerSeconds: processor))
            report.details = [
                "statements_per_second": Double(end.commits - start.commits) / took,
                "worker_cpu_percent": processor / took * 100,
                "postgres_cpu_percent": (report.cost.serverSeconds ?? 0) / took * 100,
            ]
            return report
        }
    }
}
