package import Fiscal

/// Goods of an order were handed over: the payload of `order.shipped`.
package struct ShippedOrder: Sendable {
    package var order: OrderPayload
    package var shipmentID: String
    /// Seconds since 1970-01-01T00:00:00Z; nil: the event's own time.
    package var shippedAt: Int64?
    /// Money taken at the hand-over.
    package var paidNow: Money
    package var means: PaymentMeans
    /// nil: the buyer of the order's prepayment.
    package var customer: CustomerPayload?
    package var goods: GoodsPayload

    /// - Throws: ``FiscalFaults`` with every fault of the payload's form.
    package init(payload: String) throws(FiscalFaults) {
        let reader = try PayloadReader(payload: payload)
        let order = reader.object("order") { OrderPayload(from: $0) }
        let shipment = reader.object("shipment") { shipment in
            (id: shipment.text("id", maximumLength: 100), shippedAt: shipment.optionalMoment("shipped_at"))
        }
        paidNow = reader.optionalMoney("paid_now") ?? .zero
        means = reader.choice("means", default: PaymentMeans.electronic) ?? .electronic
        customer = reader.optionalObject("customer") { CustomerPayload(from: $0) }
        let goods = GoodsPayload(from: reader, itemsRequired: true)
        try reader.gathered.faults.finish()
        guard let order, let shipment, let id = shipment.id, let goods else {
            throw FiscalFaults(.payloadUnreadable, at: .whole)
        }
        self.order = order
        shipmentID = id
        shippedAt = shipment.shippedAt
        self.goods = goods
    }
}
