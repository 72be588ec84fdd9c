import Fiscal
import Relay

/// Reads a payload as the kind's decoder does.
enum AnyEvent {
    static func read(_ kind: String, _ payload: String) throws(FiscalFaults) {
        switch kind {
        case "cashbox.check": _ = try CashboxCheck(payload: payload)
        case "order.paid": _ = try OrderPaid(payload: payload)
        case "order.shipped": _ = try ShippedOrder(payload: payload)
        case "payment.refunded": _ = try RefundedPayment(payload: payload)
        case "pos.transaction": _ = try PosTransaction(payload: payload)
        default: _ = try ReceiptCorrectionEvent(payload: payload)
        }
    }
}
