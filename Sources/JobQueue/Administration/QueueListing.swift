package import Postgres

/// A queue as a listing shows it: one that has jobs, or that was ever paused.
package struct QueueListing: Hashable, Sendable {
    package let name: String
    /// By a person; `nil`: it is not paused.
    package let pausedAt: Timestamp?
    package let pausedBy: String?
    /// Why the queue, or its destination, is closed.
    package let reason: String?
    /// Until when its destination is closed; `nil`: it is open; infinity: until somebody resumes it.
    package let destinationPausedUntil: Timestamp?
    /// Until when its breaker keeps it closed, after failures in a row; `nil`: it is whole. Past: the next run probes it.
    package let brokenUntil: Timestamp?
    /// Runs per second, and how many under way at once, in the whole fleet; `nil`: no limit.
    package let rate: Double?
    package let concurrency: Int?
    package let jobs: Int
    package let dead: Int
}

extension QueueListing {
    init(_ row: borrowing Row) throws(PostgresError) {
        name = try row.get(0)
        pausedAt = try row.get(1)
        pausedBy = try row.get(2)
        reason = try row.get(3)
        destinationPausedUntil = try row.get(4)
        jobs = try row.get(5)
        dead = try row.get(6)
        brokenUntil = try row.get(7)
        rate = try row.get(8)
        concurrency = try row.get(9)
    }
}
