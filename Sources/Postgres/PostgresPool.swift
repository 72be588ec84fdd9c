import Synchronization

/// Connections to one database, opened when needed, lent to one caller at a time.
///
/// Waiting is bounded and fair, a connection that broke is replaced, and one that died while nobody used it is
/// replaced before anything is sent on it, so that callers do not notice a restart of the server between their calls.
package final class PostgresPool: Sendable {
    package let configuration: PostgresConfiguration
    let shared: Mutex<PoolShared>

    /// Opens nothing yet.
    ///
    /// - Precondition: `configuration.poolSize` is at least 1.
    package init(_ configuration: PostgresConfiguration) {
        self.configuration = configuration
        shared = Mutex(PoolShared(size: configuration.poolSize))
    }

    deinit {
        let left = shared.withLock { $0.state.close().idle }
        guard !left.isEmpty else { return }
        Task { for pooled in left { await pooled.connection.close() } }
    }

    /// Runs a query, a transaction of its own, and decodes every row on the connection's thread.
    ///
    /// - Throws: ``PostgresError``; `outcomeUnknown` if the connection is lost while the statement runs.
    package func query<Value: Sendable>(
        _ statement: Statement, _ parameters: [Parameter] = [],
        _ decode: @Sendable (borrowing Row) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> [Value] {
        try await lend(statement.name) { session throws(PostgresError) in
            try session.query(statement, parameters, decode)
        }
    }

    /// Runs a query, a transaction of its own, and decodes its first row, if there is one.
    ///
    /// - Throws: ``PostgresError``; `outcomeUnknown` if the connection is lost while the statement runs.
    package func queryFirst<Value: Sendable>(
        _ statement: Statement, _ parameters: [Parameter] = [],
        _ decode: @Sendable (borrowing Row) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value? {
        try await query(statement, parameters, decode).first
    }

    /// Runs a statement, a transaction of its own, for its effect.
    ///
    /// - Returns: How many rows it inserted, changed, deleted or returned.
    /// - Throws: ``PostgresError``; `outcomeUnknown` if the connection is lost while the statement runs.
    @discardableResult
    package func execute(
        _ statement: Statement, _ parameters: [Parameter] = []
    ) async throws(PostgresError) -> Int {
        try await lend(statement.name) { session throws(PostgresError) in
            try session.execute(statement, parameters)
        }
    }

    /// Sends rows to a `COPY table (columns) FROM STDIN`, each value in the text form of its column.
    ///
    /// - Returns: How many rows the server took.
    /// - Throws: ``PostgresError``; of a COPY all rows count or none.
    @discardableResult
    package func copyIn(_ statement: Statement, _ rows: [[Parameter]]) async throws(PostgresError) -> Int {
        try await lend(statement.name) { session throws(PostgresError) in
            try session.copyIn(statement, rows)
        }
    }

    /// Runs `body` between BEGIN and COMMIT, in one visit to a connection's thread.
    ///
    /// `body` is synchronous: it waits for nothing but the database, and nothing else can join its transaction.
    /// - Throws: ``PostgresError``; nothing is committed then, unless it is `outcomeUnknown`.
    package func withTransaction<Value: Sendable>(
        _ options: TransactionOptions = TransactionOptions(),
        _ body: @Sendable (borrowing Transaction) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        try await lend("transaction") { session throws(PostgresError) in
            try session.withTransaction(options, body)
        }
    }

    /// Lends a connection to a synchronous body on its thread, for several statements in one visit.
    ///
    /// - Throws: What `body` throws, or ``PostgresError`` if there is no connection.
    package func withConnection<Value: Sendable>(
        _ body: @Sendable (borrowing BorrowedConnection) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        try await lend("connection") { session throws(PostgresError) in
            try body(BorrowedConnection(session: session))
        }
    }

    /// Numbers for metrics and for `doctor`.
    package var statistics: PoolStatistics {
        shared.withLock { shared in
            PoolStatistics(
                size: shared.state.size, taken: shared.state.taken, idle: shared.state.idleCount,
                waiting: shared.state.waitingCount, opened: shared.opened, failures: shared.failures)
        }
    }
}
