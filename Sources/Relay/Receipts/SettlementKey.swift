/// What a receipt settles. At most one living receipt exists per shop, settlement and part, whatever says it twice
/// (I11).
package enum SettlementKey: Hashable, Sendable, CustomStringConvertible {
    /// The `time`-th time that money of this payment came in: 1, or more after it was given back whole.
    case paymentIn(payment: String, time: Int)
    /// Money of this payment given back by that refund.
    case paymentOut(payment: String, refund: String)
    /// Goods handed over.
    case shipment(String)
    /// A transaction at a point of sale.
    case pointOfSale(transaction: String)
    /// A check of Bitrix that names neither payment nor shipment.
    case check(portal: String, check: String)
    /// A repair of that receipt: of our own by its key, or of a missed settlement by the key of its event.
    case correction(of: String)

    static let shipmentPrefix = "shipment:"

    package var description: String {
        switch self {
        case .paymentIn(let payment, let time): "payment:\(payment):in:\(time)"
        case .paymentOut(let payment, let refund): "payment:\(payment):out:\(refund)"
        case .shipment(let shipment): Self.shipmentPrefix + shipment
        case .pointOfSale(let transaction): "pos:\(transaction)"
        case .check(let portal, let check): "check:\(portal):\(check)"
        case .correction(let receipt): "correction:\(receipt)"
        }
    }
}
