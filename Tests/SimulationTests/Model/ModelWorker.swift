import Postgres

@testable import JobQueue

/// A row of `fiscal.worker`, with the steps that it knows.
struct ModelWorker: Sendable {
    struct Step: Sendable {
        let doubt: DoubtPolicy
        let timeout: Duration
        /// How many jobs of a lane it may run in a row.
        let stretch: Int

        init(_ definition: StepDefinition) {
            doubt = definition.doubt
            timeout = definition.timeout
            stretch = definition.stretch
        }
    }

    let lease: Duration
    let steps: [StepKey: Step]
    var heartbeatAt: Timestamp
    var leaseUntil: Timestamp
    var steadySince: Timestamp
    var isDead = false

    init(_ steps: [StepKey: Step], lease: Duration, at now: Timestamp) {
        self.lease = lease
        self.steps = steps
        heartbeatAt = now
        leaseUntil = now.advanced(by: lease)
        steadySince = now
    }
}
