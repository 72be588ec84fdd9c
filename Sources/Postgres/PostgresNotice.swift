/// A NOTICE, WARNING or the like that the server sent beside an answer.
package struct PostgresNotice: Hashable, Sendable {
    /// `NOTICE`, `WARNING`, `INFO`, `LOG` or `DEBUG`, in English whatever the server's language.
    package let severity: String
    package let sqlState: SQLState?
    /// The server's primary message. May quote values: not for a log that must hold none.
    package let message: String
}
