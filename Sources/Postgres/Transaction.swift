/// A transaction under way, lent to a synchronous body on the connection's thread.
///
/// It cannot be kept: COMMIT or ROLLBACK follows when the body returns or throws. A body must not wait for anything
/// but the database.
package struct Transaction: ~Copyable {
    let session: Session

    /// Runs a query and decodes every row.
    ///
    /// - Throws: ``PostgresError``. After a `server` error the transaction can only be rolled back, which happens
    ///   when the body throws on.
    package func query<Value>(
        _ statement: Statement, _ parameters: [Parameter] = [],
        _ decode: (borrowing Row) throws(PostgresError) -> Value
    ) throws(PostgresError) -> [Value] {
        try session.query(statement, parameters, decode)
    }

    /// Runs a query and decodes its first row, if there is one.
    ///
    /// - Throws: ``PostgresError``, as ``query(_:_:_:)`` does.
    package func queryFirst<Value>(
        _ statement: Statement, _ parameters: [Parameter] = [],
        _ decode: (borrowing Row) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value? {
        try session.query(statement, parameters, decode).first
    }

    /// Runs a statement for its effect.
    ///
    /// - Returns: How many rows it inserted, changed, deleted or returned.
    /// - Throws: ``PostgresError``, as ``query(_:_:_:)`` does.
    @discardableResult
    package func execute(_ statement: Statement, _ parameters: [Parameter] = []) throws(PostgresError) -> Int {
        try session.execute(statement, parameters)
    }

    /// Runs a text of several SQL statements without parameters or results, for schema changes.
    ///
    /// - Throws: ``PostgresError`` in the name of `name`; of kind `misuse` if the text ended the transaction.
    package func executeScript(_ name: String, _ sql: String) throws(PostgresError) {
        _ = try session.run(sql: sql, as: name)
        guard session.isInTransaction else {
            throw PostgresError(.misuse, in: name, note: "the text ended the transaction that it runs in")
        }
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

    /// Runs `body` as a part that may fail by itself: what it throws undoes the part and leaves the rest usable.
    ///
    /// - Throws: What `body` throws, after the part has been undone.
    package func savepoint<Value>(
        _ body: (borrowing Transaction) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        _ = try session.run(sql: "SAVEPOINT part", as: "savepoint")
        do throws(PostgresError) {
            let value = try body(self)
            _ = try session.run(sql: "RELEASE part", as: "release")
            return value
        } catch {
            if !session.isBroken { _ = try session.run(sql: "ROLLBACK TO part; RELEASE part", as: "rollback to") }
            throw error
        }
    }
}
