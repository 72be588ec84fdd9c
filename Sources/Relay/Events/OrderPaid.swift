package import Fiscal

/// A payment of an order was confirmed: the payload of `order.paid`.
package struct OrderPaid: Sendable {
    /// What kind of settlement the payment is.
    package enum SettlementKind: String, Sendable, CaseIterable {
        case fullPayment = "full_payment"
        case fullPrepayment = "full_prepayment"
        case prepayment
        case advance
        case credit
        case creditPayment = "credit_payment"

        /// Whether the payload must say what was bought.
        var needsGoods: Bool { self != .advance && self != .creditPayment }
    }

    package var order: OrderPayload
    package var paymentID: String
    package var sum: Money
    package var means: PaymentMeans
    /// Seconds since 1970-01-01T00:00:00Z; nil: the event's own time.
    package var paidAt: Int64?
    package var settlement: SettlementKind
    package var customer: CustomerPayload
    package var goods: GoodsPayload

    /// - Throws: ``FiscalFaults`` with every fault of the payload's form.
    package init(payload: String) throws(FiscalFaults) {
        let reader = try PayloadReader(payload: payload)
        let event = Self.read(reader)
        try reader.gathered.faults.finish()
        guard let event else { throw FiscalFaults(.payloadUnreadable, at: .whole) }
        self = event
    }

    private init(
        order: OrderPayload, paymentID: String, sum: Money, means: PaymentMeans, paidAt: Int64?,
        settlement: SettlementKind, customer: CustomerPayload, goods: GoodsPayload
    ) {
        self.order = order
        self.paymentID = paymentID
        self.sum = sum
        self.means = means
        self.paidAt = paidAt
        self.settlement = settlement
        self.customer = customer
        self.goods = goods
    }

    /// Reads the fields of an `order.paid` payload, which may also stand inside another one (`right` of a correction).
    static func read(_ reader: borrowing PayloadReader) -> OrderPaid? {
        let order = reader.object("order") { OrderPayload(from: $0) }
        let payment = reader.object("payment") { payment in
            (
                id: payment.text("id", maximumLength: 100), sum: payment.money("sum"),
                means: payment.choice("means", default: PaymentMeans.electronic) ?? .electronic,
                paidAt: payment.optionalMoment("paid_at")
            )
        }
        let settlement: SettlementKind = reader.choice("settlement", default: .fullPrepayment) ?? .fullPrepayment
        let customer = reader.object("customer") { CustomerPayload(from: $0) }
        let goods = GoodsPayload(from: reader, itemsRequired: settlement.needsGoods)
        guard let order, let payment, let id = payment.id, let sum = payment.sum, let customer, let goods else {
            return nil
        }
        return OrderPaid(
            order: order, paymentID: id, sum: sum, means: payment.means, paidAt: payment.paidAt,
            settlement: settlement, customer: customer, goods: goods)
    }
}
