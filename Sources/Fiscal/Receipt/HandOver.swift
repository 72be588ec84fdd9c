/// The hand-over of goods: how it is settled (C12).
package struct HandOver: Hashable, Sendable {
    /// P: prepayments and advances to be offset here (tag 1215). For a shipment that is not the last one, at most its
    /// total (R19); above the total of the order, the rest is paid back.
    package var prepaid: Money
    /// Paid at hand-over by electronic means. What neither covers becomes a credit.
    package var paidNow: Money
    /// What was prepaid, line by line; needed only if `prepaid` exceeds the order.
    package var prepaidLines: [PrepaidLine]
    /// The method of the prepayment, for the return of its excess; needed only if `prepaid` exceeds the order.
    package var prepaidMethod: SettlementMethod?
    /// The remainder of a certificate that lapses (R25).
    package var burn: BurntRemainder?

    package init(
        prepaid: Money = .zero, paidNow: Money = .zero, prepaidLines: [PrepaidLine] = [],
        prepaidMethod: SettlementMethod? = nil, burn: BurntRemainder? = nil
    ) {
        self.prepaid = prepaid
        self.paidNow = paidNow
        self.prepaidLines = prepaidLines
        self.prepaidMethod = prepaidMethod
        self.burn = burn
    }
}

/// What was prepaid for one line.
package struct PrepaidLine: Hashable, Sendable, Decodable {
    package var line: String
    package var name: String
    package var sum: Money
    /// The rate of the prepayment's receipt, copied to the return of its excess.
    package var vat: VATRate
    /// Of an agent's line, for the item of the return (R58).
    package var agent: AgentData?

    package init(line: String, name: String, sum: Money, vat: VATRate, agent: AgentData? = nil) {
        self.line = line
        self.name = name
        self.sum = sum
        self.vat = vat
        self.agent = agent
    }
}

/// The remainder of a gift certificate that the shop keeps.
package struct BurntRemainder: Hashable, Sendable, Decodable {
    package var name: String
    package var sum: Money

    package init(name: String, sum: Money) {
        self.name = name
        self.sum = sum
    }
}

extension HandOver: Decodable {
    private enum CodingKeys: String, CodingKey {
        case prepaid, burn
        case paidNow = "paid_now"
        case prepaidLines = "prepaid_lines"
        case prepaidMethod = "prepaid_method"
    }

    package init(from decoder: any Decoder) throws {
        let map = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            prepaid: map.decodeIfPresent(Money.self, forKey: .prepaid) ?? .zero,
            paidNow: map.decodeIfPresent(Money.self, forKey: .paidNow) ?? .zero,
            prepaidLines: map.decodeIfPresent([PrepaidLine].self, forKey: .prepaidLines) ?? [],
            prepaidMethod: map.decodeIfPresent(SettlementMethod.self, forKey: .prepaidMethod),
            burn: map.decodeIfPresent(BurntRemainder.self, forKey: .burn))
    }
}
