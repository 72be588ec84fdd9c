/// How a transaction runs. What is not given is as the role or the server has it.
package struct TransactionOptions: Hashable, Sendable {
    /// What a transaction sees of others; see "Transaction Isolation" in PostgreSQL's manual.
    package enum Isolation: String, Hashable, Sendable {
        case readCommitted = "READ COMMITTED"
        case repeatableRead = "REPEATABLE READ"
        case serializable = "SERIALIZABLE"
    }

    package var isolation: Isolation?
    package var isReadOnly = false
    /// `statement_timeout`: how long one statement may run. Whole milliseconds; zero: for ever.
    package var statementTimeout: Duration?
    /// `lock_timeout`: how long one wait for a lock may take. Whole milliseconds; zero: for ever.
    package var lockTimeout: Duration?
    /// `idle_in_transaction_session_timeout`: how long this process may be silent inside the transaction.
    package var idleTimeout: Duration?

    /// Nothing given: everything as the role or the server has it.
    package init(
        isolation: Isolation? = nil, isReadOnly: Bool = false, statementTimeout: Duration? = nil,
        lockTimeout: Duration? = nil, idleTimeout: Duration? = nil
    ) {
        self.isolation = isolation
        self.isReadOnly = isReadOnly
        self.statementTimeout = statementTimeout
        self.lockTimeout = lockTimeout
        self.idleTimeout = idleTimeout
    }

    /// BEGIN and the SET LOCALs, sent as one message.
    var begin: String {
        var text = "BEGIN"
        if let isolation { text += " ISOLATION LEVEL \(isolation.rawValue)" }
        if isReadOnly { text += " READ ONLY" }
        let settings: [(name: String, value: Duration?)] = [
            ("statement_timeout", statementTimeout), ("lock_timeout", lockTimeout),
            ("idle_in_transaction_session_timeout", idleTimeout),
        ]
        for case (let name, let value?) in settings {
            text += "; SET LOCAL \(name) = \(value.wholeMilliseconds())"
        }
        return text
    }
}
