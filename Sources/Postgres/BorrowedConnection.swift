/// A connection lent to a synchronous body on its thread: several statements in one visit, each its own transaction
/// unless ``withTransaction(_:_:)`` joins them.
package struct BorrowedConnection: ~Copyable {
    let session: Session

    /// Runs a query and decodes every row.
    ///
    /// - Throws: ``PostgresError``; `outcomeUnknown` if the connection is lost while the statement runs.
    package func query<Value>(
        _ statement: Statement, _ parameters: [Parameter] = [],
        _ decode: (borrowing Row) throws(PostgresError) -> Value
    ) throws(PostgresError) -> [Value] {
        try session.query(statement, parameters, decode)
    }

    /// Runs a statement for its effect.
    ///
    /// - Returns: How many rows it inserted, changed, deleted or returned.
    /// - Throws: ``PostgresError``; `outcomeUnknown` if the connection is lost while the statement runs.
    @discardableResult
    package func execute(_ statement: Statement, _ parameters: [Parameter] = []) throws(PostgresError) -> Int {
        try session.execute(statement, parameters)
    }

    /// Runs a text of several SQL statements without parameters or results, for schema changes.
    ///
    /// - Throws: ``PostgresError`` in the name of `name`.
    package func executeScript(_ name: String, _ sql: String) throws(PostgresError) {
        _ = try session.run(sql: sql, as: name, onLoss: .outcomeUnknown)
    }

    /// Sends rows to a `COPY table (columns) FROM STDIN`, each value in the text form of its column.
    ///
    /// - Returns: How many rows the server took.
    /// - Throws: ``PostgresError``; of a COPY all rows count or none.
    @discardableResult
    package func copyIn(
        _ statement: Statement, _ rows: some Sequence<[Parameter]>
    ) throws(PostgresError) -> Int {
        try session.copyIn(statement, rows)
    }

    /// Runs `body` between BEGIN and COMMIT.
    ///
    /// - Throws: ``PostgresError``; nothing is committed then, unless it is `outcomeUnknown`.
    package func withTransaction<Value>(
        _ options: TransactionOptions = TransactionOptions(),
        _ body: (borrowing Transaction) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        try session.withTransaction(options, body)
    }

    /// Whether the server process that answers is the one this connection was given: no pooler stands between.
    package func isDirect() -> Bool { session.isDirect() }
}
