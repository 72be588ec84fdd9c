/// How an item is settled (tag 1214).
package enum SettlementMethod: String, WireNamed, Hashable {
    /// Full prepayment before hand-over.
    case fullPrepayment = "full_prepayment"
    /// Partial prepayment before hand-over.
    case prepayment
    /// Advance: the list of goods is not known.
    case advance
    /// Full payment, prepayment included, at hand-over.
    case fullPayment = "full_payment"
    /// Part at hand-over, the rest later.
    case partialPayment = "partial_payment"
    /// Handed over unpaid.
    case credit
    /// Payment after hand-over.
    case creditPayment = "credit_payment"

    static var unknownCode: FaultCode { .valueUnknown }

    /// 1 to 7.
    package var tag1214: Int {
        switch self {
        case .fullPrepayment: 1
        case .prepayment: 2
        case .advance: 3
        case .fullPayment: 4
        case .partialPayment: 5
        case .credit: 6
        case .creditPayment: 7
        }
    }

    /// Methods 1 to 3: money received before hand-over, taxed at the calculated rate (R37).
    package var isPrepayment: Bool { self == .fullPrepayment || self == .prepayment || self == .advance }

    /// Methods 4 to 6: goods change hands.
    package var isHandOver: Bool { self == .fullPayment || self == .partialPayment || self == .credit }

    /// As printed on a receipt.
    package var printed: String {
        switch self {
        case .fullPrepayment: "ПРЕДОПЛАТА 100%"
        case .prepayment: "ПРЕДОПЛАТА"
        case .advance: "АВАНС"
        case .fullPayment: "ПОЛНЫЙ РАСЧЕТ"
        case .partialPayment: "ЧАСТИЧНЫЙ РАСЧЕТ И КРЕДИТ"
        case .credit: "ПЕРЕДАЧА В КРЕДИТ"
        case .creditPayment: "ОПЛАТА КРЕДИТА"
        }
    }
}
