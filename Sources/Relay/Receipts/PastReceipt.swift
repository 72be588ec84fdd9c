package import Fiscal

/// A receipt of ours as the planning of a later one sees it: plain values, no database.
package struct PastReceipt: Hashable, Sendable {
    package let externalID: String
    package let eventID: Int64
    package let settlementKey: String
    package let paymentID: String?
    /// The receipt that this one takes back or repairs, by our key.
    package let originalExternalID: String?
    package let destination: String
    package let document: ReceiptDocument
    /// Whether it has its fiscal signs (or stands for one that would, in shadow mode).
    package let isFiscalised: Bool
    package let fpd: String?

    package init(
        externalID: String, eventID: Int64, settlementKey: String, paymentID: String?,
        originalExternalID: String? = nil, destination: String, document: ReceiptDocument, isFiscalised: Bool = true,
        fpd: String? = nil
    ) {
        self.externalID = externalID
        self.eventID = eventID
        self.settlementKey = settlementKey
        self.paymentID = paymentID
        self.originalExternalID = originalExternalID
        self.destination = destination
        self.document = document
        self.isFiscalised = isFiscalised
        self.fpd = fpd
    }

    package var body: ReceiptBody { document.body }
}
