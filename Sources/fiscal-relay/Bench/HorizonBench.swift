import Postgres

/// How much throughput is left while a transaction elsewhere keeps the server from cleaning up.
///
/// A feeder keeps the workers busy all the time; the first window is without, the second with an open snapshot.
struct HorizonBench: Hashable, Sendable {
    /// Length of each window.
    var seconds = 60
    var replicas = 1
    var worker = BenchWorkerSettings()

    /// Ready jobs that the feeder keeps in front of the workers.
    private static let stock = 20_000
    private static let chunk = 5000

    func run(on server: BenchServer) async throws -> BenchReport {
        try await server.withDatabase { try await run(in: $0) }
    }

    private func run(in database: BenchDatabase) async throws -> BenchReport {
        try await database.settle()
        let start = try await database.mark()
        let (free, pinned, last, count, resident, processor) = try await BenchFleet.with(
            replicas, on: database, worker
        ) { fleet in
            try await withThrowingTaskGroup(of: Void.self) { feeders in
                feeders.addTask { try await Self.feed(database, fleet) }
                try await fleet.wait { $0.done >= Self.stock }
                let free = try await Self.rate(of: fleet, over: seconds)
                async let pin: Void = Self.pin(database, for: seconds + 1)
                let early = max(1, seconds * 5 / 6)
                let first = try await Self.rate(of: fleet, over: early)
                let last = try await Self.rate(of: fleet, over: max(1, seconds - early))
                let pinned =
                    (first * Double(early) + last * Double(max(1, seconds - early)))
                    / Double(early + max(1, seconds - early))
                try await pin
                await fleet.weigh()
                let results = (
                    free, pinned, last, await fleet.count, await fleet.residentMegabytes, await fleet.processorSeconds
                )
                feeders.cancelAll()
                return results
            }
        }
        let end = try await database.mark()
        var report = BenchReport(
            what: "horizon", jobs: count.done,
            seconds: (count.doneAt ?? .now).seconds(since: count.readyAt ?? .now), residentMegabytes: resident,
            cost: BenchDatabase.cost(from: start, to: end, workerSeconds: processor))
        report.details = [
            "free_jobs_per_second": free, "pinned_jobs_per_second": pinned,
            "pinned_last_sixth_jobs_per_second": last, "pinned_ratio": free > 0 ? pinned / free : 0,
        ]
        return report
    }

    /// Keeps so many ready jobs in front of the workers, until cancelled.
    private static func feed(_ database: BenchDatabase, _ fleet: BenchFleet) async throws {
        var written = 0
        while !Task.isCancelled {
            let enough = written - stock
            try await fleet.wait { $0.done >= enough }
            try await database.seed(chunk)
            written += chunk
        }
    }

    /// Jobs per second recorded in the next `seconds`.
    private static func rate(of fleet: BenchFleet, over seconds: Int) async throws -> Double {
        let start = await fleet.count
        try await Task.sleep(for: .seconds(seconds))
        let end = await fleet.count
        guard let from = start.doneAt, let to = end.doneAt, to > from else { return 0 }
        return Double(end.done - start.done) / to.seconds(since: from)
    }

    /// Holds a snapshot open.
    private static func pin(_ database: BenchDatabase, for seconds: Int) async throws {
        try await database.pool.withTransaction(TransactionOptions(isolation: .repeatableRead)) {
            transaction throws(PostgresError) in
            try transaction.execute(Statement("bench_snapshot", "SELECT count(*) FROM fiscal.kind"))
            try transaction.execute(Statement("bench_pin", "SELECT pg_sleep($1)"), [.double(Double(seconds))])
        }
    }
}
