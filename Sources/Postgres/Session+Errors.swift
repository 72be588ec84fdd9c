import CPostgres

extension Session {
    /// The error that a result holds.
    ///
    /// A FATAL report, one of a connection's failure or one without a code ends the connection: then `loss` says what that
    /// means here.
    func failure(in result: OpaquePointer, _ name: String, onLoss loss: PostgresError.Kind) -> PostgresError {
        func field(_ code: Int32) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }
        let severity = field(CPOSTGRES_SEVERITY)
        guard let code = field(CPOSTGRES_SQLSTATE) else { return lost(name, as: loss) }
        let state = SQLState(code)
        // A pooler that has lost the server says so as a mere ERROR: what was sent may have been carried out.
        let isFatal = severity == "FATAL" || severity == "PANIC" || state.isConnectionFailure
        // A primary that became a standby would refuse every write to come: connect anew, maybe to another host.
        if isFatal || (state == .readOnlyTransaction && !isReadOnly) { markBroken() }
        return PostgresError(
            isFatal ? loss : .server(state), in: name, sqlState: state, constraint: field(CPOSTGRES_CONSTRAINT),
            table: field(CPOSTGRES_TABLE), serverMessage: field(CPOSTGRES_MESSAGE),
            position: field(CPOSTGRES_POSITION).flatMap { Int($0) })
    }

    /// The connection is gone; libpq's own words about it quote nothing of a statement.
    func lost(_ name: String, as loss: PostgresError.Kind) -> PostgresError {
        markBroken()
        return PostgresError(loss, in: name, note: Self.message(of: connection))
    }

    /// libpq's message on one line.
    static func message(of connection: OpaquePointer?) -> String {
        let text = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
        return text.split(separator: "\n").map { $0.drop { $0 == "\t" || $0 == " " } }.joined(separator: "; ")
    }
}
