/// A job that a run orders to be made in the transaction that records its outcome, about the same event and shop.
package struct SpawnedJob: Hashable, Sendable {
    package let kind: String
    /// Its own lane, for example `writeback:1001`: it must not be its parent's, which it would wait for.
    package let lane: String
    package let queue: String
    package let step: String
    package let priority: JobPriority
    /// JSON text for its first step.
    package let checkpoint: String?
    /// How long from now it must not run.
    package let runAfter: Duration
    /// Whether one that waits for its first run already is enough: then no other with the same shop, kind and lane
    /// is made. One that has begun does not count, since it may have read the state of before.
    package let uniqueWhilePending: Bool

    package init(
        kind: String, lane: String, queue: String = QueueName.local, step: String, priority: JobPriority = .live,
        checkpoint: String? = nil, runAfter: Duration = .zero, uniqueWhilePending: Bool = false
    ) {
        self.kind = kind
        self.lane = lane
        self.queue = queue
        self.step = step
        self.priority = priority
        self.checkpoint = checkpoint
        self.runAfter = runAfter
        self.uniqueWhilePending = uniqueWhilePending
    }
}
