/// Which money or goods change hands in a settlement (R10 to R15).
package enum Settlement: Hashable, Sendable {
    /// Pay and get at once (R10).
    case fullPayment
    /// All is paid before hand-over (R11).
    case fullPrepayment
    /// A part is paid before hand-over (R12).
    /// - Parameters:
    ///   - amount: Paid now; above 0, below the total of the order.
    ///   - alreadyPrepaid: By line id, what earlier prepayments put on it.
    case prepayment(amount: Money, alreadyPrepaid: [String: Money])
    /// Money for goods not known yet: a certificate, a top-up (R13, R25).
    case advance(Advance)
    /// Goods already handed over on credit are paid for, wholly or in part (R14).
    case creditPayment(CreditPayment)
    /// The goods are handed over; prepayments are offset, the unpaid rest becomes a credit (C12).
    case close(HandOver)
}

/// An advance (C11).
package struct Advance: Hashable, Sendable {
    /// What the single item is called.
    package var name: String
    package var amount: Money
    /// The main plain rate of the shop, such as `vat22` (R38).
    package var vat: String

    package init(name: String, amount: Money, vat: String) {
        self.name = name
        self.amount = amount
        self.vat = vat
    }
}

/// What is still owed for one line handed over on credit.
package struct CreditBalance: Hashable, Sendable {
    package var line: String
    package var name: String
    /// The plain rate of the hand-over.
    package var vat: String
    package var balance: Money
    /// Of an agent's line, for the item of each payment (R58).
    package var agent: AgentData?

    package init(line: String, name: String, vat: String, balance: Money, agent: AgentData? = nil) {
        self.line = line
        self.name = name
        self.vat = vat
        self.balance = balance
        self.agent = agent
    }
}

/// A payment of a credit (C11).
package struct CreditPayment: Hashable, Sendable {
    package var amount: Money
    /// The day of the hand-over: its rates hold for every payment (R34).
    package var shipDate: CivilDate
    package var balances: [CreditBalance]

    package init(amount: Money, shipDate: CivilDate, balances: [CreditBalance]) {
        self.amount = amount
        self.shipDate = shipDate
        self.balances = balances
    }
}

extension CreditBalance: Decodable {}

extension Settlement: Decodable {
    private enum Method: String, WireNamed {
        case fullPayment = "full_payment"
        case fullPrepayment = "full_prepayment"
        case prepayment, advance
        case creditPayment = "credit_payment"
        case close

        static var unknownCode: FaultCode { .valueUnknown }
    }

    private enum CodingKeys: String, CodingKey {
        case method, amount, name, vat
        case alreadyPrepaid = "already_prepaid"
        case shipDate = "ship_date"
        case creditBalances = "credit_balances"
    }

    /// Reads `method` and the fields that go with it, which stand beside it.
    package init(from decoder: any Decoder) throws {
        let map = try decoder.container(keyedBy: CodingKeys.self)
        switch try map.decode(Method.self, forKey: .method) {
        case .fullPayment: self = .fullPayment
        case .fullPrepayment: self = .fullPrepayment
        case .prepayment:
            self = .prepayment(
                amount: try map.decode(Money.self, forKey: .amount),
                alreadyPrepaid: try map.decodeIfPresent([String: Money].self, forKey: .alreadyPrepaid) ?? [:])
        case .advance:
            self = .advance(
                Advance(
                    name: try map.decode(String.self, forKey: .name),
                    amount: try map.decode(Money.self, forKey: .amount),
                    vat: try map.decode(String.self, forKey: .vat)))
        case .creditPayment:
            self = .creditPayment(
                CreditPayment(
                    amount: try map.decode(Money.self, forKey: .amount),
                    shipDate: try map.decode(CivilDate.self, forKey: .shipDate),
                    balances: try map.decode([CreditBalance].self, forKey: .creditBalances)))
        case .close:
            self = .close(try HandOver(from: decoder))
        }
    }
}
