/// The payment sums of a receipt; their total is the total of its items (R30).
///
/// In JSON a map by the names of ``PaymentMeans``, zero entries absent.
package struct Payments: Hashable, Sendable {
    package var cash = Money.zero
    package var electronic = Money.zero
    package var prepaid = Money.zero
    package var credit = Money.zero
    package var other = Money.zero

    package init() {}

    /// Everything by one means.
    package init(_ means: PaymentMeans, _ amount: Money) { self[means] = amount }

    package subscript(means: PaymentMeans) -> Money {
        get {
            switch means {
            case .cash: cash
            case .electronic: electronic
            case .prepaid: prepaid
            case .credit: credit
            case .other: other
            }
        }
        set {
            switch means {
            case .cash: cash = newValue
            case .electronic: electronic = newValue
            case .prepaid: prepaid = newValue
            case .credit: credit = newValue
            case .other: other = newValue
            }
        }
    }

    /// The means used, with their sums, in the order of the tags.
    package var entries: [(means: PaymentMeans, sum: Money)] {
        PaymentMeans.allCases.compactMap { self[$0].isZero ? nil : ($0, self[$0]) }
    }

    /// - Throws: ``DecimalError/outOfRange``.
    package var total: Money {
        get throws(DecimalError) {
            try cash.adding(electronic).adding(prepaid).adding(credit).adding(other)
        }
    }

    package var hasNegative: Bool {
        cash.isNegative || electronic.isNegative || prepaid.isNegative || credit.isNegative || other.isNegative
    }
}

extension Payments: Codable {
    private enum CodingKeys: String, CodingKey {
        case cash, electronic, prepaid, credit, other
    }

    package init(from decoder: any Decoder) throws {
        let map = try decoder.container(keyedBy: CodingKeys.self)
        cash = try map.decodeIfPresent(Money.self, forKey: .cash) ?? .zero
        electronic = try map.decodeIfPresent(Money.self, forKey: .electronic) ?? .zero
        prepaid = try map.decodeIfPresent(Money.self, forKey: .prepaid) ?? .zero
        credit = try map.decodeIfPresent(Money.self, forKey: .credit) ?? .zero
        other = try map.decodeIfPresent(Money.self, forKey: .other) ?? .zero
    }

    package func encode(to encoder: any Encoder) throws {
        var map = encoder.container(keyedBy: CodingKeys.self)
        if !cash.isZero { try map.encode(cash, forKey: .cash) }
        if !electronic.isZero { try map.encode(electronic, forKey: .electronic) }
        if !prepaid.isZero { try map.encode(prepaid, forKey: .prepaid) }
        if !credit.isZero { try map.encode(credit, forKey: .credit) }
        if !other.isZero { try map.encode(other, forKey: .other) }
    }
}
