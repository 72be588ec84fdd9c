import CPostgres

extension Session {
    /// Opens a transaction; a failure leaves none open.
    func begin(_ options: TransactionOptions) throws(PostgresError) {
        guard !isInTransaction else {
            throw PostgresError(.misuse, in: "begin", note: "a transaction is open already; use savepoint")
        }
        do throws(PostgresError) {
            _ = try run(sql: options.begin, as: "begin")
        } catch {
            rollBack()
            throw error
        }
    }

    /// Commits and makes sure of it by the tag of the answer.
    func commit() throws(PostgresError) {
        guard isInTransaction else {
            throw PostgresError(.misuse, in: "commit", note: "the body ended the transaction by itself")
        }
        let result = try run(sql: "COMMIT", as: "commit", onLoss: .outcomeUnknown)
        guard result.commandTag == "COMMIT" else {
            throw PostgresError(
                .commitRolledBack, in: "commit", note: "a statement had failed and its error was swallowed")
        }
    }

    /// Rolls back; if even that fails the connection is given up, which has the same effect.
    func rollBack() {
        guard !isBroken, isInTransaction else { return }
        do throws(PostgresError) {
            _ = try run(sql: "ROLLBACK", as: "rollback")
            if isInTransaction { markBroken() }
        } catch {
            markBroken()
        }
    }

    /// Runs `body` between BEGIN and COMMIT.
    ///
    /// - Throws: ``PostgresError``; what the body threw is thrown on after ROLLBACK.
    func withTransaction<Value>(
        _ options: TransactionOptions, _ body: (borrowing Transaction) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        isReadOnly = options.isReadOnly
        defer { isReadOnly = false }
        try begin(options)
        do throws(PostgresError) {
            // A variable of its own: as an argument it stops the optimiser of Swift 6.3.1 with an internal error.
            let transaction = Transaction(session: self)
            let value = try body(transaction)
            try commit()
            return value
        } catch {
            rollBack()  // the first error is the one worth reporting
            throw error
        }
    }

    /// Runs a query and decodes its rows.
    func query<Value>(
        _ statement: Statement, _ parameters: [Parameter], _ decode: (borrowing Row) throws(PostgresError) -> Value
    ) throws(PostgresError) -> [Value] {
        let result = try run(statement, parameters)
        let columns = ColumnNames(result.pointer)
        let count = result.rowCount
        var values: [Value] = []
        values.reserveCapacity(Int(count))
        for index in 0..<count {
            values.append(
                try decode(Row(result: result.pointer, index: index, columns: columns, statement: statement.name)))
        }
        return values
    }

    /// Runs a statement for its effect.
    func execute(_ statement: Statement, _ parameters: [Parameter]) throws(PostgresError) -> Int {
        try run(statement, parameters).affectedRows
    }
}
