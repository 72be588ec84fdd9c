import CPostgres

extension Session {
    /// Whether the process that answers is the one this connection was given: no pooler stands between.
    func isDirect() -> Bool {
        let query = "SELECT pg_backend_pid()::text"
        guard let result = try? run(sql: query, as: "probe", onLoss: .connectionLost), result.rowCount == 1,
            let text = PQgetvalue(result.pointer, 0, 0)
        else { return false }
        return String(cString: text) == "\(processID)"
    }

    /// Runs a statement by the name it has on this connection, giving it one first if need be.
    ///
    /// A name whose plan no longer fits the tables (0A000) or that is gone (26000) is dropped, and outside a transaction
    /// the statement, which has then done nothing, runs once more. In a transaction all names are dropped.
    func runPrepared(
        _ statement: Statement, _ parameters: [Parameter], onLoss loss: PostgresError.Kind
    ) throws(PostgresError) -> QueryResult {
        let key = StatementCache.Key(sql: statement.sql, types: parameters.map { $0.content.sentOID })
        do throws(PostgresError) {
            return try runNamed(key, statement, parameters, onLoss: loss)
        } catch {
            let stale = error.kind == .server(.featureNotSupported) || error.kind == .server(.invalidStatementName)
            guard stale else { throw error }
            guard !isInTransaction else {
                // What outdated this one may have outdated others: whoever runs the transaction again must meet none.
                statements.removeAll()
                throw error
            }
            statements.remove(key)
            return try runNamed(key, statement, parameters, onLoss: loss)
        }
    }

    private func runNamed(
        _ key: StatementCache.Key, _ statement: Statement, _ parameters: [Parameter],
        onLoss loss: PostgresError.Kind
    ) throws(PostgresError) -> QueryResult {
        let name: String
        if let known = statements.name(for: key) {
            name = known
        } else {
            if statements.isFull {
                _ = try run(sql: "DEALLOCATE ALL", as: "deallocate")
                statements.removeAll()
            }
            name = statements.newName()
            let sent = PQsendPrepare(connection, name, statement.sql, Int32(key.types.count), key.types)
            _ = try answer(to: statement.name, sent: sent == 1, onLoss: .connectionLost)
            statements.insert(name, for: key)
        }
        encoder.encode(parameters)
        let sent = PQsendQueryPrepared(
            connection, name, Int32(parameters.count), encoder.values, encoder.lengths, encoder.formats, 1)
        return try answer(to: statement.name, sent: sent == 1, onLoss: loss)
    }
}
