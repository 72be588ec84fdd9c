/// A line of an order before the rules have judged it.
///
/// Price, quantity and rate are kept as they were written, because rule C4 fixes which fault of an order comes first and
/// a validation wants them all. Ids are unique within an order; `name` is cleaned by R49 and `marks` by R54 before.
package struct OrderLine: Hashable, Sendable {
    package var id: String
    package var name: String
    /// Per unit, discounts of the catalogue already in it; up to four decimals.
    package var price: ExactDecimal
    package var quantity: ExactDecimal
    /// The name of a plain rate, such as `vat22`.
    package var vat: String
    package var object: SettlementObject
    /// Whether `price` contains the tax (C2).
    package var isVATIncluded: Bool
    package var measure: Measure
    /// Whether the order's discount and bonuses may be taken from it (C5); usually not from delivery.
    package var isDiscountable: Bool
    /// Marking codes as scanned, one per unit; empty for goods that are not marked.
    package var marks: [String]
    package var agent: AgentData?
    /// The tax system of this line, if not the order's.
    package var sno: TaxSystem?
    /// Handed over at the moment of a full prepayment of the order, such as a file: settled in full in the prepayment's
    /// receipt, and left out of the closing one (R28).
    package var isDeliveredAtPayment: Bool

    package init(
        id: String, name: String, price: ExactDecimal, quantity: ExactDecimal, vat: String,
        object: SettlementObject = .commodity, isVATIncluded: Bool = true, measure: Measure = .piece,
        isDiscountable: Bool = true, marks: [String] = [], agent: AgentData? = nil, sno: TaxSystem? = nil,
        isDeliveredAtPayment: Bool = false
    ) {
        self.id = id
        self.name = name
        self.price = price
        self.quantity = quantity
        self.vat = vat
        self.object = object
        self.isVATIncluded = isVATIncluded
        self.measure = measure
        self.isDiscountable = isDiscountable
        self.marks = marks
        self.agent = agent
        self.sno = sno
        self.isDeliveredAtPayment = isDeliveredAtPayment
    }

    /// Whether the line has marking codes (C8m).
    package var isMarked: Bool { !marks.isEmpty }
}

extension OrderLine: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id, name, price, vat, object, measure, marks, agent, sno
        case quantity = "qty"
        case isVATIncluded = "vat_included"
        case isDiscountable = "discountable"
        case isDeliveredAtPayment = "delivered_at_payment"
    }

    package init(from decoder: any Decoder) throws {
        let map = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            id: map.decode(String.self, forKey: .id),
            name: map.decode(String.self, forKey: .name),
            price: map.decode(ExactDecimal.self, forKey: .price),
            quantity: map.decode(ExactDecimal.self, forKey: .quantity),
            vat: map.decode(String.self, forKey: .vat),
            object: map.decode(SettlementObject.self, forKey: .object),
            isVATIncluded: map.decodeIfPresent(Bool.self, forKey: .isVATIncluded) ?? true,
            measure: map.decodeIfPresent(Measure.self, forKey: .measure) ?? .piece,
            isDiscountable: map.decodeIfPresent(Bool.self, forKey: .isDiscountable) ?? true,
            marks: map.decodeIfPresent([String].self, forKey: .marks) ?? [],
            agent: map.decodeIfPresent(AgentData.self, forKey: .agent),
            sno: map.decodeIfPresent(TaxSystem.self, forKey: .sno),
            isDeliveredAtPayment: map.decodeIfPresent(Bool.self, forKey: .isDeliveredAtPayment) ?? false)
    }
}
