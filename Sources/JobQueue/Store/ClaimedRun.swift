import Postgres

/// A run as a claim brought it, with what only the engine needs.
struct ClaimedRun: Sendable {
    let run: JobRun
    let priority: Int
    /// Since when it had been ready: its place in the stream.
    let readyAt: Timestamp
    /// The job whose stretch this one belongs to, and which has the turn of the lane; `nil`: it was claimed by itself.
    var head: JobID?

    var stream: StreamKey { StreamKey(queue: run.queue, shop: run.shop, priority: priority) }
}
