import Fiscal

/// Plans the closing receipts of `order.shipped`: goods changed hands, prepayments are offset (R11 to R19).
package enum ShippedOrderPlanner {
    /// - Throws: ``PlanningFault``.
    package static func plan(_ event: ShippedOrder, _ context: PlanningContext) throws(PlanningFault) -> ReceiptPlan {
        if let unreceipted = context.unreceiptedPayment { throw .prepaymentNotReceipted(event: unreceipted) }
        if let correction = context.ledger.withoutItems {
            throw .originalMissing(
                "receipt \(correction.externalID) is a correction without lines, so what it settled is not on record")
        }
        let settledAt = try context.clock(event.shippedAt ?? context.occurredAt, field: "shipment.shipped_at")
        var collector = FaultCollector()
        let (lines, faults) = OrderLines.lines(
            of: event.goods, vat: context.shop.vat.mapping, ffd: context.shop.company.ffd)
        for fault in faults { collector.add(fault) }
        let order = Order(
            date: settledAt.date, sno: context.shop.company.sno, settlement: .fullPayment, lines: lines,
            orderDiscount: event.goods.orderDiscount, bonus: event.goods.bonus)
        if let more = Validation.faults(in: order, ffd: context.shop.company.ffd) {
            for fault in PayloadPlace.place(more, in: event.goods).all
            where !collector.faults.contains(where: { $0.field == fault.field }) {
                collector.add(fault)
            }
        }
        if event.paidNow.isPositive,
            let fault = PlanningBuild.meansFault(event.means, allowed: PlanningBuild.newMoney, at: "means")
        {
            collector.add(fault)
        }
        let buyer = buyer(of: event, context, &collector)
        guard collector.isEmpty, let buyer else {
            throw .faults(collector.result ?? FiscalFaults(.contactInvalid, at: "customer"))
        }
        let isDue = { (line: OrderLine) in !isSettled(line, context.ledger) }
        guard lines.contains(where: isDue) else {
            guard event.paidNow.isZero else {
                throw .faults(
                    FiscalFaults(.overpayment, at: "paid_now", found: event.paidNow.description, limit: "0.00"))
            }
            return .nothingDue("already_settled")
        }
        let bodies = try closing(TaxSystemShare.split(order, isDue), event, context)
        if bodies.isEmpty { return .nothingDue("nothing_due") }
        let reference = OrderReference(
            orderID: event.order.id, orderNumber: event.order.number, shipmentID: event.shipmentID)
        return .receipts(
            bodies.map { body in
                PlannedReceipt(
                    settlementKey: .shipment(event.shipmentID),
                    document: context.document(
                        PlanningBuild.paid(body, by: event.means), buyer: buyer, settledAt: settledAt,
                        reference: reference),
                    orderID: event.order.id, paymentID: nil)
            })
    }

    /// The buyer named by the event, else the one of the order's last receipt.
    private static func buyer(
        of event: ShippedOrder, _ context: PlanningContext, _ collector: inout FaultCollector
    ) -> Buyer? {
        if let customer = event.customer, customer.email != nil || customer.phone != nil {
            return collector.values { () throws(FiscalFaults) in try customer.buyer() }
        }
        if let past = context.ledger.receipts.last { return past.document.buyer }
        collector.add(FiscalFault(.contactInvalid, at: "customer"))
        return nil
    }

    /// Whether the line was paid and handed over at once by an earlier receipt, or handed over on credit by one, so that
    /// shipping it settles nothing. The ledger says so, not the line: a line delivered at payment (R28) is settled only
    /// where a receipt of that payment has it.
    private static func isSettled(_ line: OrderLine, _ ledger: OrderLedger) -> Bool {
        ledger.handOvers.contains { receipt in
            receipt.paymentID != nil
                && receipt.body.items.contains {
                    $0.line == line.id && !$0.method.isPrepayment && $0.method != .creditPayment
                }
        }
    }

    /// One closing receipt per tax system (C10s): the discount is spread over the whole shipment first. What is prepaid
    /// under a system is offset under it; what is left then goes to the receipts in turn, first shipments first (R19).
    /// What a shipment leaves stays open for the next.
    private static func closing(
        _ shares: [TaxSystemShare], _ event: ShippedOrder, _ context: PlanningContext
    ) throws(PlanningFault) -> [ReceiptBody] {
        var prepaid = context.ledger.openPrepayment.kopecks
        var offsets = shares.map { share in
            let own = min(share.total.kopecks, prepaid, context.ledger.openPrepayment(under: share.order.sno).kopecks)
            prepaid -= own
            return own
        }
        var paidNow = event.paidNow.kopecks
        var bodies: [ReceiptBody] = []
        for (index, share) in shares.enumerated() {
            let more = min(prepaid, share.total.kopecks - offsets[index])
            prepaid -= more
            offsets[index] += more
            let due = share.total.kopecks - offsets[index]
            // What nobody owes is the last receipt's to refuse.
            let taken = index == shares.count - 1 ? paidNow : min(paidNow, due)
            paidNow -= taken
            var order = share.order
            order.settlement = .close(
                HandOver(prepaid: Money(kopecks: offsets[index]), paidNow: Money(kopecks: taken)))
            bodies += try PlanningBuild.receipts(of: order)
        }
        return bodies
    }
}
