/// What an outcome means for the job's row: the words of ``Verdict`` in those of `fiscal.finish` and `fiscal.move`.
///
/// Made by a pure function of the run, the outcome and a random number.
struct Disposition: Hashable, Sendable {
    /// Where the job goes. `nil`: it is done.
    enum Place: String, Sendable {
        case ready, later
        case inDoubt = "in_doubt"
        case dead
    }

    /// How long the destination is closed for everybody.
    enum Hold: Hashable, Sendable {
        case briefly(Duration)
        case untilResumed
    }

    var verdict: String
    var place: Place?
    var outcome: String?
    var delay: Duration = .zero
    var burnsAttempt = false
    var step: String?
    var queue: String?
    var part: Int?
    var checkpoint: String?
    var failure: JobFailure?
    var recordsHistory: Bool
    /// Whether the step may have changed something that no transaction takes back.
    let mayReachOutside: Bool
    /// Whether the step asks its destination once for many jobs.
    let isBatched: Bool
    /// Whether the run may have written something outside that a newer run had written better, if it turns out fenced.
    let mayOverwrite: Bool
    var hold: Hold?

    /// What `outcome` of `run` means, given the step that ran, waits by default, and a generator for jitter.
    init(
        _ outcome: Outcome, of run: JobRun, by definition: StepDefinition, _ configuration: WorkerConfiguration,
        using generator: inout some RandomNumberGenerator
    ) {
        func backoff(_ count: Int) -> Duration {
            configuration.backoff.delay(afterAttempt: count, using: &generator)
        }
        recordsHistory = definition.recordsHistory
        mayReachOutside = definition.doubt != .none
        isBatched = definition.batchSize > 1
        if case .handBack = outcome.verdict { mayOverwrite = false } else { mayOverwrite = definition.writesLevel }
        switch outcome.verdict {
        case .next(let step, let queue, let part, let checkpoint, let after):
            verdict = "next"
            place = after > .zero ? .later : .ready
            delay = after
            (self.step, self.queue, self.part, self.checkpoint) = (step, queue, part, checkpoint)
        case .snooze(let wait, let checkpoint):
            verdict = "snooze"
            place = wait > .zero ? .later : .ready
            delay = wait
            self.checkpoint = checkpoint
            recordsHistory = false
        case .handBack:
            verdict = "hand_back"
            place = .ready
            recordsHistory = false
        case .finish(let name):
            verdict = "finish"
            self.outcome = name
        case .later(let failure, let after):
            verdict = "later"
            place = .later
            delay = after ?? backoff(run.attempt)
            burnsAttempt = !failure.blamesDestination
            self.failure = failure
        case .throttled(let failure, let retryAfter):
            verdict = "throttled"
            let wait = retryAfter ?? configuration.defaultThrottle
            // The queue of no destination cannot be closed: the job itself waits.
            place = run.queue == QueueName.local ? .later : .ready
            delay = run.queue == QueueName.local ? wait : .zero
            hold = run.queue == QueueName.local ? nil : .briefly(wait)
            self.failure = failure
        case .unauthorised(let failure):
            verdict = "unauthorised"
            place = run.queue == QueueName.local ? .later : .ready
            delay = run.queue == QueueName.local ? backoff(run.attempt) : .zero
            hold = run.queue == QueueName.local ? nil : .untilResumed
            self.failure = failure
        case .inDoubt(let failure, let retryAfter):
            verdict = "in_doubt"
            self.failure = failure
            switch definition.doubt {
            case .none:
                place = .later
                delay = retryAfter ?? backoff(run.attempt)
                burnsAttempt = true
            case .lookup, .resend:
                place = .inDoubt
                delay = retryAfter ?? backoff(run.doubts)
                if run.doubts + 1 >= configuration.doubtsUntilPerson { leaveToPerson(failure) }
            case .person: leaveToPerson(failure)
            }
        case .dead(let failure):
            verdict = "dead"
            place = .dead
            self.failure = failure
        }
    }

    /// The doubt is for a person to settle.
    private mutating func leaveToPerson(_ failure: JobFailure) {
        place = .dead
        delay = .zero
        self.failure = JobFailure(code: "in_doubt", message: failure.message)
    }
}
