import Fiscal

/// Plans the receipt of `cashbox.check`: Bitrix decided what is settled and for how much, and it is printed so.
///
/// Bitrix fixes type, lines, sums and payments. Ours are the rates of money taken before hand-over, prices that fit their
/// sums, the limits, the buyer's contact, and that no settlement is receipted twice, whichever way says it (I11).
package enum CashboxCheckPlanner {
    /// - Throws: ``PlanningFault``.
    package static func plan(_ check: CashboxCheck, _ context: PlanningContext) throws(PlanningFault) -> ReceiptPlan {
        let settledAt = try context.clock(context.occurredAt, field: "occurred_at")
        let settlement = try CashboxSettlement(of: check, context.ledger)
        if settlement.isClosing, let unreceipted = context.unreceiptedPayment {
            throw .prepaymentNotReceipted(event: unreceipted)
        }
        var collector = FaultCollector()
        let buyer = buyer(of: check, context, &collector)
        let original = check.type.isReturn ? try CashboxReturn.original(of: check, settlement, context.ledger) : nil
        let bodies: [ReceiptBody]
        do throws(PlanningFault) {
            bodies = try self.bodies(of: check, original, context, date: settledAt.date)
        } catch {
            guard case .faults(let faults) = error else { throw error }
            collector.add(faults)
            bodies = []
        }
        guard collector.isEmpty, let buyer else {
            throw .faults(collector.result ?? FiscalFaults(.contactInvalid, at: "customer"))
        }
        if bodies.isEmpty { return .nothingDue("nothing_due") }
        let reference = OrderReference(
            orderID: check.order?.id, orderNumber: check.order?.number, paymentID: settlement.paymentID,
            shipmentID: check.shipments.first)
        return .receipts(
            bodies.map { body in
                PlannedReceipt(
                    settlementKey: settlement.key,
                    document: context.document(body, buyer: buyer, settledAt: settledAt, reference: reference),
                    orderID: check.order?.id, paymentID: settlement.paymentID,
                    originalExternalID: original?.externalID, destination: original?.destination)
            })
    }

    /// The buyer that the check names, else the one of the order's last receipt: never the shop itself (R44).
    private static func buyer(
        of check: CashboxCheck, _ context: PlanningContext, _ collector: inout FaultCollector
    ) -> Buyer? {
        if let customer = check.customer, customer.email != nil || customer.phone != nil {
            return collector.values { () throws(FiscalFaults) in try customer.buyer() }
        }
        if let past = context.ledger.receipts.last { return past.document.buyer }
        collector.add(FiscalFault(.contactInvalid, at: "customer"))
        return nil
    }

    private static func bodies(
        of check: CashboxCheck, _ original: PastReceipt?, _ context: PlanningContext, date: CivilDate
    ) throws(PlanningFault) -> [ReceiptBody] {
        if check.type == .creditPayment, let paid = try creditPayment(check, context, date: date) { return paid }
        var collector = FaultCollector()
        var lines: [DictatedReceipt.Line] = []
        for (position, item) in check.items.enumerated() {
            if let line = line(item, at: position, of: check, original, context, &collector) { lines.append(line) }
        }
        // What can be told of lines that could be read is told beside the others.
        let built = Result { () throws(FiscalFaults) in
            try ReceiptBuilder.dictated(
                DictatedReceipt(
                    type: check.type.isReturn ? .sellReturn : .sell,
                    sno: original?.body.sno ?? context.shop.company.sno,
                    method: check.type.method,
                    // A return has the rates of its sale (R34); those of one that is not on record are the check's.
                    rateDate: check.type.isReturn ? original?.document.settledAt.date : date, lines: lines,
                    payments: check.payments.map { DictatedReceipt.Payment($0.type.means, $0.sum) },
                    total: check.total))
        }
        if let faults = collector.result { throw .faults(faults) }
        switch built {
        case .success(let bodies): return bodies
        case .failure(let faults): throw .faults(faults)
        }
    }

    private static func line(
        _ item: CashboxCheckItem, at position: Int, of check: CashboxCheck, _ original: PastReceipt?,
        _ context: PlanningContext, _ collector: inout FaultCollector
    ) -> DictatedReceipt.Line? {
        let place = FieldPath.item(position)
        let name = collector.value(within: place) { () throws(FiscalFault) in try ItemName(item.name).text }
        let rate = collector.value(within: place) { () throws(FiscalFault) in
            try self.rate(of: item, check, original, context)
        }
        if item.marks.count > 1 {
            collector.add(
                FiscalFault(.marksMismatch, at: place.field("marks"), found: String(item.marks.count), limit: "1"))
        }
        // An article that should bear a code changes hands with it (R55).
        if item.marks.isEmpty, check.type.method.isHandOver, item.object.object.carriesMark {
            collector.add(FiscalFault(.marksMismatch, at: place.field("marks"), found: "0", limit: "1"))
        }
        let mark = item.marks.first.flatMap { scanned in
            collector.value(within: place.field("marks").element(0)) { () throws(FiscalFault) in
                try MarkingCode(scanned).text
            }
        }
        guard let name, let rate else { return nil }
        return DictatedReceipt.Line(
            id: item.id ?? "line-\(position + 1)", name: name, price: item.price, quantity: item.quantity,
            sum: item.sum,
            vat: rate, object: object(of: item).supported(by: context.shop.company.ffd), measure: item.measure,
            mark: mark, agent: item.agent)
    }

    /// Bitrix calls its general lines “without VAT”, which they are not: an advance bears the shop's own rate (R38), and
    /// what gives one back, or pays a credit, that of the receipt that it belongs to.
    private static func rate(
        of item: CashboxCheckItem, _ check: CashboxCheck, _ original: PastReceipt?, _ context: PlanningContext
    ) throws(FiscalFault) -> VATRate {
        guard check.type.isGeneral else { return try OrderLines.rate(item.vatRate, context.shop.vat.mapping) }
        if let known = original?.body.items.first?.vat.plain { return known }
        return check.type.method == .advance ? context.shop.vat.advanceRate : .none
    }

    /// An article with a code is reported as marked, whatever the catalogue calls it (R55).
    private static func object(of item: CashboxCheckItem) -> SettlementObject {
        let object = item.object.object
        guard !item.marks.isEmpty else { return object }
        return .marked(excisable: [.excise, .exciseMark, .exciseMarkNoCode].contains(object), hasCode: true)
    }

    /// Money for what was handed over on credit, oldest debt first, at the rates of the hand-over (R14, R34).
    ///
    /// - Returns: nil where the shop pays no VAT and the debt is not on record, so that the check's own line is right.
    /// - Throws: ``PlanningFault/originalMissing(_:)`` where nobody can tell the rate.
    private static func creditPayment(
        _ check: CashboxCheck, _ context: PlanningContext, date: CivilDate
    ) throws(PlanningFault) -> [ReceiptBody]? {
        let credits = context.ledger.openCredits
        guard !credits.isEmpty else {
            guard context.shop.vat.mapping.isPayer else { return nil }
            throw .originalMissing("no unpaid hand-over of the order is on record, so nobody can tell its VAT rate")
        }
        let sums = try CashboxReturn.exactPayments(of: check)
        let total = Money(kopecks: sums.reduce(0) { $0 + $1.kopecks })
        let parts: [(settlement: Settlement, sno: TaxSystem?)]
        do {
            parts = try PaidOrderPlanner.creditPayments(of: total, credits)
        } catch {
            throw .faults(FiscalFaults(error.at("total_sum")))
        }
        var bodies: [ReceiptBody] = []
        for (settlement, sno) in parts {
            var order = Order(date: date, sno: context.shop.company.sno, settlement: settlement)
            if let sno { order.sno = sno }
            bodies += try PlanningBuild.receipts(of: order)
        }
        return CashboxReturn.pay(bodies, sums)
    }
}
