package import Fiscal

/// A receipt as an event needs it, before it is encoded for a provider.
package struct PlannedReceipt: Hashable, Sendable {
    package let settlementKey: SettlementKey
    package let document: ReceiptDocument
    package let orderID: String?
    package let paymentID: String?
    /// The receipt of ours that this one takes back or repairs, by our key.
    package let originalExternalID: String?
    /// Where the receipt must go because its original went there; nil: where the shop sends its receipts today.
    package let destination: String?

    package init(
        settlementKey: SettlementKey, document: ReceiptDocument, orderID: String?, paymentID: String?,
        originalExternalID: String? = nil, destination: String? = nil
    ) {
        self.settlementKey = settlementKey
        self.document = document
        self.orderID = orderID
        self.paymentID = paymentID
        self.originalExternalID = originalExternalID
        self.destination = destination
    }
}
