package import Postgres

/// One claim of one job by this worker: all that a step needs to know.
///
/// The texts are as the database holds them; personal data may be among them, so none of them belongs in a log.
package final class JobRun: Sendable {
    package let job: JobID
    /// Grows with every claim and never goes back, through replay too. Every write of an outcome names it (I3).
    package let runNumber: Int64
    /// The row of `fiscal.outbox` this job is about; `nil` for scheduled work. A spawned job has its parent's.
    package let eventID: Int64?
    package let shop: String
    package let kind: String
    /// Key of the event within its shop; empty without an event.
    package let eventKey: String
    /// The subject whose jobs run one at a time and in order; empty: a lane of its own.
    package let lane: String
    /// Where this step is claimed from: a destination's name, or `local`.
    package let queue: String
    package let step: String
    /// Number of the receipt within the event, from 1.
    package let part: Int
    /// Raised by a person's replay after a final refusal, from 1.
    package let edition: Int
    /// Runs of this step that ended in ``Verdict/later(_:after:)`` so far, from 0.
    package let attempt: Int
    /// Snoozes since the job came to this step, from 0: how many polls there were.
    package let snoozes: Int
    /// Runs of this step that ended in doubt so far, from 0.
    package let doubts: Int
    /// JSON text carried from step to step; `nil` if none was set.
    package let checkpoint: String?
    /// JSON text of the event; `{}` without an event, and after the payload was emptied by retention.
    package let payload: String
    /// When it happened in the shop, by the shop's clock.
    package let occurredAt: Timestamp
    /// When the event came into the outbox, by the database's clock.
    package let createdAt: Timestamp
    /// When this run was claimed, by the database's clock: "now" for decisions that a step takes.
    package let claimedAt: Timestamp
    /// When the job came to this step, by the database's clock.
    package let stepSince: Timestamp
    /// By when the job should be done; `nil`: no limit. Set by ``Outcome/deadline``.
    package let deadline: Timestamp?
    /// Whether the last run of this step ended with an unknown outcome that this run must settle (I4).
    package let settlingDoubt: Bool
    /// Whether the job was made by another job and not by the event itself.
    package let spawned: Bool
    /// What a fenced run answered too late (``ExchangeRecord/evidence``): it may settle the doubt without a send.
    package let evidence: String?
    /// What a person ordered with a replay, for example `correction`; `nil`: nothing special.
    package let orderedAs: String?

    private let lease: LeaseWatch

    /// Whether the lease will still hold `duration` from now by this process's `ContinuousClock`, which runs through
    /// suspend. Ask right before a send, with the request's time-out; on `false` answer ``Verdict/handBack``.
    package func hasLease(for duration: Duration, at now: ContinuousClock.Instant = .now) -> Bool {
        lease.holds(for: duration, at: now)
    }

    /// A run as a worker makes it; tests of steps make their own, whose lease never ends unless `lease` says so.
    package init(
        job: JobID, runNumber: Int64 = 1, eventID: Int64? = nil, shop: String, kind: String, eventKey: String = "",
        lane: String = "", queue: String = QueueName.local, step: String, part: Int = 1, edition: Int = 1,
        attempt: Int = 0, snoozes: Int = 0, doubts: Int = 0, checkpoint: String? = nil, payload: String = "{}",
        occurredAt: Timestamp = Timestamp(microsecondsSince1970: 0),
        createdAt: Timestamp = Timestamp(microsecondsSince1970: 0),
        claimedAt: Timestamp = Timestamp(microsecondsSince1970: 0),
        stepSince: Timestamp = Timestamp(microsecondsSince1970: 0), deadline: Timestamp? = nil,
        settlingDoubt: Bool = false, spawned: Bool = false, evidence: String? = nil, orderedAs: String? = nil,
        lease: LeaseWatch = .endless
    ) {
        self.job = job
        self.runNumber = runNumber
        self.eventID = eventID
        self.shop = shop
        self.kind = kind
        self.eventKey = eventKey
        self.lane = lane
        self.queue = queue
        self.step = step
        self.part = part
        self.edition = edition
        self.attempt = attempt
        self.snoozes = snoozes
        self.doubts = doubts
        self.checkpoint = checkpoint
        self.payload = payload
        self.occurredAt = occurredAt
        self.createdAt = createdAt
        self.claimedAt = claimedAt
        self.stepSince = stepSince
        self.deadline = deadline
        self.settlingDoubt = settlingDoubt
        self.spawned = spawned
        self.evidence = evidence
        self.orderedAs = orderedAs
        self.lease = lease
    }
}
