/// What a listener has heard since its subscriber last asked. A hint: the truth is in the tables.
package struct ListenerHint: Hashable, Sendable {
    /// Each distinct notification once. Several of the same between two looks count as one.
    package internal(set) var notifications: Set<PostgresNotification> = []
    /// Whether anything may have been missed: at the start, after every reconnect and after too many notifications
    /// to keep. Look at everything then.
    package internal(set) var mayHaveMissed = false

    /// Distinct notifications kept for a slow subscriber.
    static let capacity = 256

    mutating func add(_ notification: PostgresNotification) {
        if notifications.count >= Self.capacity && !notifications.contains(notification) {
            notifications = []
            mayHaveMissed = true
        } else {
            notifications.insert(notification)
        }
    }

    var isEmpty: Bool { notifications.isEmpty && !mayHaveMissed }
}
