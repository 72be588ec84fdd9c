/// A receipt that another program has computed, such as the cash register checks of a shop system: its lines with their
/// sums, its payments and its total.
///
/// The program decides what is settled and for how much; rates, prices that fit their sums, limits and the equality of
/// sums are judged as for every other receipt. Amounts may have fractions of a kopeck.
package struct DictatedReceipt: Hashable, Sendable {
    package struct Line: Hashable, Sendable {
        /// Several lines may share it: the pieces of one position.
        package var id: String
        package var name: String
        /// Per unit, discount and VAT in it.
        package var price: ExactDecimal
        package var quantity: ExactDecimal
        /// What the line costs; it counts where price × quantity comes to something else.
        package var sum: ExactDecimal
        /// The plain rate of the goods.
        package var vat: VATRate
        package var object: SettlementObject
        package var measure: Measure
        /// The code of the one piece that the line is.
        package var mark: String?
        package var agent: AgentData?

        package init(
            id: String, name: String, price: ExactDecimal, quantity: ExactDecimal, sum: ExactDecimal, vat: VATRate,
            object: SettlementObject, measure: Measure, mark: String? = nil, agent: AgentData? = nil
        ) {
            self.id = id
            self.name = name
            self.price = price
            self.quantity = quantity
            self.sum = sum
            self.vat = vat
            self.object = object
            self.measure = measure
            self.mark = mark
            self.agent = agent
        }
    }

    package struct Payment: Hashable, Sendable {
        package var means: PaymentMeans
        package var sum: ExactDecimal

        package init(_ means: PaymentMeans, _ sum: ExactDecimal) {
            self.means = means
            self.sum = sum
        }
    }

    /// `sell` or `sell_return`.
    package var type: ReceiptType
    package var sno: TaxSystem
    /// Of all lines.
    package var method: SettlementMethod
    /// The day whose rates count (C14); nil: none is asked, as for the return of a sale whose day nobody knows.
    package var rateDate: CivilDate?
    package var lines: [Line]
    package var payments: [Payment]
    package var total: ExactDecimal

    package init(
        type: ReceiptType, sno: TaxSystem, method: SettlementMethod, rateDate: CivilDate?, lines: [Line],
        payments: [Payment], total: ExactDecimal
    ) {
        self.type = type
        self.sno = sno
        self.method = method
        self.rateDate = rateDate
        self.lines = lines
        self.payments = payments
        self.total = total
    }
}
