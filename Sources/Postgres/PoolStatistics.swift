/// What a pool is doing at one moment.
package struct PoolStatistics: Hashable, Sendable {
    /// Connections at most.
    package let size: Int
    /// Connections lent, or being opened.
    package let taken: Int
    /// Open connections that nobody uses.
    package let idle: Int
    /// Callers waiting for a connection.
    package let waiting: Int
    /// Connections opened since the start.
    package let opened: Int
    /// Attempts to connect that failed since the last success.
    package let failures: Int
}
