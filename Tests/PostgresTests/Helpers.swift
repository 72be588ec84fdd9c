import EmbeddedPostgres
import Synchronization
import TestSupport
import Testing

@testable import Postgres

extension PostgresPool {
    /// The first column of the first row.
    func one<Value: PostgresDecodable & Sendable>(
        _: Value.Type = Value.self, _ sql: String, _ parameters: Parameter...
    ) async throws(PostgresError) -> Value? {
        try await queryFirst(Statement("one", sql), parameters) { row throws(PostgresError) in
            try row.get(Value.self, 0)
        }
    }

    func run(_ sql: String, _ parameters: Parameter...) async throws(PostgresError) {
        try await execute(Statement("run", sql), parameters)
    }
}

extension Transaction {
    /// The server process that runs this transaction.
    func processID() throws(PostgresError) -> Int {
        let statement = Statement("pid", "SELECT pg_backend_pid()")
        return try query(statement) { row throws(PostgresError) in try row.get(Int.self, 0) }[0]
    }
}

extension TestDatabase {
    /// Another pool to this database.
    func pool(_ change: (inout PostgresConfiguration) -> Void = { _ in }) throws -> PostgresPool {
        var configuration = try configuration()
        change(&configuration)
        return PostgresPool(configuration)
    }

    /// Ends a server process of this database and returns when it is gone.
    func terminate(_ processID: Int) async throws {
        _ = try await pool.one(Bool.self, "SELECT pg_terminate_backend($1::int)", .int(processID))
        try await eventually {
            try await pool.one(Int.self, "SELECT count(*) FROM pg_stat_activity WHERE pid = $1", .int(processID)) == 0
        }
    }

    /// Whether a server process waits for a lock.
    func isWaitingForLock(_ processID: Int) async throws -> Bool {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock'"
        return try await pool.one(Int.self, sql, .int(processID)) == 1
    }
}

/// A point that a body on a connection's thread reaches and where it stays until it is let go.
final class Checkpoint: Sendable {
    private let reached = AsyncStream<Int>.makeStream()
    private let gate = EventDescriptor()

    /// For the body: tells its server process and blocks its own thread, which is not a cooperative one.
    func pass(_ processID: Int) {
        reached.continuation.yield(processID)
        gate.wait()
    }

    /// For the test: waits until the body is there; returns its server process.
    func arrival() async -> Int {
        for await processID in reached.stream { return processID }
        return 0
    }

    /// For the test: lets the body go on.
    func open() {
        gate.signal()
    }
}

/// What several tasks noted, in the order in which they did.
final class Notebook<Note: Sendable>: Sendable {
    private let list = Mutex<[Note]>([])

    var notes: [Note] { list.withLock { $0 } }

    func add(_ note: Note) {
        list.withLock { $0.append(note) }
    }
}
