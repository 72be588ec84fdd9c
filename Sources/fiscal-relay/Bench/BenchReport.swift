/// What one measurement found. What it cannot know is null in JSON.
struct BenchReport: Encodable, Sendable {
    var what: String
    var jobs: Int
    var seconds: Double
    /// Commit to start, in milliseconds.
    var latency: Percentiles?
    /// Peak resident memory of the largest worker.
    var residentMegabytes: Double?
    var cost = BenchCost()
    /// What only this measurement has, under names of its own.
    var details: [String: Double] = [:]

    var jobsPerSecond: Double { seconds > 0 ? Double(jobs) / seconds : 0 }

    private enum Key: String, CodingKey {
        case what, jobs, seconds, details
        case jobsPerSecond = "jobs_per_second"
        case p50 = "p50_ms"
        case p95 = "p95_ms"
        case p99 = "p99_ms"
        case resident = "rss_mb"
        case workerProcessor = "worker_cpu_seconds_per_10k"
        case serverProcessor = "postgres_cpu_seconds_per_10k"
        case log = "wal_bytes_per_job"
        case commits = "commits_per_job"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(what, forKey: .what)
        try container.encode(jobs, forKey: .jobs)
        try container.encode(rounded(seconds), forKey: .seconds)
        try container.encode(rounded(jobsPerSecond), forKey: .jobsPerSecond)
        try container.encode(rounded(latency?.p50), forKey: .p50)
        try container.encode(rounded(latency?.p95), forKey: .p95)
        try container.encode(rounded(latency?.p99), forKey: .p99)
        try container.encode(rounded(residentMegabytes), forKey: .resident)
        try container.encode(rounded(cost.workerSeconds.map { per10k($0) }), forKey: .workerProcessor)
        try container.encode(rounded(cost.serverSeconds.map { per10k($0) }), forKey: .serverProcessor)
        try container.encode(rounded(cost.logBytes.map { perJob(Double($0)) }), forKey: .log)
        try container.encode(rounded(cost.commits.map { perJob(Double($0)) }), forKey: .commits)
        try container.encode(details.mapValues { rounded($0) }, forKey: .details)
    }

    private func perJob(_ amount: Double) -> Double { jobs > 0 ? amount / Double(jobs) : 0 }

    private func per10k(_ amount: Double) -> Double { perJob(amount) * 10_000 }

    private func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }

    private func rounded(_ value: Double?) -> Double? { value.map { rounded($0) } }

    /// The same for people: one line per figure that is known.
    var rows: [[String]] {
        let figures: [(String, Double?)] = [
            ("jobs", Double(jobs)), ("seconds", seconds), ("jobs per second", jobsPerSecond),
            ("p50, ms", latency?.p50), ("p95, ms", latency?.p95), ("p99, ms", latency?.p99),
            ("resident, MB", residentMegabytes),
            ("CPU seconds of the worker per 10,000 jobs", cost.workerSeconds.map { per10k($0) }),
            ("CPU seconds of PostgreSQL per 10,000 jobs", cost.serverSeconds.map { per10k($0) }),
            ("WAL bytes per job", cost.logBytes.map { perJob(Double($0)) }),
            ("commits per job", cost.commits.map { perJob(Double($0)) }),
        ]
        let known = figures.compactMap { name, value in value.map { [name, "\(rounded($0))"] } }
        return known + details.sorted { $0.key < $1.key }.map { [$0.key, "\(rounded($0.value))"] }
    }

    /// Prints it on standard output.
    func show(as format: OutputFormat) throws {
        switch format {
        case .json: try Listing.json(self)
        case .table: print(Listing.table(headings: [what, ""], rows: rows))
        }
    }
}

/// What a measurement cost.
struct BenchCost: Hashable, Sendable {
    /// CPU seconds of all workers together.
    var workerSeconds: Double?
    /// CPU seconds of the whole server; only of a private one.
    var serverSeconds: Double?
    var logBytes: Int64?
    var commits: Int64?
}
