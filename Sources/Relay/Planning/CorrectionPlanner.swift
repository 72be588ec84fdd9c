import Fiscal

/// Plans the documents of `receipt.correction`: a receipt was missed, wrong or doubled (R70 to R77, C16).
package enum CorrectionPlanner {
    /// The documents of a repair.
    ///
    /// - Parameters:
    ///   - event: What is to be repaired.
    ///   - wrong: The wrong or doubled receipt of ours; nil when the event names none.
    ///   - eventKey: The event's key, for a repair that names neither receipt nor payment.
    ///   - context: The shop, and the order's history with the wrong receipt in it.
    /// - Returns: The documents in the order in which they are to be fiscalised.
    /// - Throws: ``PlanningFault``.
    package static func plan(
        _ event: ReceiptCorrectionEvent, wrong: PastReceipt?, eventKey: String, _ context: PlanningContext
    ) throws(PlanningFault) -> ReceiptPlan {
        let settledAt = try context.clock(context.occurredAt, field: "correction")
        // What was missed has no receipt, whatever the event names.
        let wrong = event.kind == .missed ? nil : wrong
        let (repair, buyer) = try repair(event, wrong: wrong, context)
        let request = CorrectionRequest(
            ffd: context.shop.company.ffd, repair: repair, baseType: event.baseType, baseDate: event.baseDate,
            baseNumber: event.baseNumber)
        if let faults = Validation.faults(in: request, today: settledAt.date) {
            throw .faults(place(faults, right: event.right))
        }
        let bodies: [ReceiptBody]
        do {
            bodies = try ReceiptBuilder.correct(request)
        } catch {
            throw .faults(place(FiscalFaults(error), right: event.right))
        }
        if bodies.isEmpty { return .nothingDue("nothing_due") }
        let key = key(event, wrong: wrong, eventKey: eventKey, context.ledger)
        let order = event.order ?? event.right?.order
        // The repair stands where the wrong receipt stood: it belongs to no other payment.
        let paymentID = wrong == nil ? event.right?.paymentID : wrong?.paymentID
        let reference = OrderReference(
            orderID: order?.id ?? wrong?.document.reference?.orderID,
            orderNumber: order?.number ?? wrong?.document.reference?.orderNumber, paymentID: paymentID,
            shipmentID: wrong?.document.reference?.shipmentID)
        return .receipts(
            bodies.enumerated().map { index, body in
                let isReversal = wrong != nil && index == 0
                let paid = isReversal ? body : PlanningBuild.paid(body, by: event.right?.means ?? .electronic)
                return PlannedReceipt(
                    settlementKey: key,
                    document: context.document(paid, buyer: buyer, settledAt: settledAt, reference: reference),
                    orderID: reference.orderID, paymentID: paymentID, originalExternalID: wrong?.externalID,
                    destination: wrong?.destination)
            })
    }

    /// A missed settlement is settled by its repair: no later event may receipt it again (I11).
    private static func key(
        _ event: ReceiptCorrectionEvent, wrong: PastReceipt?, eventKey: String, _ ledger: OrderLedger
    ) -> SettlementKey {
        if let wrong { return .correction(of: wrong.externalID) }
        guard let right = event.right else { return .correction(of: eventKey) }
        return .paymentIn(payment: right.paymentID, time: ledger.occurrence(ofPayment: right.paymentID))
    }

    private static func repair(
        _ event: ReceiptCorrectionEvent, wrong: PastReceipt?, _ context: PlanningContext
    ) throws(PlanningFault) -> (Repair, Buyer) {
        if event.kind == .missed {
            let (order, buyer) = try right(of: event, wrong: nil, context)
            return (.missed(right: order), buyer)
        }
        guard let wrong else {
            throw .originalMissing("receipt \(event.receiptExternalID?.prefix(80) ?? "") is not among ours")
        }
        guard wrong.isFiscalised, let fpd = wrong.fpd else {
            throw .originalMissing("receipt \(wrong.externalID) has no fiscal sign yet, so nothing is to be repaired")
        }
        if event.kind == .duplicate { return (.duplicate(wrong.body, fpd: fpd), wrong.document.buyer) }
        guard wrong.body.type.ordinary == .sell else {
            // What should have been returned cannot be told by a payment: undo it, and refund the payment anew.
            throw .faults(
                FiscalFaults(
                    .valueUnknown, at: "correction.kind", found: event.kind.rawValue,
                    allowed: [ReceiptCorrectionEvent.Kind.duplicate.rawValue]))
        }
        let (order, buyer) = try right(of: event, wrong: wrong, context)
        return (.wrong(wrong.body, fpd: fpd, right: order), buyer)
    }

    /// What should have been receipted, at the rates of the corrected day (R76), in an order without the wrong receipt.
    private static func right(
        of event: ReceiptCorrectionEvent, wrong: PastReceipt?, _ context: PlanningContext
    ) throws(PlanningFault) -> (Order, Buyer) {
        guard let right = event.right else { throw .faults(FiscalFaults(.valueMissing, at: "right")) }
        let ledger = OrderLedger(receipts: context.ledger.receipts.filter { $0.externalID != wrong?.externalID })
        let history = PlanningContext(shop: context.shop, occurredAt: context.occurredAt, ledger: ledger)
        do throws(PlanningFault) {
            let (orders, buyer) = try PaidOrderPlanner.orders(of: right, history, date: event.baseDate)
            guard orders.count == 1, var order = orders.first else {
                throw PlanningFault.faults(
                    FiscalFaults(.amountMismatch, at: "payment.sum", found: right.sum.description))
            }
            try checkTaxSystems(order)
            if let wrong { order.settlement = try settlement(of: order, insteadOf: wrong, ledger) }
            return (order, buyer)
        } catch {
            guard case .faults(let faults) = error else { throw error }
            throw .faults(faults.within("right"))
        }
    }

    /// A correction is one document, so what would need several is for several events.
    private static func checkTaxSystems(_ order: Order) throws(PlanningFault) {
        if order.settlement == .fullPayment || order.settlement == .fullPrepayment { return }
        guard let stray = order.lines.firstIndex(where: { ($0.sno ?? order.sno) != order.sno }) else { return }
        throw .faults(
            FiscalFaults(
                .taxSystemInvalid, at: FieldPath.item(stray).field("sno"),
                found: order.lines[stray].sno?.rawValue, allowed: [order.sno.rawValue]))
    }

    /// Goods that were paid before are closed again as they were: offset, money of the hand-over, debt (R17).
    private static func settlement(
        of order: Order, insteadOf wrong: PastReceipt, _ ledger: OrderLedger
    ) throws(PlanningFault) -> Settlement {
        guard wrong.paymentID == nil, order.settlement == .fullPayment else { return order.settlement }
        let total = try PlanningBuild.receipts(of: order).reduce(Int64(0)) { $0 + $1.total.kopecks }
        let prepaid = min(total, ledger.openPrepayment.kopecks)
        let money = wrong.body.payments
        let paidNow = min(
            total - prepaid, money.cash.kopecks + money.electronic.kopecks + money.other.kopecks)
        return .close(HandOver(prepaid: Money(kopecks: prepaid), paidNow: Money(kopecks: paidNow)))
    }

    private static func place(_ faults: FiscalFaults, right: OrderPaid?) -> FiscalFaults {
        let prefix = "right."
        let placed = faults.all.map { fault in
            if ["wrong_receipt", "wrong_fpd"].contains(fault.field.text) { return fault.at("receipt.external_id") }
            guard let right, fault.field.text.hasPrefix(prefix) else { return fault }
            let inner = fault.at(FieldPath(String(fault.field.text.dropFirst(prefix.count))))
            return PayloadPlace.place(inner, itemCount: right.goods.items.count).within("right")
        }
        return FiscalFaults(placed) ?? faults
    }
}
