/// What a receipt is paid with: one of the five payment sums.
package enum PaymentMeans: String, WireNamed, Hashable {
    /// Tag 1031.
    case cash
    /// Tag 1081: everything that is not cash.
    case electronic
    /// Tag 1215: offset of an advance or a prepayment (R17).
    case prepaid
    /// Tag 1216: left unpaid at hand-over.
    case credit
    /// Tag 1217: counter-provision.
    case other

    static var unknownCode: FaultCode { .valueUnknown }

    /// The number of its tag.
    package var tag: Int {
        switch self {
        case .cash: 1031
        case .electronic: 1081
        case .prepaid: 1215
        case .credit: 1216
        case .other: 1217
        }
    }

    /// As printed on a receipt.
    package var printed: String {
        switch self {
        case .cash: "НАЛИЧНЫМИ"
        case .electronic: "БЕЗНАЛИЧНЫМИ"
        case .prepaid: "ПРЕДВАРИТЕЛЬНАЯ ОПЛАТА (АВАНС)"
        case .credit: "ПОСЛЕДУЮЩАЯ ОПЛАТА (КРЕДИТ)"
        case .other: "ВСТРЕЧНОЕ ПРЕДОСТАВЛЕНИЕ"
        }
    }
}
