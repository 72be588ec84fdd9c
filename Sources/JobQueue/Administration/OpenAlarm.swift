package import Postgres

/// A row of `fiscal.alarm` that is not cleared.
package struct OpenAlarm: Hashable, Sendable {
    package let key: String
    /// `warning` or `critical`.
    package let severity: String
    package let since: Timestamp
    package let text: String
}
