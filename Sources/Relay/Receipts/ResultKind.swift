package import Fiscal

/// What a receipt is to the order that shows it.
package enum ResultKind: String, Hashable, Sendable, CaseIterable {
    /// Money for the order came in.
    case payment
    /// Money went back.
    case refund
    /// Goods that had been paid for were handed over.
    case closing
    /// An earlier settlement was repaired.
    case correction

    /// The kind of a receipt by its document's type and by what it settles.
    package init(type: ReceiptType, settlementKey: String) {
        switch type {
        case .sellCorrection, .sellReturnCorrection, .buyCorrection, .buyReturnCorrection: self = .correction
        case .sellReturn, .buy, .buyReturn: self = .refund
        case .sell: self = settlementKey.hasPrefix("shipment:") ? .closing : .payment
        }
    }
}
