/// One NOTIFY.
package struct PostgresNotification: Hashable, Sendable {
    package let channel: String
    /// Empty if the sender gave none.
    package let payload: String
}
