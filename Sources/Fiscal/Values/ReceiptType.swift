/// The kind of a fiscal document: the sign of the settlement (tag 1054), ordinary or correction (R8, R9).
///
/// Amounts are always positive; the sign lives here. A refund is never `buy`.
package enum ReceiptType: String, WireNamed, Hashable {
    /// Income: the buyer pays.
    case sell
    /// Return of income.
    case sellReturn = "sell_return"
    /// Expense: the shop pays, for goods it buys back.
    case buy
    /// Return of expense.
    case buyReturn = "buy_return"
    case sellCorrection = "sell_correction"
    case sellReturnCorrection = "sell_return_correction"
    case buyCorrection = "buy_correction"
    case buyReturnCorrection = "buy_return_correction"

    static var unknownCode: FaultCode { .valueUnknown }

    /// 1 income, 2 return of income, 3 expense, 4 return of expense; the same four for corrections.
    package var tag1054: Int {
        switch self {
        case .sell, .sellCorrection: 1
        case .sellReturn, .sellReturnCorrection: 2
        case .buy, .buyCorrection: 3
        case .buyReturn, .buyReturnCorrection: 4
        }
    }

    /// Whether the document is a correction (code 31).
    package var isCorrection: Bool { self != ordinary }

    /// The same sign as an ordinary receipt.
    package var ordinary: ReceiptType {
        switch self {
        case .sell, .sellCorrection: .sell
        case .sellReturn, .sellReturnCorrection: .sellReturn
        case .buy, .buyCorrection: .buy
        case .buyReturn, .buyReturnCorrection: .buyReturn
        }
    }

    /// The same sign as a correction.
    package var correction: ReceiptType {
        switch self {
        case .sell, .sellCorrection: .sellCorrection
        case .sellReturn, .sellReturnCorrection: .sellReturnCorrection
        case .buy, .buyCorrection: .buyCorrection
        case .buyReturn, .buyReturnCorrection: .buyReturnCorrection
        }
    }

    /// The ordinary receipt that undoes one of this kind.
    package var reversed: ReceiptType {
        switch self {
        case .sell, .sellCorrection: .sellReturn
        case .sellReturn, .sellReturnCorrection: .sell
        case .buy, .buyCorrection: .buyReturn
        case .buyReturn, .buyReturnCorrection: .buy
        }
    }

    /// As printed on a receipt.
    package var printed: String {
        switch self {
        case .sell, .sellCorrection: "ПРИХОД"
        case .sellReturn, .sellReturnCorrection: "ВОЗВРАТ ПРИХОДА"
        case .buy, .buyCorrection: "РАСХОД"
        case .buyReturn, .buyReturnCorrection: "ВОЗВРАТ РАСХОДА"
        }
    }
}
