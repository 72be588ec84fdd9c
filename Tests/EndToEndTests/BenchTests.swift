import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// `fiscal-relay bench` as a script, or the harness of another queue, drives it: what it prints, writes and answers.
@Suite(.timeLimit(.minutes(10))) struct BenchTests {
    /// The fields of every measurement, known or null.
    private static let fields: Set<String> = [
        "what", "jobs", "seconds", "jobs_per_second", "p50_ms", "p95_ms", "p99_ms", "rss_mb",
        "worker_cpu_seconds_per_10k", "postgres_cpu_seconds_per_10k", "wal_bytes_per_job", "commits_per_job", "details",
    ]

    private var database: TestDatabase { .current }

    /// Runs `bench` against the test's database to its end.
    private func bench(_ arguments: String..., expecting status: Int32 = 0) async throws -> Program.Result {
        let result = try await Program.run(["bench"] + arguments + ["--database", database.url])
        #expect(result.status == status, "\(arguments): \(result.output) \(result.error)")
        return result
    }

    /// The one object that a measurement prints; `known` are the fields that must have numbers, besides those that all
    /// have, and no others may.
    private func report(
        _ arguments: String..., known: Set<String>, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> [String: AnyJSON] {
        let all = ["bench"] + arguments + ["--database", database.url, "--format", "json"]
        let result = try await Program.run(all)
        #expect(result.status == 0, "\(result.output) \(result.error)", sourceLocation: sourceLocation)
        guard case .object(let report) = try JSONDecoder().decode(AnyJSON.self, from: Data(result.output.utf8)) else {
            Issue.record("no object: \(result.output)", sourceLocation: sourceLocation)
            return [:]
        }
        // What is not known is null, or absent.
        #expect(Set(report.keys).isSubset(of: Self.fields), sourceLocation: sourceLocation)
        let numbers = report.filter { if case .number = $1 { true } else { false } }
        let always: Set<String> = ["jobs", "seconds", "jobs_per_second"]
        #expect(Set(numbers.keys) == known.union(always), sourceLocation: sourceLocation)
        return report
    }

    private func number(_ sql: String) async throws -> Int? {
        try await database.pool.queryFirst(Statement("test", sql)) { row throws(PostgresError) in
            try row.getOptional(Int.self, 0)
        } ?? nil
    }

    /// A record's lines as numbers.
    private func record(_ path: String) throws -> [[Double]] {
        let data = try #require(FileManager.default.contents(atPath: path), "\(path) was not written")
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map { line in
            line.split(separator: " ").compactMap { Double($0) }
        }
    }

    @Test(.emptyDatabase) func setupMakesADatabaseFitForMeasurementsOnceAndAgain() async throws {
        for _ in 1...2 { #expect(try await bench("setup").output.isEmpty) }
        #expect(
            try await number("SELECT count(*) FROM fiscal.kind WHERE name = 'bench.noop' AND first_step = 'run'") == 1)
        // Among the events of a real shop nothing is measured.
        try await database.pool.execute(
            Statement(
                "test",
                "INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload) VALUES ('main', 'k', 'k', '', '{}')"
            ))
        #expect(try await bench("setup", expecting: 1).error.contains("shop main"))
        #expect(try await bench("drain", "--jobs", "1", expecting: 1).error.contains("shop main"))
    }

    @Test(.emptyDatabase, arguments: ["bulk", "single"]) func enqueueWritesEventsAndWhen(mode: String) async throws {
        _ = try await bench("setup")
        try await withDirectory { directory in
            let path = directory + "/record"
            let result = try await bench(
                "enqueue", "25", "--mode", mode, "--chunk", "10", "--first", "101", "--record", path)
            #expect(result.output.isEmpty && result.error.contains("wrote 25 events"))
            let lines = try record(path)
            #expect(lines.map { $0.first ?? 0 } == (101...125).map(Double.init))
            #expect(lines.allSatisfy { $0.count == 3 && $0[1] > 0 && $0[1] <= $0[2] })
            // The rows of one transaction have its times.
            #expect(Set(lines.map { $0[1] }).count == (mode == "bulk" ? 3 : 25))
        }
        #expect(
            try await number("SELECT count(*) FROM fiscal.outbox WHERE shop = 'bench' AND kind = 'bench.noop'") == 25)
        let payload = #"{"n": 125, "s": "0123456789abcdef"}"#
        #expect(try await number("SELECT count(*) FROM fiscal.outbox WHERE payload = '\(payload)'") == 1)
    }

    @Test(.emptyDatabase) func enqueueEndsAfterItsTime() async throws {
        _ = try await bench("setup")
        // The second one's turn comes when the time is over; on a machine that stood still the first one's too.
        let result = try await bench("enqueue", "1000", "--mode", "single", "--rate", "5", "--seconds", "0.1")
        let written = try await number("SELECT count(*) FROM fiscal.outbox") ?? 9
        #expect(written <= 1)
        #expect(result.error.contains("wrote \(written) events"))
    }

    private struct Line: Decodable {
        var ready: Double?
        var done: Int?
        var t: Double?
    }

    @Test(.emptyDatabase) func aWorkerTellsHowFarItIsUntilItIsAskedToEnd() async throws {
        _ = try await bench("setup")
        _ = try await bench("enqueue", "300")
        try await withDirectory { directory in
            let path = directory + "/record"
            func read(_ line: String) throws -> Line { try JSONDecoder().decode(Line.self, from: Data(line.utf8)) }
            let end = try await TalkingProcess.run([
                "bench", "worker", "--database", database.url, "--record", path, "--concurrency", "50", "--with-parent",
            ]) { lines in
                lines.last.flatMap { try? JSONDecoder().decode(Line.self, from: Data($0.utf8)) }?.done == 300
            }
            #expect(end.status == 0, "\(end.error)")
            let lines = try end.lines.map(read)
            let ready = try #require(lines.first?.ready, "\(end.lines)")
            // Nothing but the count and its time after that; neither goes back, and the last word is all.
            let said = lines.dropFirst()
            #expect(said.allSatisfy { $0.ready == nil && $0.done != nil && $0.t != nil })
            #expect(said.compactMap(\.done) == said.compactMap(\.done).sorted() && said.last?.done == 300)
            #expect(said.compactMap(\.t) == said.compactMap(\.t).sorted())
            #expect(said.allSatisfy { $0.t ?? 0 >= ready })
            let starts = try record(path)
            #expect(Set(starts.map { $0.first ?? 0 }) == Set((1...300).map(Double.init)))
            #expect(starts.count == 300 && starts.allSatisfy { $0.count == 2 && $0[1] > 0 })
        }
        #expect(try await number("SELECT count(*) FROM fiscal.job") == 0)
        // It has left the fleet, and not been found dead.
        #expect(try await number("SELECT count(*) FROM fiscal.worker WHERE stopped_at IS NULL") == 0)
    }

    /// Of somebody else's server nobody knows how much of its time went into this.
    private static let measured: Set<String> = [
        "rss_mb", "worker_cpu_seconds_per_10k", "wal_bytes_per_job", "commits_per_job",
    ]

    @Test(.emptyDatabase) func drainReportsWhatItMeasured() async throws {
        let report = try await report(
            "drain", "--jobs", "200", "--replicas", "2", "--concurrency", "20", known: Self.measured)
        #expect(report["what"] == .text("drain") && report["jobs"] == .number(200))
        #expect(try await number("SELECT count(*) FROM fiscal.event_end") == 200)
        // Everything that production writes.
        #expect(try await number("SELECT count(*) FROM fiscal.attempt") == 200)
        #expect(try await number("SELECT count(*) FROM fiscal.worker") == 2)
    }

    @Test(.emptyDatabase) func drainGoesAlongLanesAndPastWhatIsInTheWay() async throws {
        let report = try await report(
            "drain", "--jobs", "60", "--lanes", "6", "--held", "10", "--closed", "10", "--strangers", "10",
            "--no-history",
            "--stretch", "1", known: Self.measured)
        #expect(report["jobs"] == .number(60))
        #expect(try await number("SELECT count(*) FROM fiscal.attempt") == 0)
        // What was in the way still is, the heads of the two held lanes among it.
        #expect(try await number("SELECT count(*) FROM fiscal.job") == 30)
        #expect(try await number("SELECT count(*) FROM fiscal.job WHERE state = 'dead' AND holder") == 2)
    }

    @Test(.emptyDatabase) func latencyReportsWhatItMeasured() async throws {
        let report = try await report(
            "latency", "--jobs", "20", "--rate", "200", known: Self.measured.union(["p50_ms", "p95_ms", "p99_ms"]))
        #expect(report["what"] == .text("latency") && report["jobs"] == .number(20))
        #expect(report["details"]?["measured_jobs"] == .number(20))
        guard case .number(let worst) = report["details"]?["worst_ms"], case .number(let p99) = report["p99_ms"],
            case .number(let p50) = report["p50_ms"]
        else {
            Issue.record("no latencies")
            return
        }
        // A job may start before its shop has heard of the commit: they may be less than zero.
        #expect(worst >= p99 && p99 >= p50)
    }

    @Test(.emptyDatabase) func limitReportsWhatPlainSQLDoes() async throws {
        let report = try await report(
            "limit", "--jobs", "400", "--batch", "50", "--sessions", "2",
            known: ["worker_cpu_seconds_per_10k", "wal_bytes_per_job"])
        #expect(report["what"] == .text("limit, 50 at a time") && report["jobs"] == .number(400))
        #expect(try await number("SELECT count(*) FROM bench.job") == 0)
    }

    @Test(.emptyDatabase) func aTableSaysTheSameToPeople() async throws {
        let shown = try await bench("drain", "--jobs", "10")
        #expect(shown.output.contains("drain") && shown.output.contains("jobs per second"))
        #expect(shown.output.contains("resident, MB") && !shown.output.contains("p99"))
    }

    /// Wrong usage: nothing is measured, and what is allowed is said.
    @Test(arguments: [
        ["drain", "--jobs", "0"], ["drain", "--replicas", "17"], ["drain", "--concurrency", "0"],
        ["drain", "--claimers", "9"], ["drain", "--batch", "1001"], ["drain", "--stretch", "0"],
        ["drain", "--job-milliseconds=-1"], ["drain", "--held=-1"], ["latency", "--rate", "0"],
        ["latency", "--other-backlog=-1"], ["latency", "--replicas", "0"], ["limit", "--jobs", "0"],
        ["limit", "--sessions", "25"], ["horizon", "--seconds", "1"], ["idle", "--seconds", "0"],
        ["inserts", "--rows", "0"], ["enqueue", "0", "--database", "x"],
        ["enqueue", "1", "--database", "x", "--chunk", "10001"], ["enqueue", "1", "--database", "x", "--rate", "0"],
        ["enqueue", "1", "--database", "x", "--seconds", "0"], ["worker", "--database", "x", "--concurrency", "10001"],
    ]) func whatIsNotAllowedIsNamed(arguments: [String]) async throws {
        let result = try await Program.run(["bench"] + arguments)
        #expect(result.status == 64, "\(result.error)")
        #expect(result.output.isEmpty && result.error.contains("allowed: "), "\(result.error)")
    }

    @Test(arguments: [
        ["enqueue", "--database", "x"], ["enqueue", "1"], ["setup"], ["worker"], ["drain", "--format", "xml"],
        ["enqueue", "1", "--database", "x", "--mode", "slow"], ["nothing"],
    ]) func whatIsMissingOrUnknownIsWrongUsage(arguments: [String]) async throws {
        let result = try await Program.run(["bench"] + arguments)
        #expect(result.status == 64, "\(result.error)")
        #expect(result.output.isEmpty && !result.error.isEmpty)
    }

    @Test func aDatabaseThatIsNotThereIsAFailure() async throws {
        for arguments in [["setup"], ["drain", "--jobs", "1"], ["enqueue", "1"]] {
            let result = try await Program.run(
                ["bench"] + arguments + ["--database", "postgresql:///none?host=/nowhere&connect_timeout=5"])
            #expect(result.status == 1, "\(arguments): \(result.output)")
            #expect(result.output.isEmpty && !result.error.isEmpty)
        }
    }
}
