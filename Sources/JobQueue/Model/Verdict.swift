/// What becomes of a job after a run (I9: every error has its class).
package enum Verdict: Hashable, Sendable {
    /// The step is done. The job stands at the next one, in that step's queue, ready at once or `after` a while.
    case next(step: String, queue: String, part: Int, checkpoint: String?, after: Duration = .zero)
    /// The same step again after a while, for example the next poll. Burns no attempt, writes no history.
    case snooze(for: Duration, checkpoint: String?)
    /// Nothing was done, for example because the lease was too short for the request: ready again at once.
    case handBack
    /// The job is done: it is deleted, `event_end` keeps `outcome` (unless the job was spawned), its lane goes on.
    case finish(outcome: String)
    /// It may work later. Burns an attempt; without `after` the wait grows with full jitter (``RetryBackoff``).
    case later(JobFailure, after: Duration? = nil)
    /// The destination asks for less: it is paused for all workers for `retryAfter` (default 10 s). Burns nothing.
    case throttled(JobFailure, retryAfter: Duration? = nil)
    /// The destination refuses our credentials: it is paused until a person or a new secret resumes it, with an
    /// alarm. Burns nothing.
    case unauthorised(JobFailure)
    /// Bytes may have left and no answer came. Settled as the step's ``DoubtPolicy`` says (I4), by a person at the latest
    /// after ``WorkerConfiguration/doubtsUntilPerson`` of them.
    case inDoubt(JobFailure, retryAfter: Duration? = nil)
    /// A person is needed. The job stays in its place and holds its lane.
    case dead(JobFailure)
}
