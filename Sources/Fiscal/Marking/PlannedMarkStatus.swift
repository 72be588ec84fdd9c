/// What a receipt says will become of a marked piece (tag 2003, R55).
package enum PlannedMarkStatus: Int, Hashable, Sendable, Codable, CaseIterable {
    /// A piece is sold.
    case pieceSold = 1
    /// A part of a pack is being sold.
    case partSold = 2
    /// A piece is returned.
    case pieceReturned = 3
    /// A part of a pack is returned.
    case partReturned = 4
    /// The status does not change: a correction, a repeated document.
    case unchanged = 255

    /// The status for an item of a document.
    ///
    /// Buying back from a buyer and returning to one mirror selling. A correction changes fiscal data only (R77).
    package init(for type: ReceiptType, isPart: Bool) {
        guard !type.isCorrection else {
            self = .unchanged
            return
        }
        switch type {
        case .sell, .buyReturn, .sellCorrection, .buyReturnCorrection: self = isPart ? .partSold : .pieceSold
        case .sellReturn, .buy, .sellReturnCorrection, .buyCorrection: self = isPart ? .partReturned : .pieceReturned
        }
    }
}
