import Fiscal

/// Plans the closing receipts of `order.shipped`: goods changed hands, prepayments are offset (R11 to R19).
package enum ShippedOrderPlanner {
    /// - Throws: ``PlanningFault``.
    package static func plan(_ event: ShippedOrder, _ context: PlanningContext) throws(PlanningFault) -> ReceiptPlan {
        if let unreceipted = context.unreceiptedPayment { throw .prepaymentNotReceipted(event: unreceipted) }
        let settledAt = try context.clock(event.shippedAt ?? context.occurredAt, field: "shipment.shipped_at")
        var collector = FaultCollector()
        let lines = collector.values { () throws(FiscalFaults) in
            try OrderLines.lines(of: event.goods, vat: context.shop.vat.mapping, ffd: context.shop.company.ffd)
        }
        let buyer = buyer(of: event, context, &collector)
        guard collector.isEmpty, let lines, let buyer else {
            throw .faults(collector.result ?? FiscalFaults(.contactInvalid, at: "customer"))
        }
        let due = lines.filter { !$0.isDeliveredAtPayment && !isSettled($0, context.ledger) }
        if due.isEmpty { return .nothingDue("already_settled") }
        guard due.count == lines.count || lines.allSatisfy(\.isDeliveredAtPayment) || event.goods.orderDiscount.isZero
        else {
            // A discount of the whole shipment cannot be told apart from that of the lines settled before.
            throw .faults(FiscalFaults(.discountExceeds, at: "order_discount"))
        }
        let bodies = try closing(due, event, context, date: settledAt.date)
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

    /// Whether the line was paid and handed over at once by an earlier receipt, so that shipping it settles nothing.
    private static func isSettled(_ line: OrderLine, _ ledger: OrderLedger) -> Bool {
        ledger.sales.contains { receipt in
            receipt.settlementKey.hasPrefix("payment:")
                && receipt.body.items.contains { $0.line == line.id && $0.method == .fullPayment }
        }
    }

    /// One closing receipt per tax system (C10s): the discount is spread over the whole shipment first, and what is
    /// prepaid goes to the receipts in turn, first shipments first (R19). What a shipment leaves stays open for the next.
    private static func closing(
        _ lines: [OrderLine], _ event: ShippedOrder, _ context: PlanningContext, date: CivilDate
    ) throws(PlanningFault) -> [ReceiptBody] {
        let sno = context.shop.company.sno
        var order = Order(
            date: date, sno: sno, settlement: .fullPayment, lines: lines, orderDiscount: event.goods.orderDiscount,
            bonus: event.goods.bonus)
        let whole = try PlanningBuild.receipts(of: order)
        var systems: [TaxSystem] = []
        for line in lines where !systems.contains(line.sno ?? sno) { systems.append(line.sno ?? sno) }
        var prepaid = context.ledger.openPrepayment.kopecks
        var paidNow = event.paidNow.kopecks
        var bodies: [ReceiptBody] = []
        for (index, system) in systems.enumerated() {
            let total = whole.first { $0.sno == system }?.total.kopecks ?? 0
            let offset = min(prepaid, total)
            let taken = index == systems.count - 1 ? paidNow : min(paidNow, total - offset)
            prepaid -= offset
            paidNow -= taken
            order.lines = lines.filter { ($0.sno ?? sno) == system }
            order.sno = system
            if systems.count > 1 {
                order.bonus = .zero
                order.orderDiscount = Money(kopecks: try gross(of: order.lines, order) - total)
            }
            order.settlement = .close(
                HandOver(prepaid: Money(kopecks: offset), paidNow: Money(kopecks: taken)))
            bodies += try PlanningBuild.receipts(of: order)
        }
        return bodies
    }

    /// What the lines cost before the discount of the shipment.
    private static func gross(of lines: [OrderLine], _ order: Order) throws(PlanningFault) -> Int64 {
        var undiscounted = order
        undiscounted.lines = lines
        undiscounted.orderDiscount = .zero
        undiscounted.bonus = .zero
        undiscounted.settlement = .fullPayment
        return try PlanningBuild.receipts(of: undiscounted).reduce(0) { $0 + $1.total.kopecks }
    }
}
