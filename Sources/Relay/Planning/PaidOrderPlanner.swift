import Fiscal

/// Plans the receipts of `order.paid`: money came in.
package enum PaidOrderPlanner {
    /// - Throws: ``PlanningFault``.
    package static func plan(_ event: OrderPaid, _ context: PlanningContext) throws(PlanningFault) -> ReceiptPlan {
        let settledAt = try context.clock(event.paidAt ?? context.occurredAt, field: "payment.paid_at")
        let (order, buyer) = try order(of: event, context, date: settledAt.date)
        let bodies = try PlanningBuild.receipts(of: order)
        if bodies.isEmpty { return .nothingDue("nothing_due") }
        try checkSum(of: bodies, event)
        let key = SettlementKey.paymentIn(
            payment: event.paymentID, time: context.ledger.occurrence(ofPayment: event.paymentID))
        let reference = OrderReference(
            orderID: event.order.id, orderNumber: event.order.number, paymentID: event.paymentID)
        return .receipts(
            bodies.map { body in
                PlannedReceipt(
                    settlementKey: key,
                    document: context.document(
                        PlanningBuild.paid(body, by: event.means), buyer: buyer, settledAt: settledAt,
                        reference: reference),
                    orderID: event.order.id, paymentID: event.paymentID)
            })
    }

    /// The settlement in the words of the fiscal core, with every fault of its data gathered first.
    static func order(
        of event: OrderPaid, _ context: PlanningContext, date: CivilDate
    ) throws(PlanningFault) -> (Order, Buyer) {
        var collector = FaultCollector()
        let buyer = collector.values { () throws(FiscalFaults) in try event.customer.buyer() }
        let lines = collector.values { () throws(FiscalFaults) in
            try OrderLines.lines(
                of: event.goods, vat: context.shop.vat.mapping, ffd: context.shop.company.ffd)
        }
        let settlement = collector.value { () throws(FiscalFault) in try self.settlement(of: event, context) }
        if let lines, let settlement {
            let order = Order(
                date: date, sno: context.shop.company.sno, settlement: settlement,
                lines: event.settlement.needsGoods ? lines : [], orderDiscount: event.goods.orderDiscount,
                bonus: event.goods.bonus)
            PlanningBuild.collectFaults(of: order, into: &collector)
            if collector.isEmpty, let buyer { return (order, buyer) }
        }
        throw .faults(collector.result ?? FiscalFaults(.receiptInconsistent, at: .whole))
    }

    private static func settlement(
        of event: OrderPaid, _ context: PlanningContext
    ) throws(FiscalFault) -> Settlement {
        switch event.settlement {
        case .fullPayment: return .fullPayment
        case .fullPrepayment: return .fullPrepayment
        case .prepayment:
            return .prepayment(amount: event.sum, alreadyPrepaid: context.ledger.prepaidByLine)
        case .advance:
            let name = event.goods.items.first.map(\.name) ?? "Аванс"
            return .advance(
                Advance(
                    name: try ItemName(name).text, amount: event.sum, vat: context.shop.vat.advanceRate.rawValue))
        case .credit: return .close(HandOver())
        case .creditPayment:
            guard let credit = context.ledger.credit else {
                throw FiscalFault(.amountMismatch, at: "payment.sum", found: event.sum.description, limit: "0.00")
            }
            return .creditPayment(
                CreditPayment(amount: event.sum, shipDate: credit.shipDate, balances: credit.balances))
        }
    }

    /// What the buyer paid is what the receipts say, to the kopeck (R30). A hand-over on credit takes no money.
    private static func checkSum(of bodies: [ReceiptBody], _ event: OrderPaid) throws(PlanningFault) {
        guard event.settlement != .credit else { return }
        let total = bodies.reduce(Int64(0)) { $0 + $1.total.kopecks }
        guard total == event.sum.kopecks else {
            throw .faults(
                FiscalFaults(
                    .amountMismatch, at: "payment.sum", found: event.sum.description,
                    limit: Money(kopecks: total).description))
        }
    }
}
