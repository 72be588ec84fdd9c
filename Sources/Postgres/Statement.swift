/// One SQL statement under a name that may stand in logs and errors.
///
/// The text holds `$1`, `$2`, … where values go and is a constant of the program: a value never becomes part of it,
/// which is why the name alone says all that a reader of an error needs.
package struct Statement: Hashable, Sendable {
    /// Short and stable, for example `claim_jobs`. Appears in errors, logs and metrics.
    package let name: String
    /// The text sent to the server. Exactly one statement.
    package let sql: String

    /// Names one statement.
    package init(_ name: String, _ sql: String) {
        self.name = name
        self.sql = sql
    }
}
