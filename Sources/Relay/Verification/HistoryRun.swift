package import Postgres

/// One closed run of a job: a row of `fiscal.attempt`.
package struct HistoryRun: Hashable, Sendable {
    /// What a row says of its run.
    package enum Standing: Hashable, Sendable {
        /// Its outcome was written.
        case counted
        /// Its worker was called dead, and the job taken from it.
        case lost
        /// It answered too late and changed nothing.
        case fenced
    }

    package var job: Int64
    package var runNumber: Int64
    /// `nil` only in rows of releases that did not write it.
    package var worker: Int64?
    /// When it was claimed and when it was closed, by the database's clock.
    package var startedAt: Timestamp?
    package var endedAt: Timestamp
    package var part: Int
    package var edition: Int
    package var step: String
    /// The word of the row: finish, next, later, lost, fenced, …
    package var outcome: String
    /// SHA-256 of the bytes that it sent, lower-case hexadecimal; nil: it sent nothing.
    package var digest: String?
    /// When its request began to leave, by the worker's clock; nil: nothing can have left.
    package var sentAt: Timestamp?
    /// When the answer was complete, by the worker's clock; nil: there was none.
    package var answeredAt: Timestamp?
    /// Our code of what went wrong, or the other side's of its answer.
    package var code: String?
    /// What its worker had declared of the step: none, lookup, resend, person; nil: nobody knows any more.
    package var doubt: String?
    /// Of a lost run: when its request can no longer be under way, by the database's clock.
    package var quietUntil: Timestamp?

    package init(
        job: Int64, runNumber: Int64, worker: Int64? = nil, startedAt: Timestamp?, endedAt: Timestamp, part: Int = 1,
        edition: Int = 1, step: String, outcome: String, digest: String? = nil,
        sentAt: Timestamp? = nil, answeredAt: Timestamp? = nil, code: String? = nil, doubt: String? = nil,
        quietUntil: Timestamp? = nil
    ) {
        self.job = job
        self.runNumber = runNumber
        self.worker = worker
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.part = part
        self.edition = edition
        self.step = step
        self.outcome = outcome
        self.digest = digest
        self.sentAt = sentAt
        self.answeredAt = answeredAt
        self.code = code
        self.doubt = doubt
        self.quietUntil = quietUntil
    }

    /// Whether bytes of a receipt may have left in it.
    package var hasSent: Bool { digest != nil && sentAt != nil }

    package var standing: Standing {
        switch outcome {
        case "lost": .lost
        case "fenced": .fenced
        default: .counted
        }
    }
}
