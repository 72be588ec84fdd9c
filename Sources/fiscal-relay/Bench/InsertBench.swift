import FoundationEssentials
import Postgres

/// What the outbox's trigger costs those who write events: the same inserts into a table that has all but the trigger.
struct InsertBench: Hashable, Sendable {
    enum Way: String, Hashable, Sendable, CaseIterable {
        case copy
        case multiRow = "multi_row"
        case single
    }

    /// Rows by COPY, and by INSERTs of a thousand.
    var rows = 1_000_000
    /// How long the single INSERTs go on.
    var seconds = 5.0
    var sessions = 16

    func run(on server: BenchServer) async throws -> BenchReport {
        var report = BenchReport(what: "inserts", jobs: 0, seconds: 0)
        for way in Way.allCases {
            let (plain, ours) =
                switch way {
                case .copy: try await apart(on: server, copy)
                case .multiRow: try await apart(on: server, insertMany)
                case .single: try await alternating(on: server)
                }
            report.jobs += ours.rows
            report.seconds += ours.seconds
            report.details["\(way.rawValue)_plain_per_second"] = plain.perSecond
            report.details["\(way.rawValue)_per_second"] = ours.perSecond
            report.details["\(way.rawValue)_ratio"] = ours.perSecond / plain.perSecond
        }
        return report
    }

    private static let (plain, ours) = ("bench.outbox", "fiscal.outbox")

    private struct Figure {
        var rows = 0
        var seconds = 0.0
        var perSecond: Double { Double(rows) / seconds }
    }

    /// One after the other, each in a database of its own.
    private func apart(
        on server: BenchServer, _ write: (String, PostgresPool) async throws -> Int
    ) async throws -> (plain: Figure, ours: Figure) {
        func figure(_ table: String) async throws -> Figure {
            try await withTables(on: server) { pool in
                let begin = MonotonicInstant.now
                let rows = try await write(table, pool)
                return Figure(rows: rows, seconds: MonotonicInstant.now.seconds(since: begin))
            }
        }
        return (try await figure(Self.plain), try await figure(Self.ours))
    }

    /// Short windows in turn: how fast a disk makes commits durable changes from one second to the next.
    private func alternating(on server: BenchServer) async throws -> (plain: Figure, ours: Figure) {
        try await withTables(on: server) { pool in
            // So that every session has connected, and has its statements prepared.
            for table in [Self.plain, Self.ours] { _ = try await insertSingly(into: table, pool, for: 0.2) }
            var figures = [Self.plain: Figure(), Self.ours: Figure()]
            for window in 0..<Self.windows {
                let tables = [Self.plain, Self.ours]
                for table in window.isMultiple(of: 2) ? tables : tables.reversed() {
                    let begin = MonotonicInstant.now
                    let rows = try await insertSingly(into: table, pool, for: seconds / Double(Self.windows))
                    figures[table]?.rows += rows
                    figures[table]?.seconds += MonotonicInstant.now.seconds(since: begin)
                }
            }
            return (figures[Self.plain] ?? Figure(), figures[Self.ours] ?? Figure())
        }
    }

    private static let windows = 10

    private func withTables<Value>(
        on server: BenchServer, _ body: (PostgresPool) async throws -> Value
    ) async throws -> Value {
        try await server.withDatabase { database in
            try await database.run(
                "bench_plain_outbox", "CREATE SCHEMA IF NOT EXISTS bench",
                "CREATE TABLE IF NOT EXISTS bench.outbox (LIKE fiscal.outbox INCLUDING ALL)", "CHECKPOINT")
            return try await body(database.pool)
        }
    }

    private func copy(into table: String, _ pool: PostgresPool) async throws -> Int {
        let (rows, run) = (rows, UUID().uuidString)
        return try await pool.withConnection { connection throws(PostgresError) in
            try connection.copyIn(
                Statement("bench_copy", "COPY \(table) (shop, kind, event_key, subject, payload) FROM STDIN"),
                (1...rows).lazy.map { number in
                    [
                        .text(BenchKind.shop), .text(BenchKind.name), .text("\(run):\(number)"), .text(""),
                        .json(BenchKind.payload(number)),
                    ]
                })
        }
    }

    private func insertMany(into table: String, _ pool: PostgresPool) async throws -> Int {
        let (rows, run, chunk) = (rows, UUID().uuidString, 1000)
        let insert = Statement(
            "bench_insert_many",
            """
            INSERT INTO \(table) (shop, kind, event_key, subject, payload)
            SELECT '\(BenchKind.shop)', '\(BenchKind.name)', e.key, '', e.payload
            FROM unnest($1::text[], $2::jsonb[]) AS e (key, payload)
            """)
        return try await pool.withConnection { connection throws(PostgresError) in
            var written = 0
            while written < rows {
                let numbers = (written + 1)...min(rows, written + chunk)
                written += try connection.execute(
                    insert, [.texts(numbers.map { "\(run):\($0)" }), .jsons(numbers.map(BenchKind.payload))])
            }
            return written
        }
    }

    private func insertSingly(into table: String, _ pool: PostgresPool, for seconds: Double) async throws -> Int {
        let insert = Statement(
            "bench_insert_one",
            """
            INSERT INTO \(table) (shop, kind, event_key, subject, payload)
            VALUES ('\(BenchKind.shop)', '\(BenchKind.name)', $1, '', $2)
            """)
        let (run, end) = (UUID().uuidString, MonotonicInstant.now.advanced(bySeconds: seconds))
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for session in 0..<sessions {
                group.addTask {
                    try await pool.withConnection { connection throws(PostgresError) in
                        var written = 0
                        while MonotonicInstant.now < end {
                            let parameters: [Parameter] = [
                                .text("\(run):\(session):\(written)"), .json(BenchKind.payload(written)),
                            ]
                            written += try connection.execute(insert, parameters)
                        }
                        return written
                    }
                }
            }
            return try await group.reduce(0, +)
        }
    }
}
