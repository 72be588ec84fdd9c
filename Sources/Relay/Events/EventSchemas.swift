/// The JSON Schemas (draft 2020-12) of the payloads, by kind of event.
package enum EventSchemas {
    package static let kinds = [
        "cashbox.check", "order.paid", "order.shipped", "payment.refunded", "pos.transaction", "receipt.correction",
    ]

    /// The schema's JSON text; nil for a kind that has none.
    package static func schema(of kind: String) -> String? {
        let bytes: [UInt8]
        switch kind {
        case "cashbox.check": bytes = PackageResources.cashbox_check_json
        case "order.paid": bytes = PackageResources.order_paid_json
        case "order.shipped": bytes = PackageResources.order_shipped_json
        case "payment.refunded": bytes = PackageResources.payment_refunded_json
        case "pos.transaction": bytes = PackageResources.pos_transaction_json
        case "receipt.correction": bytes = PackageResources.receipt_correction_json
        default: return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
