/// How far moments on record may be from when things happened.
package struct HistoryTolerance: Hashable, Sendable {
    /// How much earlier than a claim could see it an event's commit may be on record: the commit is stamped before it is
    /// seen, and a claim that looked before it is stamped when its runs begin. A server that hangs in between makes that
    /// long.
    package var commit: Duration
    /// How far the clocks of two servers may be apart that write the same history, one after the other.
    package var clocks: Duration

    package init(commit: Duration, clocks: Duration) {
        self.commit = commit
        self.clocks = clocks
    }

    /// Of real servers. A run begins on record when its claim has all its locks, so it never begins before what it
    /// waited for was over by the same clock; clocks kept by NTP are milliseconds apart.
    package static let ofServers = HistoryTolerance(commit: .seconds(10), clocks: .milliseconds(100))
    /// Moments are exact, as in a simulation.
    package static let none = HistoryTolerance(commit: .zero, clocks: .zero)
}
