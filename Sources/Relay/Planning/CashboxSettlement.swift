import Fiscal

/// What a check settles, in the words that events of orders use too: so that the two never receipt the same thing (I11).
struct CashboxSettlement {
    let key: SettlementKey
    /// The payment whose money is on the receipt; nil where none changes hands.
    let paymentID: String?
    /// Whether goods are handed over for what was paid before, or on credit.
    let isClosing: Bool

    /// - Throws: ``PlanningFault/alreadyReceipted(event:settlement:)`` when one of several payments or shipments of the
    ///   check has a receipt; that of the first is found by the key.
    init(of check: CashboxCheck, _ ledger: OrderLedger) throws(PlanningFault) {
        let money = check.payments.filter { $0.type.isMoney && $0.sum.isPositive }
        let named = (money.isEmpty && check.type.isReturn ? check.payments : money).compactMap(\.id)
        if check.type.isReturn {
            paymentID = named.first
            isClosing = false
            key =
                paymentID.map { .paymentOut(payment: $0, refund: "check-\(check.checkID)") }
                ?? .check(portal: check.portal, check: check.checkID)
            return
        }
        isClosing = money.isEmpty
        paymentID = named.first
        if let first = named.first {
            key = .paymentIn(payment: first, time: ledger.occurrence(ofPayment: first))
            for other in named.dropFirst() where other != first && ledger.left(ofPayment: other) > 0 {
                throw Self.rival(ledger, .paymentIn(payment: other, time: ledger.occurrence(ofPayment: other)))
            }
        } else if isClosing, let shipment = check.shipments.first {
            key = .shipment(shipment)
            for other in check.shipments.dropFirst() {
                let rival = SettlementKey.shipment(other)
                if ledger.receipts.contains(where: { $0.settlementKey == rival.description }) {
                    throw Self.rival(ledger, rival)
                }
            }
        } else {
            key = .check(portal: check.portal, check: check.checkID)
        }
    }

    private static func rival(_ ledger: OrderLedger, _ key: SettlementKey) -> PlanningFault {
        let event = ledger.receipts.last { $0.settlementKey == key.description }?.eventID
        return .alreadyReceipted(event: event ?? 0, settlement: key.description)
    }
}
