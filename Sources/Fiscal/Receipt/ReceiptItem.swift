/// One item of a receipt ("предмет расчета", tag 1059).
///
/// Half-up of price × quantity is the sum (R31). Names in JSON are the neutral ones of `receipt-vectors/1`.
package struct ReceiptItem: Hashable, Sendable {
    /// The order line it comes from; several items may come from one line. Also `advance` and `burn`.
    package var line: String
    /// Tag 1030, cleaned by R49 before the receipt was built.
    package var name: String
    /// Tag 1079, with discounts and VAT.
    package var price: Money
    /// Tag 1023.
    package var quantity: Quantity
    /// Tag 1043.
    package var sum: Money
    /// Tag 1214.
    package var method: SettlementMethod
    /// Tag 1212.
    package var object: SettlementObject
    /// Tag 2108.
    package var measure: Measure
    /// Tag 1199.
    package var vat: VATRate
    /// Tag 1200: 0.00 for `vat0` and `none`, where it is not sent (R42).
    package var vatSum: Money
    /// The marking code, byte for byte as scanned (R54); tag 1163 or 2000.
    package var mark: String?
    /// The principal and the role of the shop, when it sells as an agent (R58).
    package var agent: AgentData?

    package init(
        line: String, name: String, price: Money, quantity: Quantity, sum: Money, method: SettlementMethod,
        object: SettlementObject, measure: Measure, vat: VATRate, vatSum: Money, mark: String? = nil,
        agent: AgentData? = nil
    ) {
        self.line = line
        self.name = name
        self.price = price
        self.quantity = quantity
        self.sum = sum
        self.method = method
        self.object = object
        self.measure = measure
        self.vat = vat
        self.vatSum = vatSum
        self.mark = mark
        self.agent = agent
    }
}

extension ReceiptItem: Codable {
    private enum CodingKeys: String, CodingKey {
        case line, name, price, quantity, sum, method, object, measure, vat, mark, agent
        case vatSum = "vat_sum"
    }
}
