/// One step of one kind of job: the code that runs it, and what the queue must know to run it safely.
package struct StepDefinition: Sendable {
    package let key: StepKey
    package let doubt: DoubtPolicy
    /// Hard limit of one run, by the worker's `ContinuousClock`. A run that is over it is cancelled and counted as
    /// *later* (doubt `none`) or *in doubt*; what its code answers afterwards is kept as evidence only.
    package let timeout: Duration
    /// How many jobs of this step and queue one call of ``run`` may take, 1…1000.
    package let batchSize: Int
    /// Whether a closed run leaves a row in `fiscal.attempt`. Without it a lost COMMIT cannot be told from a lost
    /// lease, so only steps without outside effects may say `false`.
    package let recordsHistory: Bool
    /// How many jobs of one lane a worker may run in a row, 1…1000, before it records what became of them.
    ///
    /// The lane's turn stays with the first of them, and they end in one transaction. For quick steps that mostly
    /// finish their job: a worker that dies in between runs all of them again.
    package let stretch: Int
    /// Whether the step writes a level outside, what stands there now, that a later run writes anew. A run that answers
    /// after its lease was lost may have written over what another wrote since, so the job is then ordered once more.
    package let writesLevel: Bool
    /// Whether ``JobRun/payload`` is wanted; without it the claim does not read it.
    package let wantsPayload: Bool
    /// Runs the step. One outcome per run, in the same order; anything else makes each of them a dead letter.
    ///
    /// Cancelled at the hard limit, and when the worker's grace at shutdown ends.
    package let run: @Sendable ([JobRun]) async -> [Outcome]

    /// Describes a step that takes up to `batchSize` jobs in one call.
    ///
    /// - Precondition: `timeout` is positive, `batchSize` and `stretch` within 1…1000; a stretch of more than one asks
    ///   for a step that takes one job at a time and changes nothing outside.
    package init(
        key: StepKey, doubt: DoubtPolicy, timeout: Duration, batchSize: Int = 1, recordsHistory: Bool = true,
        stretch: Int = 1, writesLevel: Bool = false, wantsPayload: Bool = true,
        run: @escaping @Sendable ([JobRun]) async -> [Outcome]
    ) {
        precondition(timeout > .zero, "a step needs a positive timeout")
        precondition((1...1000).contains(batchSize), "a batch holds 1 to 1000 jobs")
        precondition((1...1000).contains(stretch), "a stretch holds 1 to 1000 jobs")
        precondition(stretch == 1 || doubt == .none && batchSize == 1, "only harmless steps run in stretches")
        self.key = key
        self.doubt = doubt
        self.timeout = timeout
        self.batchSize = batchSize
        self.recordsHistory = recordsHistory
        self.stretch = stretch
        self.writesLevel = writesLevel
        self.wantsPayload = wantsPayload
        self.run = run
    }

    /// Describes a step that takes one job at a time.
    ///
    /// - Precondition: `timeout` is positive.
    package init(
        key: StepKey, doubt: DoubtPolicy, timeout: Duration, recordsHistory: Bool = true, stretch: Int = 1,
        wantsPayload: Bool = true, runOne: @escaping @Sendable (JobRun) async -> Outcome
    ) {
        self.init(
            key: key, doubt: doubt, timeout: timeout, recordsHistory: recordsHistory, stretch: stretch,
            wantsPayload: wantsPayload
        ) { runs in
            var outcomes: [Outcome] = []
            outcomes.reserveCapacity(runs.count)
            for run in runs { outcomes.append(await runOne(run)) }
            return outcomes
        }
    }

    /// What is said of a run that passed its hard limit.
    var overdue: Outcome {
        let failure = JobFailure(
            code: "run_deadline", message: "The step took longer than \(timeout) and was stopped.")
        return Outcome(doubt == .none ? .later(failure) : .inDoubt(failure))
    }
}
