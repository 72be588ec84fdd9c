import Fiscal

/// Plans the receipts of `payment.refunded`: money goes back (R20 to R23, C13).
///
/// Goods that were handed over are returned against their closing or sale receipt, at its prices and rates; what was only
/// prepaid is returned against the prepayment. Nothing is returned twice, no more than was sold, and no more than is left
/// of the payment.
package enum RefundPlanner {
    /// - Parameters:
    ///   - event: The refund.
    ///   - context: The shop, and the history of the payment.
    ///   - settlementKey: What the receipts settle; nil: the refund of the payment.
    /// - Returns: The receipts.
    /// - Throws: ``PlanningFault``.
    package static func plan(
        _ event: RefundedPayment, _ context: PlanningContext, settlementKey: SettlementKey? = nil
    ) throws(PlanningFault) -> ReceiptPlan {
        let settledAt = try context.clock(event.refundedAt ?? context.occurredAt, field: "refund.refunded_at")
        let account = try RefundAccount(payment: event.paymentID, context.ledger)
        let buyer = try buyer(of: event)
        if let sum = event.sum {
            if sum.isZero, event.items == nil { return .nothingDue("nothing_due") }
            guard sum.kopecks <= account.left else { throw mismatch(sum, limit: account.left) }
        } else if account.left == 0 {
            throw mismatch(nil, limit: 0)
        }
        var takings =
            if let items = event.items {
                try account.takings(of: items, sum: event.sum)
            } else {
                try account.takings(worth: event.sum)
            }
        try settle(&takings, event, account)
        guard !takings.isEmpty else { return .nothingDue("nothing_due") }
        if let unfinished = takings.first(where: { !$0.original.isFiscalised }) {
            throw .originalMissing("receipt \(unfinished.original.externalID) is not fiscalised")
        }
        let means = event.means ?? account.means
        return .receipts(
            takings.map { taking in
                let original = taking.original
                let reference = OrderReference(
                    orderID: event.order?.id ?? original.document.reference?.orderID,
                    orderNumber: event.order?.number ?? original.document.reference?.orderNumber,
                    paymentID: event.paymentID)
                return PlannedReceipt(
                    settlementKey: settlementKey ?? .paymentOut(payment: event.paymentID, refund: event.refundID),
                    document: context.document(
                        PlanningBuild.paid(taking.body, by: means), buyer: buyer ?? original.document.buyer,
                        settledAt: settledAt, reference: reference),
                    orderID: reference.orderID, paymentID: event.paymentID,
                    originalExternalID: original.externalID, destination: original.destination)
            })
    }

    /// The buyer that the event names; nil: the one of the sale.
    private static func buyer(of event: RefundedPayment) throws(PlanningFault) -> Buyer? {
        guard let customer = event.customer, customer.email != nil || customer.phone != nil else { return nil }
        do {
            return try customer.buyer()
        } catch {
            throw .faults(error)
        }
    }

    /// Splits what comes back into money and debt: goods of a hand-over on credit may be worth more than the money that
    /// goes back, and the rest of their price is owed no more (R20). Any other difference is for a person.
    private static func settle(
        _ takings: inout [RefundTaking], _ event: RefundedPayment, _ account: RefundAccount
    ) throws(PlanningFault) {
        let total = takings.reduce(Int64(0)) { $0 + $1.body.total.kopecks }
        let money = event.sum?.kopecks ?? min(total, account.left)
        var debt = total - money
        guard debt >= 0 else { throw mismatch(event.sum, limit: total) }
        for index in takings.indices where debt > 0 {
            let owed = account.owed(for: takings[index].original)
            let part = min(debt, owed, takings[index].body.payments.electronic.kopecks)
            takings[index].body.payments.electronic =
                Money(kopecks: takings[index].body.payments.electronic.kopecks - part)
            takings[index].body.payments.credit = Money(kopecks: part)
            debt -= part
        }
        guard debt == 0 else { throw mismatch(event.sum, limit: event.sum == nil ? account.left : total) }
    }

    private static func mismatch(_ sum: Money?, limit: Int64) -> PlanningFault {
        .faults(
            FiscalFaults(
                .amountMismatch, at: "refund.sum", found: sum?.description,
                limit: Money(kopecks: limit).description))
    }
}
