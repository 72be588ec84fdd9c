/// A promise that a history breaks, with the place where it shows.
package struct Violation: Hashable, Sendable, Encodable {
    /// The promises, as the page of guarantees numbers them.
    package enum Invariant: String, Hashable, Sendable, Encodable, CaseIterable {
        case oneReceipt = "I1"
        case intentFirst = "I2"
        case fence = "I3"
        case inDoubt = "I4"
        case laneOrder = "I5"
        case stockOnce = "I6"
        case nothingLost = "I7"
        case oneReceiptPerSettlement = "I11"
        /// What an order in the shop shows is its own receipt.
        case writeBack = "write-back"
    }

    package let invariant: Invariant
    /// Short and stable, for programs: `two_documents`, `passed_over`, …
    package let code: String
    /// The row of `fiscal.outbox`; nil where no event is concerned.
    package let event: Int64?
    /// Our key of the receipt at its provider.
    package let receipt: String?
    /// The run, as job and run number.
    package let run: String?
    /// The same in words for a person; no personal data.
    package let detail: String

    package init(
        _ invariant: Invariant, _ code: String, event: Int64? = nil, receipt: String? = nil, run: HistoryRun? = nil,
        _ detail: String
    ) {
        self.invariant = invariant
        self.code = code
        self.event = event
        self.receipt = receipt
        self.run = run.map { "\($0.job)/\($0.runNumber)" }
        self.detail = detail
    }
}

extension Violation: CustomStringConvertible {
    package var description: String {
        var place = ""
        if let event { place += " event \(event)" }
        if let receipt { place += " receipt \(receipt)" }
        if let run { place += " run \(run)" }
        return "\(invariant.rawValue) \(code)\(place): \(detail)"
    }
}
