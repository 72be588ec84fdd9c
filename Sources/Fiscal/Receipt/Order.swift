/// What becomes of lines that cost nothing (C7).
package enum ZeroLinePolicy: String, WireNamed, Hashable {
    /// They are left out: several tills refuse a price of 0.00, and a gift is not a settlement.
    case omit
    /// They are sent with price and sum 0.00.
    case keep

    static var unknownCode: FaultCode { .valueUnknown }
}

/// One settlement of an order: what was bought and which money or goods change hands now.
///
/// The input of ``ReceiptBuilder/build(_:)``. In JSON it is the `input` of the vectors' op `build`.
package struct Order: Hashable, Sendable {
    /// The day of the settlement in the zone of its place.
    package var date: CivilDate
    /// The tax system of lines that name none, and of the receipt.
    package var sno: TaxSystem
    package var settlement: Settlement
    /// Empty for `advance` and `credit_payment`.
    package var lines: [OrderLine]
    /// Of the whole order, not yet in the prices; spread over the lines (C5).
    package var orderDiscount: Money
    /// Bonuses spent, treated as a discount (R26).
    package var bonus: Money
    package var zeroLines: ZeroLinePolicy
    /// The day whose VAT rates count, if not `date` (C14).
    package var rateDate: CivilDate?

    package init(
        date: CivilDate, sno: TaxSystem = .osn, settlement: Settlement, lines: [OrderLine] = [],
        orderDiscount: Money = .zero, bonus: Money = .zero, zeroLines: ZeroLinePolicy = .omit,
        rateDate: CivilDate? = nil
    ) {
        self.date = date
        self.sno = sno
        self.settlement = settlement
        self.lines = lines
        self.orderDiscount = orderDiscount
        self.bonus = bonus
        self.zeroLines = zeroLines
        self.rateDate = rateDate
    }

    /// The day whose VAT rates count (C14, R43); for a payment of a credit always that of its hand-over (R34).
    package var dateOfRates: CivilDate {
        if case .creditPayment(let payment) = settlement { return payment.shipDate }
        return rateDate ?? date
    }
}

extension Order: Decodable {
    private enum CodingKeys: String, CodingKey {
        case date, sno, lines, bonus
        case orderDiscount = "order_discount"
        case zeroLines = "zero_lines"
        case rateDate = "rate_date"
    }

    package init(from decoder: any Decoder) throws {
        let map = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            date: map.decode(CivilDate.self, forKey: .date),
            sno: map.decodeIfPresent(TaxSystem.self, forKey: .sno) ?? .osn,
            settlement: Settlement(from: decoder),
            lines: map.decodeIfPresent([OrderLine].self, forKey: .lines) ?? [],
            orderDiscount: map.decodeIfPresent(Money.self, forKey: .orderDiscount) ?? .zero,
            bonus: map.decodeIfPresent(Money.self, forKey: .bonus) ?? .zero,
            zeroLines: map.decodeIfPresent(ZeroLinePolicy.self, forKey: .zeroLines) ?? .omit,
            rateDate: map.decodeIfPresent(CivilDate.self, forKey: .rateDate))
    }
}
