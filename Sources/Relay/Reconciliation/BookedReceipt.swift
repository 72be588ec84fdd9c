package import Fiscal

/// A receipt of ours, as reconciliation sees it.
package struct BookedReceipt: Hashable, Sendable {
    package var id: Int64
    package var eventID: Int64
    package var part: Int
    package var edition: Int
    package var settlementKey: String
    package var order: String?
    package var type: ReceiptType
    package var total: Money
    package var payments: Payments
    package var state: ReceiptState
    package var destination: String
    /// The provider's number of it; nil: it never had one.
    package var providerID: String?
    package var fn: String?
    package var fd: String?
    package var fpd: String?

    package init(
        id: Int64, eventID: Int64, part: Int = 1, edition: Int = 1, settlementKey: String, order: String? = nil,
        type: ReceiptType, total: Money, payments: Payments, state: ReceiptState, destination: String,
        providerID: String? = nil, fn: String? = nil, fd: String? = nil, fpd: String? = nil
    ) {
        self.id = id
        self.eventID = eventID
        self.part = part
        self.edition = edition
        self.settlementKey = settlementKey
        self.order = order
        self.type = type
        self.total = total
        self.payments = payments
        self.state = state
        self.destination = destination
        self.providerID = providerID
        self.fn = fn
        self.fd = fd
        self.fpd = fpd
    }

    package var isPrinted: Bool { state == .fiscalised }

    /// Whether it still counts, printed or on its way.
    package var isLiving: Bool { state != .refused && state != .abandoned }
}
