import Postgres
import TestSupport

@testable import JobQueue

/// A session of the release of migration 0010, with the rights that it has there.
struct OldRelease: Sendable {
    let connection: Connection

    static func connect(as role: String = "fiscal_worker") async throws -> OldRelease {
        let connection = try await Connection.open(TestDatabase.current.configuration())
        _ = try await connection.execute(Statement("role", "SET ROLE \(role)"))
        return OldRelease(connection: connection)
    }

    func close() async { await connection.close() }

    /// Runs a statement as that release has it, with its parameters; the rows as the server writes them: `(1,t)`.
    @discardableResult
    func say(_ sql: String, _ parameters: Parameter...) async throws -> [String] {
        try await connection.query(Statement("old", "SELECT said::text FROM (\(sql)) AS said"), parameters) {
            row throws(PostgresError) in try row.get(String.self, 0)
        }
    }

    /// Registers a worker that knows the steps `send` (resend) and `tell` (none) of kind `test`.
    func register() async throws -> Int64 {
        let said = try await say(
            "SELECT fiscal.register_worker($1, $2, $3, $4, $5, $6, $7)", .text("old"), .text("1"), .int(3_600_000),
            .texts(["test", "test"]), .texts(["send", "tell"]), .texts(["resend", "none"]), .ints([5000, 5000]))
        return Int64(said.first?.dropFirst().dropLast() ?? "") ?? 0
    }

    /// Claims ready jobs of shop `shop` in a queue, and due ones; `(id, run_no)` of each.
    func claim(_ worker: Int64, _ room: Int64, queue: String = "local") async throws -> [(job: Int64, run: Int64)] {
        let rows = try await connection.query(
            Statement(
                "old_claim",
                "SELECT * FROM fiscal.claim($1, $2::int, $3, $4, $5::smallint[], $6, $7, $8::int[], $9, $10, $11, $12)"),
            [
                .int(worker), .int(room), .texts([queue]), .texts(["shop"]), .ints([0]),
                .timestamps([.negativeInfinity]), .ints([0]), .ints([room]), .texts([queue]),
                .timestamps([.negativeInfinity]), .ints([0]), .bool(true),
            ]
        ) { row throws(PostgresError) in
            // By their places, as that release reads them: the last of them is the 28th.
            _ = try row.getOptional(Timestamp.self, 27)
            return (job: try row.getOptional(Int64.self, 1), run: try row.getOptional(Int64.self, 2))
        }
        return rows.compactMap { row in row.job.flatMap { job in row.run.map { (job, $0) } } }
    }

    /// Ends a job.
    func finish(_ worker: Int64, _ job: Int64, _ run: Int64) async throws -> [String] {
        try await say(
            "SELECT fiscal.finish($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", .int(worker), .ints([job]), .ints([run]),
            .texts(["ok"]), .bools([true]), .timestamps([nil]), .timestamps([nil]), .texts([nil]), .byteses([nil]),
            .texts([nil]))
    }

    /// Moves a job on, by default to another run at once of the same step.
    func move(
        _ worker: Int64, _ job: Int64, _ run: Int64, _ verdict: String, to state: String, step: String? = nil,
        queue: String? = nil
    ) async throws -> [String] {
        try await say(
            """
            SELECT fiscal.move($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::int[], $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
            """,
            .int(worker), .ints([job]), .ints([run]), .texts([verdict]), .texts([state]), .ints([0]),
            .bools([verdict == "later"]), .texts([step]), .texts([queue]), .ints([nil]), .texts([nil]),
            .timestamps([nil]), .texts([step == nil ? "code" : nil]), .texts([step == nil ? "reason" : nil]),
            .timestamps([nil]), .timestamps([nil]), .texts([nil]), .byteses([nil]), .texts([nil]), .bools([true]))
    }

    /// Brings what a run heard that has lost its job.
    func keepEvidence(_ worker: Int64, _ job: Int64, _ run: Int64, _ evidence: String?) async throws -> [String] {
        try await say(
            """
            SELECT job, run, finding FROM fiscal.keep_evidence(
                $1, $2, $3, $4, $5, $6, $7::int[], $8::int[], $9::int[], $10, $11, $12, $13, $14, $15, $16, $17, $18)
            """,
            .int(worker), .ints([job]), .ints([run]), .texts(["finish"]), .texts(["test"]), .texts(["send"]),
            .ints([1]),
            .ints([1]), .ints([0]), .ints([job]), .timestamps([.infinity]), .texts([nil]), .texts([nil]),
            .timestamps([nil]), .timestamps([nil]), .byteses([nil]), .texts([evidence]), .bools([false]))
    }
}
