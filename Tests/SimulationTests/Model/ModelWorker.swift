import Postgres

@testable import JobQueue

/// A row of `fiscal.worker`, with the steps that it knows.
struct ModelWorker: Sendable {
    struct Step: Sendable {
        let doubt: DoubtPolicy
        let timeout: Duration
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
