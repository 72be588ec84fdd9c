extension BenchTable {
    /// What is measured, and what it is held against.
    static func rows(jobs: Int, isLong: Bool) -> [Row] {
        throughput(jobs) + order(jobs) + ballast(jobs, isLong) + waits(isLong) + upkeep(jobs, isLong) + inserts(isLong)
    }

    private static func drain(_ name: String, _ bench: DrainBench) -> Measurement {
        Measurement(name) { try await bench.run(on: $0) }
    }

    private static func limit(_ jobs: Int, batch: Int = 100) -> Measurement {
        Measurement("limit, \(batch) at a time") { try await LimitBench(jobs: jobs, batch: batch).run(on: $0) }
    }

    private static func throughput(_ jobs: Int) -> [Row] {
        let plain = drain("drain", DrainBench(jobs: jobs))
        var light = DrainBench(jobs: jobs)
        light.worker.history = false
        var standard = DrainBench(jobs: jobs)
        standard.worker.concurrency = 64
        return [
            Row(name: "drain, jobs/s", goal: .atLeast(0.5), measured: plain, against: limit(jobs)),
            Row(
                name: "drain without history, jobs/s", goal: .atLeast(0.8),
                measured: drain("drain without history", light), against: limit(jobs)),
            Row(
                name: "drain by two processes, jobs/s", goal: .atLeast(1),
                measured: drain("two processes", DrainBench(jobs: jobs, replicas: 2)), against: plain),
            Row(
                name: "drain with 64 runs at once, jobs/s", goal: .none, measured: drain("64 at once", standard),
                against: limit(jobs)),
            Row(
                name: "limit, 1000 at a time, jobs/s", goal: .none, measured: limit(jobs, batch: 1000),
                against: limit(jobs)),
        ]
    }

    private static func order(_ jobs: Int) -> [Row] {
        let plain = drain("drain", DrainBench(jobs: jobs))
        // As the steps of receipts run, which declare no stretch.
        var (alone, hot) = (
            DrainBench(jobs: jobs, lanes: .spread(jobs / 10)), DrainBench(jobs: jobs / 20, lanes: .spread(1))
        )
        alone.worker.stretch = 1
        hot.worker.stretch = 1
        return [
            Row(
                name: "10 jobs per lane, jobs/s", goal: .atLeast(0.6),
                measured: drain("lanes of 10", DrainBench(jobs: jobs, lanes: .spread(jobs / 10))), against: plain),
            Row(
                name: "10 jobs per lane one after the other, jobs/s", goal: .atLeast(0.6),
                measured: drain("adjacent lanes of 10", DrainBench(jobs: jobs, lanes: .adjacent(jobs / 10))),
                against: plain),
            Row(
                name: "one hot lane, jobs/s", goal: .atLeast(10_000),
                measured: drain("one lane", DrainBench(jobs: jobs / 20, lanes: .spread(1)))),
            Row(
                name: "10 jobs per lane, job by job, jobs/s", goal: .none,
                measured: drain("lanes of 10, job by job", alone), against: plain),
            Row(name: "one hot lane, job by job, jobs/s", goal: .none, measured: drain("one lane, job by job", hot)),
        ]
    }

    private static func ballast(_ jobs: Int, _ isLong: Bool) -> [Row] {
        let plain = drain("drain", DrainBench(jobs: jobs))
        let (many, history) = isLong ? (1_000_000, 10_000_000) : (200_000, 1_000_000)
        return [
            Row(
                name: "100,000 waiting behind two held lanes, jobs/s", goal: .atLeast(0.9),
                measured: drain("held lanes", DrainBench(jobs: jobs, held: 100_000)), against: plain),
            Row(
                name: "100,000 ready behind a closed destination, jobs/s", goal: .atLeast(0.9),
                measured: drain("closed destination", DrainBench(jobs: jobs, closed: 100_000)), against: plain),
            Row(
                name: "100,000 ready in front that only another release can run, jobs/s", goal: .atLeast(0.9),
                measured: drain("strangers", DrainBench(jobs: jobs, strangers: 100_000)), against: plain),
            Row(
                name: "\(many) waiting, jobs/s", goal: .atLeast(0.95),
                measured: drain("\(many) behind", DrainBench(jobs: jobs, backlog: many)),
                against: drain("10000 behind", DrainBench(jobs: jobs, backlog: 10_000))),
            Row(
                name: "\(history) rows of history, jobs/s", goal: .atLeast(0.95),
                measured: drain("\(history) kept", DrainBench(jobs: jobs, history: history)), against: plain),
        ]
    }

    private static func waits(_ isLong: Bool) -> [Row] {
        let idle = Measurement("latency") { try await LatencyBench(jobs: 1000).run(on: $0) }
        let backlog = isLong ? 1_000_000 : 400_000
        let other = Measurement("latency beside a backlog of \(backlog)") {
            try await LatencyBench(jobs: 500, otherBacklog: backlog).run(on: $0)
        }
        return [
            Row(name: "commit to start, p50, ms", goal: .atMost(2), measured: idle) { $0.latency?.p50 ?? .nan },
            Row(name: "commit to start, p99, ms", goal: .atMost(10), measured: idle) { $0.latency?.p99 ?? .nan },
            Row(
                name: "p99 beside another shop's backlog of \(backlog), ms", goal: .atMost(2), measured: other,
                against: idle
            ) { $0.latency?.p99 ?? .nan },
        ]
    }

    private static func upkeep(_ jobs: Int, _ isLong: Bool) -> [Row] {
        let idle = Measurement("idle") { try await IdleBench().run(on: $0) }
        var busy = DrainBench(jobs: isLong ? 1_000_000 : jobs)
        busy.worker.concurrency = 1000
        busy.worker.jobMilliseconds = 20
        let full = drain("1000 in flight", busy)
        let horizon = Measurement("horizon") { try await HorizonBench(seconds: isLong ? 60 : 20).run(on: $0) }
        return [
            Row(name: "idle, statements/s", goal: .atMost(5), measured: idle) {
                $0.details["statements_per_second"] ?? .nan
            },
            Row(name: "idle, CPU of the worker, %", goal: .atMost(1), measured: idle) {
                $0.details["worker_cpu_percent"] ?? .nan
            },
            Row(name: "1000 jobs in flight, MB resident", goal: .atMost(40), measured: full) {
                $0.residentMegabytes ?? .nan
            },
            Row(name: "horizon pinned, share of the rate without", goal: .atLeast(0.8), measured: horizon) {
                $0.details["pinned_ratio"] ?? .nan
            },
        ]
    }

    private static func inserts(_ isLong: Bool) -> [Row] {
        let inserts = Measurement("inserts") {
            try await InsertBench(rows: isLong ? 1_000_000 : 300_000).run(on: $0)
        }
        return [
            ("copy", "COPY", 0.5), ("multi_row", "INSERT of 1000 rows", 0.5), ("single", "16 single-row sessions", 0.7),
        ]
        .map { way, name, bound in
            Row(name: "\(name): share of the rate without trigger", goal: .atLeast(bound), measured: inserts) {
                $0.details["\(way)_ratio"] ?? .nan
            }
        }
    }
}
