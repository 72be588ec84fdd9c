package import Postgres

/// What a run said to the outside and what it heard: kept in `fiscal.attempt`. No secrets, no personal data (I10).
package struct ExchangeRecord: Hashable, Sendable {
    /// When the request began to leave, by this machine's clock.
    package let sentAt: Timestamp?
    /// When the answer was complete, by this machine's clock; `nil`: there was none.
    package let answeredAt: Timestamp?
    /// The other side's code, for example an HTTP status.
    package let code: String?
    /// A digest of the bytes sent, by which two sends are known to be the same.
    package let digest: [UInt8]?
    /// JSON text that can settle a doubt should this run turn out fenced, for example the provider's id. It is
    /// handed to the job's next run as ``JobRun/evidence`` (I3).
    package let evidence: String?

    package init(
        sentAt: Timestamp? = nil, answeredAt: Timestamp? = nil, code: String? = nil, digest: [UInt8]? = nil,
        evidence: String? = nil
    ) {
        self.sentAt = sentAt
        self.answeredAt = answeredAt
        self.code = code
        self.digest = digest
        self.evidence = evidence
    }
}
