import Fiscal

/// Plans the receipts of `pos.transaction` that a terminal does not print itself.
package enum PointOfSalePlanner {
    /// What planning knows of the transaction that a refund or a cancel takes back, and of what takes back a sale.
    package struct Family: Hashable, Sendable {
        /// The transaction that cancelled this sale before it had a receipt.
        package var cancelledBy: String?
        /// An earlier event of the original that has no receipt yet.
        package var unreceiptedOriginal: Int64?

        package init(cancelledBy: String? = nil, unreceiptedOriginal: Int64? = nil) {
            self.cancelledBy = cancelledBy
            self.unreceiptedOriginal = unreceiptedOriginal
        }
    }

    /// - Throws: ``PlanningFault``.
    package static func plan(
        _ event: PosTransaction, _ context: PlanningContext, _ family: Family
    ) throws(PlanningFault) -> ReceiptPlan {
        switch event.type {
        case .sale:
            // Taken back before it was settled: neither a sale nor a return.
            if family.cancelledBy != nil { return .nothingDue("cancelled") }
            return .receipts(try sale(event, context, type: .sell))
        case .refund, .cancel:
            return try back(event, context, family)
        }
    }

    private static func back(
        _ event: PosTransaction, _ context: PlanningContext, _ family: Family
    ) throws(PlanningFault) -> ReceiptPlan {
        let original = event.originalID ?? event.id
        let payment = PosTransaction.payment(of: original)
        if context.ledger.sales.contains(where: { $0.paymentID == payment }) {
            if event.type == .cancel, context.ledger.left(ofPayment: payment) <= 0 {
                return .nothingDue("nothing_left")
            }
            return try RefundPlanner.plan(
                RefundedPayment(
                    sale: payment, refund: event.id, order: event.order, sum: event.sum, means: event.means,
                    at: event.occurredAt, customer: event.customer, items: event.type == .cancel ? nil : event.returned),
                context, settlementKey: .pointOfSale(transaction: event.id))
        }
        // Without a receipt of the sale there is nothing to take back: the sale, should it come, finds the cancel.
        if event.type == .cancel { return .nothingDue("cancelled_before_receipt") }
        if let unreceipted = family.unreceiptedOriginal {
            throw .originalMissing("the sale \(original.prefix(60)) (event \(unreceipted)) has no receipt yet")
        }
        // Sold where we did not see it, or seen later: the money goes back now, and the lines say for what.
        guard event.goods != nil else {
            throw .originalMissing(
                "transaction \(original.prefix(60)) has no receipt of ours, and the refund does not describe its goods")
        }
        return .receipts(try sale(event, context, type: .sellReturn))
    }

    /// The receipts of the event's own lines.
    private static func sale(
        _ event: PosTransaction, _ context: PlanningContext, type: ReceiptType
    ) throws(PlanningFault) -> [PlannedReceipt] {
        let settledAt = try context.clock(event.occurredAt ?? context.occurredAt, field: "occurred_at")
        var known: [FiscalFault] = []
        let means = event.means ?? .electronic
        if let fault = PlanningBuild.meansFault(means, allowed: [.cash, .electronic, .prepaid, .other], at: "means") {
            known.append(fault)
        }
        var buyer: Buyer?
        do throws(FiscalFaults) {
            guard let customer = event.customer else { throw FiscalFaults(.contactInvalid, at: "customer") }
            buyer = try customer.buyer()
        } catch {
            known += error.all
        }
        let bodies = try bodies(event, context, date: settledAt.date, known: known)
        guard let buyer else { throw .faults(FiscalFaults(.contactInvalid, at: "customer")) }
        return bodies.map { body in
            planned(event, PlanningBuild.paid(body, by: means), type, buyer, settledAt, context)
        }
    }

    /// What the lines come to as a full payment, checked whole.
    private static func bodies(
        _ event: PosTransaction, _ context: PlanningContext, date: CivilDate, known: [FiscalFault]
    ) throws(PlanningFault) -> [ReceiptBody] {
        guard let goods = event.goods else { throw .faults(FiscalFaults(.valueMissing, at: "items")) }
        let (lines, faults) = OrderLines.lines(
            of: goods, vat: context.shop.vat.mapping, ffd: context.shop.company.ffd)
        let order = Order(
            date: date, sno: context.shop.company.sno, settlement: .fullPayment, lines: lines,
            orderDiscount: goods.orderDiscount, bonus: goods.bonus)
        var all = faults + known
        if let more = Validation.faults(in: order, ffd: context.shop.company.ffd) {
            all += PayloadPlace.place(more, in: goods).all.filter { fault in !all.contains { $0.field == fault.field } }
        }
        if let faults = FiscalFaults(all) { throw .faults(faults) }
        let bodies = try PlanningBuild.receipts(of: order)
        let total = bodies.reduce(Int64(0)) { $0 + $1.total.kopecks }
        if let sum = event.sum, sum.kopecks != total {
            throw .faults(
                FiscalFaults(
                    .amountMismatch, at: "sum", found: sum.description, limit: Money(kopecks: total).description))
        }
        return bodies
    }

    private static func planned(
        _ event: PosTransaction, _ body: ReceiptBody, _ type: ReceiptType, _ buyer: Buyer, _ settledAt: CivilDateTime,
        _ context: PlanningContext
    ) -> PlannedReceipt {
        var body = body
        body.type = type
        let payment = PosTransaction.payment(of: type == .sell ? event.id : event.originalID ?? event.id)
        return PlannedReceipt(
            settlementKey: .pointOfSale(transaction: event.id),
            document: context.document(
                body, buyer: buyer, settledAt: settledAt,
                reference: OrderReference(
                    orderID: event.order?.id, orderNumber: event.order?.number, paymentID: payment)),
            orderID: event.order?.id, paymentID: payment)
    }

    // MARK: Printed elsewhere

    /// The receipt that a terminal printed, as far as the event describes it: for the record, never to be sent.
    ///
    /// Its lines where they come to the sum that was printed, else the sum alone. A buyer whom the terminal did not ask is
    /// stood for by the shop's own address, which nobody writes to.
    /// - Throws: ``PlanningFault`` for a moment that no calendar shows.
    package static func printed(
        _ event: PosTransaction, _ context: PlanningContext
    ) throws(PlanningFault) -> PlannedReceipt {
        let settledAt = try context.clock(event.occurredAt ?? context.occurredAt, field: "occurred_at")
        let type: ReceiptType = event.type == .sale ? .sell : .sellReturn
        let means = event.means ?? .electronic
        let total = event.sum ?? .zero
        var body = ReceiptBody(
            type: type, sno: context.shop.company.sno, items: [], payments: Payments(means, total), total: total,
            vats: VATTotals())
        if let bodies = try? bodies(event, context, date: settledAt.date, known: []), bodies.count == 1 {
            body = PlanningBuild.paid(bodies[0], by: means)
        }
        let buyer = (try? event.customer?.buyer()) ?? Buyer(contact: .email(context.shop.company.email))
        return planned(event, body, type, buyer, settledAt, context)
    }
}
