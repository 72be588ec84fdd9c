package import Postgres

/// Everything on record about one event: the row of the outbox, what remains to be done, and what was done.
package struct HistoryEvent: Hashable, Sendable {
    /// What remains to be done for it: its row of `fiscal.job`.
    package struct Job: Hashable, Sendable {
        /// As in `fiscal.job`: ready, later, running, in_doubt, waiting, dead.
        package var state: String
        package var step: String
        package var runNumber: Int64
        /// It has the turn of its lane.
        package var holdsLane: Bool
        package var reasonCode: String?
        package var reason: String?
        /// It stands as running under a worker that is unknown, or whose jobs have all been rescued.
        package var isOrphaned: Bool
        /// It waits in a lane in which nobody is whom it could wait for.
        package var isStray: Bool

        package init(
            state: String, step: String, runNumber: Int64 = 0, holdsLane: Bool = false, reasonCode: String? = nil,
            reason: String? = nil, isOrphaned: Bool = false, isStray: Bool = false
        ) {
            self.state = state
            self.step = step
            self.runNumber = runNumber
            self.holdsLane = holdsLane
            self.reasonCode = reasonCode
            self.reason = reason
            self.isOrphaned = isOrphaned
            self.isStray = isStray
        }
    }

    /// How it ended: its row of `fiscal.event_end`.
    package struct End: Hashable, Sendable {
        package var outcome: String
        package var at: Timestamp

        package init(outcome: String, at: Timestamp) {
            self.outcome = outcome
            self.at = at
        }
    }

    package var id: Int64
    package var shop: String
    package var kind: String
    package var eventKey: String
    /// The subject; empty: a lane of its own.
    package var lane: String
    /// When its transaction committed, by the database's clock; nil where the server does not keep that
    /// (`track_commit_timestamp`).
    package var committedAt: Timestamp?
    package var job: Job?
    package var end: End?
    /// In the order of part and edition.
    package var receipts: [HistoryReceipt]
    /// Runs of its own job, not of jobs that it spawned.
    package var runs: [HistoryRun]
    /// A person let the rest of its lane pass it.
    package var wasReleased: Bool
    /// When people replayed or resolved its job.
    package var acts: [Timestamp]
    /// Those of the acts that said that what was sent never arrived.
    package var absences: [Timestamp]

    package init(
        id: Int64, shop: String, kind: String, eventKey: String, lane: String = "", committedAt: Timestamp? = nil,
        job: Job? = nil, end: End? = nil, receipts: [HistoryReceipt] = [], runs: [HistoryRun] = [],
        wasReleased: Bool = false, acts: [Timestamp] = [], absences: [Timestamp] = []
    ) {
        self.id = id
        self.shop = shop
        self.kind = kind
        self.eventKey = eventKey
        self.lane = lane
        self.committedAt = committedAt
        self.job = job
        self.end = end
        self.receipts = receipts
        self.runs = runs
        self.wasReleased = wasReleased
        self.acts = acts
        self.absences = absences
    }

    /// When its first run on record began.
    var beganAt: Timestamp? { runs.compactMap(\.startedAt).min() }

    /// Whether that was its first run: one that is handed back leaves no row.
    var isBeginOnRecord: Bool { runs.contains { $0.runNumber == 1 } }
}
