import Fiscal

/// Plans the documents of `receipt.correction`: a receipt was missed, wrong or doubled (R70 to R77, C16).
package enum CorrectionPlanner {
    /// - Parameters:
    ///   - wrong: The wrong or doubled receipt of ours; nil when the event names none.
    ///   - eventKey: The event's key, for a repair that names neither receipt nor payment.
    /// - Throws: ``PlanningFault``.
    package static func plan(
        _ event: ReceiptCorrectionEvent, wrong: PastReceipt?, eventKey: String, _ context: PlanningContext
    ) throws(PlanningFault) -> ReceiptPlan {
        let settledAt = try context.clock(context.occurredAt, field: "correction")
        guard event.baseDate <= settledAt.date else {
            throw .faults(
                FiscalFaults(
                    .correctionDateFuture, at: "correction.base_date", found: event.baseDate.description,
                    limit: settledAt.date.description))
        }
        let (repair, buyer) = try repair(event, wrong: wrong, context, date: settledAt.date)
        let bodies: [ReceiptBody]
        do {
            bodies = try ReceiptBuilder.correct(
                CorrectionRequest(
                    ffd: context.shop.company.ffd, repair: repair, baseType: event.baseType,
                    baseDate: event.baseDate, baseNumber: event.baseNumber))
        } catch {
            throw .faults(FiscalFaults(error.within("correction")))
        }
        // A missed settlement is settled by its repair: no later event may receipt it again (I11).
        let key: SettlementKey
        if let wrong {
            key = .correction(of: wrong.externalID)
        } else if let right = event.right {
            key = .paymentIn(
                payment: right.paymentID, time: context.ledger.occurrence(ofPayment: right.paymentID))
        } else {
            key = .correction(of: eventKey)
        }
        let order = event.right?.order
        let reference = OrderReference(
            orderID: order?.id ?? wrong?.document.reference?.orderID,
            orderNumber: order?.number ?? wrong?.document.reference?.orderNumber,
            paymentID: event.right?.paymentID ?? wrong?.paymentID)
        return .receipts(
            bodies.map { body in
                PlannedReceipt(
                    settlementKey: key,
                    document: context.document(
                        body, buyer: buyer, settledAt: settledAt, reference: reference),
                    orderID: reference.orderID, paymentID: reference.paymentID,
                    originalExternalID: wrong?.externalID, destination: wrong?.destination)
            })
    }

    private static func repair(
        _ event: ReceiptCorrectionEvent, wrong: PastReceipt?, _ context: PlanningContext, date: CivilDate
    ) throws(PlanningFault) -> (Repair, Buyer) {
        var right: (order: Order, buyer: Buyer)?
        if let event = event.right, self.needsRight(event: event) {
            do {
                // The rates are those of the corrected day (R76), which the builder applies.
                let (order, buyer) = try PaidOrderPlanner.order(of: event, context, date: date)
                right = (order, buyer)
            } catch {
                throw Self.placed(error, within: "right")
            }
        }
        if event.kind == .missed {
            guard let right else { throw .faults(FiscalFaults(.valueMissing, at: "right")) }
            return (.missed(right: right.order), right.buyer)
        }
        guard let wrong else {
            throw .originalMissing(
                "receipt \(event.receiptExternalID?.prefix(80) ?? "") is not among ours")
        }
        guard wrong.isFiscalised, let fpd = wrong.fpd else {
            throw .originalMissing("receipt \(wrong.externalID) has no fiscal sign yet, so nothing is to be repaired")
        }
        if event.kind == .duplicate { return (.duplicate(wrong.body, fpd: fpd), wrong.document.buyer) }
        guard let right else { throw .faults(FiscalFaults(.valueMissing, at: "right")) }
        return (.wrong(wrong.body, fpd: fpd, right: right.order), right.buyer)
    }

    private static func needsRight(event: OrderPaid) -> Bool { event.settlement != .creditPayment }

    private static func placed(_ fault: PlanningFault, within field: FieldPath) -> PlanningFault {
        guard case .faults(let faults) = fault else { return fault }
        return .faults(faults.within(field))
    }
}
