package import Fiscal

/// Money of a payment was given back: the payload of `payment.refunded`.
package struct RefundedPayment: Sendable {
    package struct Line: Hashable, Sendable {
        package var id: String
        package var quantity: ExactDecimal
    }

    /// nil: the refund's lane holds the order, e.g. of a POS sale without one.
    package var order: OrderPayload?
    package var paymentID: String
    package var refundID: String
    /// nil: what the returned lines cost.
    package var sum: Money?
    /// nil: the way the money came.
    package var means: PaymentMeans?
    /// Seconds since 1970-01-01T00:00:00Z; nil: the event's own time.
    package var refundedAt: Int64?
    /// nil: the buyer of the sale.
    package var customer: CustomerPayload?
    /// nil: all that is left of the payment.
    package var items: [Line]?

    /// Money of a sale that is no payment of an order goes back; `items` nil: all that is left of it.
    init(
        sale paymentID: String, refund refundID: String, order: OrderPayload?, sum: Money?, means: PaymentMeans?,
        at refundedAt: Int64?, customer: CustomerPayload?, items: [Line]?
    ) {
        self.order = order
        self.paymentID = paymentID
        self.refundID = refundID
        self.sum = sum
        self.means = means
        self.refundedAt = refundedAt
        self.customer = customer
        self.items = items
    }

    /// - Throws: ``FiscalFaults`` with every fault of the payload's form.
    package init(payload: String) throws(FiscalFaults) {
        let reader = try PayloadReader(payload: payload)
        order = reader.optionalObject("order") { OrderPayload(from: $0) }
        let payment = reader.object("payment") { $0.text("id", maximumLength: 100) }
        let refund = reader.object("refund") { refund in
            (
                id: refund.text("id", maximumLength: 100), sum: refund.optionalMoney("sum"),
                means: refund.optionalChoice("means", PaymentMeans.self),
                at: refund.optionalMoment("refunded_at")
            )
        }
        customer = reader.optionalObject("customer") { CustomerPayload(from: $0) }
        items = reader.optionalList("items", maximumCount: GoodsPayload.maximumLines) { item in
            let id = item.text("id", maximumLength: 100)
            let quantity = item.decimal("quantity", fault: .quantityInvalid)
            guard let id, let quantity else { return nil }
            return Line(id: id, quantity: quantity)
        }
        _ = reader.optionalChoice("stock_effect", PosTransaction.StockEffect.self)
        try reader.gathered.faults.finish()
        guard let payment, let refund, let refundID = refund.id else {
            throw FiscalFaults(.payloadUnreadable, at: .whole)
        }
        paymentID = payment
        self.refundID = refundID
        sum = refund.sum
        means = refund.means
        refundedAt = refund.at
        // An empty list says no more than an absent one.
        if items?.isEmpty == true { items = nil }
    }
}
