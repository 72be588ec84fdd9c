/// A rate of value added tax as a receipt names it (R32).
///
/// Plain rates belong to hand-over, calculated ones to money received before it (R37). "0 %" and "without VAT" are
/// different statements (R39).
package enum VATRate: String, WireNamed, Hashable {
    /// Without VAT.
    case none
    /// 0 %.
    case vat0
    /// 5 %, for payers of the simplified tax.
    case vat5
    /// 7 %, for payers of the simplified tax.
    case vat7
    /// 10 %.
    case vat10
    /// 20 %, the general rate until the end of 2025.
    case vat20
    /// 22 %, the general rate since 2026.
    case vat22
    /// 5/105.
    case vat105
    /// 7/107.
    case vat107
    /// 10/110.
    case vat110
    /// 20/120.
    case vat120
    /// 22/122.
    case vat122

    static var unknownCode: FaultCode { .vatUnknown }

    /// Rates that an order line may carry.
    package static let plainRates: [VATRate] = [.none, .vat0, .vat5, .vat7, .vat10, .vat20, .vat22]

    /// The code of tag 1199 (R32). Other APIs number the same rates differently: never pass it to one.
    package var tag1199: Int {
        switch self {
        case .vat20: 1
        case .vat10: 2
        case .vat120: 3
        case .vat110: 4
        case .vat0: 5
        case .none: 6
        case .vat5: 7
        case .vat7: 8
        case .vat105: 9
        case .vat107: 10
        case .vat22: 11
        case .vat122: 12
        }
    }

    /// Percent of the price without tax: 22 for `vat22` and `vat122`, 0 for `vat0` and `none`.
    package var percent: Int64 {
        switch self {
        case .none, .vat0: 0
        case .vat5, .vat105: 5
        case .vat7, .vat107: 7
        case .vat10, .vat110: 10
        case .vat20, .vat120: 20
        case .vat22, .vat122: 22
        }
    }

    /// Whether it is a rate of the form r/(100 + r).
    package var isCalculated: Bool { calculated == self && plain != self }

    /// The rate for money received before hand-over; `vat0` and `none` have no other form (R37, C9).
    package var calculated: VATRate {
        switch self {
        case .none: .none
        case .vat0: .vat0
        case .vat5, .vat105: .vat105
        case .vat7, .vat107: .vat107
        case .vat10, .vat110: .vat110
        case .vat20, .vat120: .vat120
        case .vat22, .vat122: .vat122
        }
    }

    /// The rate of the goods themselves.
    package var plain: VATRate {
        switch self {
        case .none: .none
        case .vat0: .vat0
        case .vat5, .vat105: .vat5
        case .vat7, .vat107: .vat7
        case .vat10, .vat110: .vat10
        case .vat20, .vat120: .vat20
        case .vat22, .vat122: .vat22
        }
    }

    /// The form that a method of settlement wants (C9): calculated for methods 1 to 3, plain for 4 to 7.
    @inline(__always)
    package func form(for method: SettlementMethod) -> VATRate { method.isPrepayment ? calculated : plain }

    /// The tax contained in `sum`: half-up of sum × r/(100 + r), 0.00 for `vat0` and `none` (C9).
    ///
    /// The sum must not be negative; the tax of a sum always fits.
    @inline(__always)
    package func tax(in sum: Money) -> Money {
        let percent = percent
        guard percent != 0 else { return .zero }
        return Money(kopecks: Rounding.halfUp(sum.kopecks, times: percent, by: 100 + percent) ?? 0)
    }

    /// What the receipt reports under this rate for an item: the tax, or for `vat0` and `none` the turnover, because
    /// tags 1104 and 1105 carry turnover (C10).
    package var reportsTurnover: Bool { percent == 0 }

    /// As printed: `22%`, `22/122`, `без НДС`.
    package var printed: String {
        switch self {
        case .none: "без НДС"
        case .vat105, .vat107, .vat110, .vat120, .vat122: "\(percent)/\(100 + percent)"
        default: "\(percent)%"
        }
    }
}
