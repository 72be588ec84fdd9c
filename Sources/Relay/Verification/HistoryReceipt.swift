package import Postgres

/// A receipt as `fiscal.receipt` keeps it, without its contents.
package struct HistoryReceipt: Hashable, Sendable {
    package var event: Int64
    package var part: Int
    package var edition: Int
    package var externalID: String
    /// Where it was sent, or was to be: the name of the account's queue; empty: nobody knows.
    package var destination: String
    package var settlementKey: String
    package var state: ReceiptState
    /// SHA-256 of the request, lower-case hexadecimal, as it was put on record.
    package var recordedDigest: String
    /// SHA-256 of the request that is on record now.
    package var requestDigest: String
    package var signs: PrintedSigns?
    /// When it was fiscalised, refused or given up, by the database's clock.
    package var closedAt: Timestamp?

    package init(
        event: Int64, part: Int, edition: Int, externalID: String, destination: String = "", settlementKey: String,
        state: ReceiptState, recordedDigest: String, requestDigest: String, signs: PrintedSigns? = nil,
        closedAt: Timestamp? = nil
    ) {
        self.event = event
        self.part = part
        self.edition = edition
        self.externalID = externalID
        self.destination = destination
        self.settlementKey = settlementKey
        self.state = state
        self.recordedDigest = recordedDigest
        self.requestDigest = requestDigest
        self.signs = signs
        self.closedAt = closedAt
    }

    /// Whether it stands for its settlement: it is neither refused nor given up.
    package var isLiving: Bool { state != .refused && state != .abandoned }
}

/// What a fiscal drive made of a document.
package struct PrintedSigns: Hashable, Sendable {
    package var fn: String
    package var fd: String
    package var fpd: String

    package init(fn: String, fd: String, fpd: String) {
        self.fn = fn
        self.fd = fd
        self.fpd = fpd
    }
}
