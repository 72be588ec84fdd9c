/// What went wrong between this process and the database.
///
/// `description` may go into a log or to a client: it never holds a parameter, a value of a row, the server's DETAIL
/// or a password. `debugDescription` adds the server's primary message, which can quote a value.
package struct PostgresError: Error, Hashable, Sendable {
    /// The nature of the failure, which decides what a caller may do next.
    package enum Kind: Hashable, Sendable {
        /// The connection string or a setting makes no sense. Nothing was sent.
        case configuration
        /// No connection could be made. Nothing was sent.
        case connectionFailed
        /// The pool had no free connection within its `acquireTimeout`. Nothing was sent.
        case acquireTimedOut
        /// The calling task was cancelled before the statement was sent.
        case cancelled
        /// The pool or connection has been closed. Nothing was sent.
        case closed
        /// The server refused a statement. In a transaction nothing of it is committed.
        case server(SQLState)
        /// The connection broke inside a transaction, before COMMIT was sent: nothing of it is committed.
        case connectionLost
        /// The connection broke while COMMIT, or a statement outside a transaction, was in flight: it may have
        /// taken effect or not. Look before doing it again.
        case outcomeUnknown
        /// COMMIT was answered with the tag ROLLBACK: a statement had failed and its error was swallowed.
        case commitRolledBack
        /// A value of a row was not what the caller asked for. In a transaction nothing of it is committed.
        case decoding(column: String, DecodingFault)
        /// A transaction's body gave up by throwing ``PostgresError/abandoned(_:)``. Nothing is committed.
        case abandoned
        /// The interface was used wrongly, for example a body that ends its own transaction.
        case misuse
    }

    package let kind: Kind
    /// Name of the ``Statement``, or of the step (`connect`, `begin`, `commit`); never its parameters.
    package let statement: String
    /// The server's code, also where `kind` says only that the connection is gone. `nil`: the server said nothing.
    package let sqlState: SQLState?
    /// Name of the violated constraint, where the server names one.
    package let constraint: String?
    /// Name of the table concerned, where the server names one.
    package let table: String?
    /// What this module itself has to say, free of values: safe to show.
    package let note: String?
    /// The server's primary message. May quote a value of a row or a parameter, so only for `debugDescription`.
    let serverMessage: String?
    /// Where in the statement's text the server found the fault: characters, from 1.
    package let position: Int?

    init(
        _ kind: Kind, in statement: String, sqlState: SQLState? = nil, constraint: String? = nil,
        table: String? = nil, note: String? = nil, serverMessage: String? = nil, position: Int? = nil
    ) {
        self.kind = kind
        self.statement = statement
        if case .server(let state) = kind { self.sqlState = state } else { self.sqlState = sqlState }
        self.constraint = constraint
        self.table = table
        self.note = note
        self.serverMessage = serverMessage
        self.position = position
    }

    /// Thrown by a transaction's body to roll everything back for a reason of its own.
    ///
    /// - Parameter reason: Fixed words without values; part of `description`.
    /// - Returns: An error of kind `abandoned`.
    package static func abandoned(_ reason: String) -> PostgresError {
        PostgresError(.abandoned, in: "transaction", note: reason)
    }

    /// Whether nothing was committed and the whole transaction may be run again unchanged.
    package var isRetryable: Bool {
        switch kind {
        case .server(let state):
            state == .serializationFailure || state == .deadlockDetected || state == .lockNotAvailable
                || state == .cannotConnectNow
        case .connectionFailed: sqlState?.refusesForGood != true
        case .acquireTimedOut, .connectionLost: true
        default: false
        }
    }

    /// Whether the database could not be reached or went away, as opposed to refusing what was asked.
    package var isOutage: Bool {
        switch kind {
        case .connectionFailed, .acquireTimedOut, .connectionLost, .outcomeUnknown: true
        default: false
        }
    }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String {
        var text = "\(kind) in \(statement)"
        if let sqlState, kind != .server(sqlState) { text += ", SQLSTATE \(sqlState)" }
        if let constraint { text += ", constraint \(constraint)" }
        if let note { text += ": \(note)" }
        return text
    }

    package var debugDescription: String {
        guard let serverMessage else { return description }
        return "\(description) [\(serverMessage)]"
    }
}

extension PostgresError.Kind: CustomStringConvertible {
    package var description: String {
        switch self {
        case .configuration: "wrong database configuration"
        case .connectionFailed: "no connection to the database"
        case .acquireTimedOut: "no free database connection in time"
        case .cancelled: "cancelled"
        case .closed: "closed"
        case .server(let state): "SQLSTATE \(state)"
        case .connectionLost: "database connection lost, nothing committed"
        case .outcomeUnknown: "database connection lost, outcome unknown"
        case .commitRolledBack: "COMMIT rolled back"
        case .decoding(let column, let fault): "column \(column) \(fault)"
        case .abandoned: "transaction abandoned"
        case .misuse: "wrong use of the database client"
        }
    }
}
