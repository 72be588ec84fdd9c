/// The order and the event that a receipt belongs to, in the shop's own numbers; for people and messages only.
package struct OrderReference: Hashable, Sendable {
    package var orderID: String?
    /// The number that buyer and shop know, such as `1001/A`.
    package var orderNumber: String?
    package var paymentID: String?
    package var shipmentID: String?

    package init(
        orderID: String? = nil, orderNumber: String? = nil, paymentID: String? = nil, shipmentID: String? = nil
    ) {
        self.orderID = orderID
        self.orderNumber = orderNumber
        self.paymentID = paymentID
        self.shipmentID = shipmentID
    }
}

extension OrderReference: Codable {
    private enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
        case orderNumber = "order_number"
        case paymentID = "payment_id"
        case shipmentID = "shipment_id"
    }
}
