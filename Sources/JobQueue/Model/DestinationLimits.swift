/// How much an external account may be asked, by the whole fleet together.
package struct DestinationLimits: Hashable, Sendable {
    /// A token bucket.
    package struct Rate: Hashable, Sendable {
        /// Runs per second in the long run.
        package let perSecond: Double
        /// Runs that may come at once after a pause.
        package let burst: Int

        /// - Precondition: both are positive.
        package init(perSecond: Double, burst: Int) {
            precondition(perSecond > 0 && burst > 0, "a rate is positive")
            self.perSecond = perSecond
            self.burst = burst
        }
    }

    /// Name of the destination, which is that of its queue.
    package let name: String
    /// `nil`: no limit.
    package let rate: Rate?
    /// Runs under way at once; `nil`: no limit.
    package let concurrency: Int?
    /// Failures in a row (``JobFailure/blamesDestination``) after which nothing is asked for a while.
    package let failuresToBreak: Int

    /// - Precondition: every limit is positive.
    package init(name: String, rate: Rate? = nil, concurrency: Int? = nil, failuresToBreak: Int = 5) {
        precondition((concurrency ?? 1) > 0 && failuresToBreak > 0, "a limit is positive")
        self.name = name
        self.rate = rate
        self.concurrency = concurrency
        self.failuresToBreak = failuresToBreak
    }
}
