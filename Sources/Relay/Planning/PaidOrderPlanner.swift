import Fiscal

/// Plans the receipts of `order.paid`: money came in.
package enum PaidOrderPlanner {
    /// - Throws: ``PlanningFault``.
    package static func plan(_ event: OrderPaid, _ context: PlanningContext) throws(PlanningFault) -> ReceiptPlan {
        let settledAt = try context.clock(event.paidAt ?? context.occurredAt, field: "payment.paid_at")
        let (orders, buyer) = try orders(of: event, context, date: settledAt.date)
        try checkCredits(event, orders, context.ledger)
        var bodies: [ReceiptBody] = []
        for order in orders {
            for body in try PlanningBuild.receipts(of: order) {
                bodies += event.settlement == .prepayment ? try TaxSystemShare.split(body, lines: order.lines) : [body]
            }
        }
        if bodies.isEmpty { return .nothingDue("nothing_due") }
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

    /// The settlement in the words of the fiscal core, one order for each that is built by itself, with every fault of
    /// its data gathered first. Usually one; several for credits under several tax systems, and for a payment of
    /// several hand-overs on credit.
    ///
    /// - Parameters:
    ///   - event: The payment.
    ///   - context: The shop, and the order's history.
    ///   - date: The day of the settlement, whose rates count.
    /// - Returns: The orders, and the buyer of all of them.
    /// - Throws: ``PlanningFault``.
    static func orders(
        of event: OrderPaid, _ context: PlanningContext, date: CivilDate
    ) throws(PlanningFault) -> (orders: [Order], buyer: Buyer) {
        let goods = OrderLines.lines(
            of: event.goods, vat: context.shop.vat.mapping, ffd: context.shop.company.ffd)
        var collector = FaultCollector()
        for fault in goods.faults { collector.add(fault) }
        if let fault = meansFault(of: event) { collector.add(fault) }
        var known = collector.faults
        let buyer: Buyer?
        do throws(FiscalFaults) {
            buyer = try event.customer.buyer()
        } catch {
            known += error.all
            buyer = nil
        }
        let order = Order(
            date: date, sno: context.shop.company.sno, settlement: .fullPayment,
            lines: event.settlement.needsGoods ? goods.lines : [], orderDiscount: event.goods.orderDiscount,
            bonus: event.goods.bonus)
        let orders: [Order]
        do throws(FiscalFault) {
            orders = try settlements(of: event, context).map { settlement, sno in
                var part = order
                part.settlement = settlement
                if let sno { part.sno = sno }
                return part
            }
        } catch {
            throw .faults(
                FiscalFaults(known + [PayloadPlace.place(error, itemCount: event.goods.items.count)])
                    ?? FiscalFaults(error))
        }
        for order in orders {
            let draft = SettlementDraft(
                order: order, email: event.customer.email, phone: event.customer.phone,
                companyName: event.customer.companyINN == nil ? nil : event.customer.companyName,
                companyINN: event.customer.companyINN, paid: paid(event, by: order), ffd: context.shop.company.ffd,
                known: known)
            if let faults = Validation.faults(in: draft) {
                throw .faults(PayloadPlace.place(faults, in: event.goods))
            }
        }
        guard let buyer else { throw .faults(FiscalFaults(.contactInvalid, at: "customer")) }
        guard event.settlement == .credit else { return (orders, buyer) }
        let shares = try TaxSystemShare.split(order).map { share in
            var part = share.order
            part.settlement = .close(HandOver())
            return part
        }
        return (shares, buyer)
    }

    /// Money for goods that the buyer has already, and owes for, is no prepayment: it would stay prepaid, and the goods
    /// owed for, for ever.
    private static func checkCredits(
        _ event: OrderPaid, _ orders: [Order], _ ledger: OrderLedger
    ) throws(PlanningFault) {
        guard event.settlement == .fullPrepayment || event.settlement == .prepayment else { return }
        let paid = Set(orders.flatMap(\.lines).map(\.id))
        let owed = ledger.openCredits.flatMap(\.balances).filter { paid.contains($0.line) }
        guard !owed.isEmpty else { return }
        throw .creditOpen(owed: Money(kopecks: owed.reduce(0) { $0 + $1.balance.kopecks }))
    }

    /// What must stand on the receipt of this order; nil for a hand-over on credit, which takes no money.
    private static func paid(_ event: OrderPaid, by order: Order) -> Money? {
        switch order.settlement {
        case .close: nil
        case .creditPayment(let payment): payment.amount
        default: event.sum
        }
    }

    /// A debt is no payment, and an offset settles goods handed over, never a prepayment (R17).
    private static func meansFault(of event: OrderPaid) -> FiscalFault? {
        let allowed: [PaymentMeans]
        switch event.settlement {
        case .credit: return nil
        case .fullPayment: allowed = [.cash, .electronic, .prepaid, .other]
        case .fullPrepayment, .prepayment, .advance, .creditPayment: allowed = PlanningBuild.newMoney
        }
        return PlanningBuild.meansFault(event.means, allowed: allowed, at: "payment.means")
    }

    /// The settlements that the payment is, each with the tax system if it is not the company's.
    private static func settlements(
        of event: OrderPaid, _ context: PlanningContext
    ) throws(FiscalFault) -> [(settlement: Settlement, sno: TaxSystem?)] {
        switch event.settlement {
        case .fullPayment: return [(.fullPayment, nil)]
        case .fullPrepayment: return [(.fullPrepayment, nil)]
        case .prepayment:
            return [(.prepayment(amount: event.sum, alreadyPrepaid: context.ledger.prepaidByLine), nil)]
        case .advance:
            let name = event.goods.items.first.map(\.name) ?? "Аванс"
            return [
                (
                    .advance(
                        Advance(
                            name: try ItemName(name).text, amount: event.sum,
                            vat: context.shop.vat.advanceRate.rawValue)), nil
                )
            ]
        case .credit: return [(.close(HandOver()), nil)]
        case .creditPayment: return try creditPayments(of: event.sum, context.ledger.openCredits)
        }
    }

    /// The oldest debt is paid first; each hand-over has a receipt of its own, since its day decides the rates (R34).
    static func creditPayments(
        of sum: Money, _ credits: [OpenCredit]
    ) throws(FiscalFault) -> [(settlement: Settlement, sno: TaxSystem?)] {
        let owed = credits.reduce(0) { $0 + $1.total }
        guard sum.isPositive, sum.kopecks <= owed else {
            throw FiscalFault(
                .amountMismatch, at: "payment.sum", found: sum.description, limit: Money(kopecks: owed).description)
        }
        var left = sum.kopecks
        var settlements: [(settlement: Settlement, sno: TaxSystem?)] = []
        for credit in credits where left > 0 {
            let part = min(left, credit.total)
            left -= part
            settlements.append(
                (
                    .creditPayment(
                        CreditPayment(
                            amount: Money(kopecks: part), shipDate: credit.handOver.document.settledAt.date,
                            balances: credit.balances)), credit.handOver.body.sno
                ))
        }
        return settlements
    }
}
