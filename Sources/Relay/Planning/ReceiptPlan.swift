package import Fiscal

/// What an event asks of the cash register.
package enum ReceiptPlan: Hashable, Sendable {
    /// These receipts, in this order, each fiscalised before the next; never empty.
    case receipts([PlannedReceipt])
    /// Nothing is to be fiscalised; a word for the books, e.g. `nothing_due`.
    case nothingDue(String)
}

/// Why an event cannot be planned, beside faults of its data.
package enum PlanningFault: Error, Hashable, Sendable {
    /// The data of the event are wrong: every fault found.
    case faults(FiscalFaults)
    /// A receipt that this event builds on is not there, or not fiscalised.
    case originalMissing(String)
    /// Money of the order is on record without a receipt, so a closing receipt would be wrong.
    case prepaymentNotReceipted(event: Int64)
    /// Another event has a receipt of a part of what this one settles.
    case alreadyReceipted(event: Int64, settlement: String)
    /// A prepayment of lines for which so much is owed, since they were handed over on credit.
    case creditOpen(owed: Money)
}

/// What planning knows beside the event's payload.
package struct PlanningContext: Sendable {
    package let shop: ShopSettings
    /// Seconds since 1970-01-01T00:00:00Z, by the shop's clock.
    package let occurredAt: Int64
    package let ledger: OrderLedger
    /// The newest earlier event of the same order that took money and has no fiscalised receipt.
    package let unreceiptedPayment: Int64?

    package init(shop: ShopSettings, occurredAt: Int64, ledger: OrderLedger, unreceiptedPayment: Int64? = nil) {
        self.shop = shop
        self.occurredAt = occurredAt
        self.ledger = ledger
        self.unreceiptedPayment = unreceiptedPayment
    }

    /// Local wall clock of the place of settlement.
    ///
    /// - Throws: ``PlanningFault/faults(_:)`` for a moment that no calendar shows.
    func clock(_ seconds: Int64, field: FieldPath) throws(PlanningFault) -> CivilDateTime {
        guard let clock = shop.zone.clock(secondsSince1970: seconds) else {
            throw .faults(FiscalFaults(.dateInvalid, at: field))
        }
        return clock
    }

    /// A receipt of this shop around `body`.
    func document(
        _ body: ReceiptBody, buyer: Buyer, settledAt: CivilDateTime, reference: OrderReference
    ) -> ReceiptDocument {
        ReceiptDocument(
            body: body, buyer: buyer, company: shop.company, settledAt: settledAt, utcOffset: shop.zone.utcOffset,
            internet: shop.isInternetShop ? InternetSettlement(siteAddress: shop.company.paymentAddress) : nil,
            reference: reference)
    }
}
