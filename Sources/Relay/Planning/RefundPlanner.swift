import Fiscal

/// Plans the receipts of `payment.refunded`: money goes back (R20 to R23, C13).
///
/// Goods that were handed over are returned against their closing or sale receipt, at its prices and rates; what was only
/// prepaid is returned against the prepayment. Nothing is returned twice, and no more than was sold.
package enum RefundPlanner {
    /// - Throws: ``PlanningFault``.
    package static func plan(
        _ event: RefundedPayment, _ context: PlanningContext
    ) throws(PlanningFault) -> ReceiptPlan {
        let settledAt = try context.clock(event.refundedAt ?? context.occurredAt, field: "refund.refunded_at")
        let sources = try originals(of: event, context.ledger)
        let takings: [(original: PastReceipt, body: ReceiptBody)]
        if let items = event.items {
            takings = try byLines(items, sources, context.ledger)
        } else {
            takings = try whole(event, sources, context.ledger)
        }
        try checkSum(takings.map(\.body), event)
        guard !takings.isEmpty else { return .nothingDue("nothing_due") }
        return .receipts(
            takings.map { original, body in
                let reference = OrderReference(
                    orderID: event.order?.id ?? original.document.reference?.orderID,
                    orderNumber: event.order?.number ?? original.document.reference?.orderNumber,
                    paymentID: event.paymentID)
                return PlannedReceipt(
                    settlementKey: .paymentOut(payment: event.paymentID, refund: event.refundID),
                    document: context.document(
                        PlanningBuild.paid(body, by: means(of: event, original)), buyer: original.document.buyer,
                        settledAt: settledAt, reference: reference),
                    orderID: reference.orderID, paymentID: event.paymentID,
                    originalExternalID: original.externalID, destination: original.destination)
            })
    }

    // MARK: What the money goes back for

    /// The receipts against which this payment can be given back, those with goods handed over first.
    private static func originals(
        of event: RefundedPayment, _ ledger: OrderLedger
    ) throws(PlanningFault) -> [PastReceipt] {
        let own = ledger.sales.filter { $0.paymentID == event.paymentID }
        guard !own.isEmpty else {
            throw .originalMissing("payment \(event.paymentID.prefix(60)) has no receipt of ours")
        }
        if let unfinished = own.first(where: { !$0.isFiscalised }) {
            throw .originalMissing("receipt \(unfinished.externalID) of the payment is not fiscalised")
        }
        let isPrepaid = own.contains { $0.body.items.contains { $0.method.isPrepayment } }
        // A prepayment that was offset lives on in the receipts of the goods.
        return isPrepaid ? ledger.handOvers.filter { $0.paymentID != event.paymentID } + own : own
    }

    /// All that is left of the payment, or the sum that the event names when only prepaid money goes back.
    private static func whole(
        _ event: RefundedPayment, _ sources: [PastReceipt], _ ledger: OrderLedger
    ) throws(PlanningFault) -> [(original: PastReceipt, body: ReceiptBody)] {
        let handedOver = sources.filter { source in !source.body.items.contains { $0.method.isPrepayment } }
        let prepaid = sources.filter { source in source.body.items.contains { $0.method.isPrepayment } }
        let left = prepaid.reduce(0) { $0 + ledger.remaining(of: $1) }
        if !prepaid.isEmpty, handedOver.isEmpty,
            (event.sum.map { $0.kopecks < left } ?? false) || prepaid.contains(where: { !ledger.returns(of: $0).isEmpty })
        {
            // Once a part went back by amount, quantities no longer tell what is left.
            return try partOfPrepayment(event.sum ?? Money(kopecks: left), prepaid, ledger)
        }
        var takings: [(original: PastReceipt, body: ReceiptBody)] = []
        for original in handedOver {
            if let body = try rest(of: original, ledger) { takings.append((original, body)) }
        }
        // What the hand-overs have offset is given back through them.
        if handedOver.isEmpty || ledger.openPrepayment.isPositive {
            for original in prepaid {
                let unused = handedOver.isEmpty ? nil : unshipped(of: original, ledger)
                if let body = try rest(of: original, ledger, only: unused) { takings.append((original, body)) }
            }
        }
        return takings
    }

    /// Lines of the request, each taken from hand-overs first where goods came back, else from the prepayment.
    ///
    /// While a line is prepaid and not yet handed over, giving it back is a cancellation: the prepayment goes first.
    private static func byLines(
        _ lines: [RefundedPayment.Line], _ sources: [PastReceipt], _ ledger: OrderLedger
    ) throws(PlanningFault) -> [(original: PastReceipt, body: ReceiptBody)] {
        var wanted: [(original: Int, line: LineQuantity)] = []
        for (position, line) in lines.enumerated() {
            guard let quantity = try? Quantity(exactly: line.quantity), quantity.isPositive else {
                throw .faults(
                    FiscalFaults(
                        .quantityInvalid, at: FieldPath.item(position).field("quantity"),
                        found: line.quantity.description))
            }
            var left = quantity.thousandths
            for (index, source) in prioritised(sources) {
                guard left > 0 else { break }
                let taken = min(left, available(line.id, in: source, ledger))
                guard taken > 0 else { continue }
                wanted.append(
                    (index, LineQuantity(line: line.id, quantity: Quantity(thousandths: taken).decimal)))
                left -= taken
            }
            guard left == 0 else {
                throw .faults(
                    FiscalFaults(
                        .returnExceeds, at: FieldPath.item(position).field("quantity"), found: quantity.description,
                        limit: Quantity(thousandths: quantity.thousandths - left).description))
            }
        }
        var takings: [(original: PastReceipt, body: ReceiptBody)] = []
        for index in sources.indices {
            let part = wanted.filter { $0.original == index }.map(\.line)
            guard !part.isEmpty else { continue }
            takings += try returned(part, of: sources[index], ledger).map { (sources[index], $0) }
        }
        return takings
    }

    /// Prepayments first: only what was not handed over counts there.
    private static func prioritised(_ sources: [PastReceipt]) -> [(Int, PastReceipt)] {
        let indexed = Array(sources.enumerated()).map { ($0.offset, $0.element) }
        let isPrepaid: ((Int, PastReceipt)) -> Bool = { $0.1.body.items.contains { $0.method.isPrepayment } }
        return indexed.filter(isPrepaid) + indexed.filter { !isPrepaid($0) }
    }

    /// How much of a line can still be given back against a receipt, in thousandths.
    private static func available(_ line: String, in source: PastReceipt, _ ledger: OrderLedger) -> Int64 {
        let sold = source.body.items.filter { $0.line == line }.reduce(Int64(0)) { $0 + $1.quantity.thousandths }
        let back = ledger.returns(of: source).flatMap(\.body.items).filter { $0.line == line }
            .reduce(Int64(0)) { $0 + $1.quantity.thousandths }
        let isPrepaid = source.body.items.contains { $0.line == line && $0.method.isPrepayment }
        return max(0, sold - back - (isPrepaid ? ledger.handedOver(line: line) : 0))
    }

    // MARK: Receipts

    private static func rest(
        of original: PastReceipt, _ ledger: OrderLedger, only: [LineQuantity]? = nil
    ) throws(PlanningFault) -> ReceiptBody? {
        var lines: [LineQuantity] = []
        if let only {
            lines = only
        } else {
            var seen: Set<String> = []
            for item in original.body.items where seen.insert(item.line).inserted {
                let sold = original.body.items.filter { $0.line == item.line }
                    .reduce(Int64(0)) { $0 + $1.quantity.thousandths }
                let back = ledger.returns(of: original).flatMap(\.body.items).filter { $0.line == item.line }
                    .reduce(Int64(0)) { $0 + $1.quantity.thousandths }
                if sold > back {
                    lines.append(
                        LineQuantity(line: item.line, quantity: Quantity(thousandths: sold - back).decimal))
                }
            }
        }
        return lines.isEmpty ? nil : try returned(lines, of: original, ledger).first
    }

    private static func unshipped(of original: PastReceipt, _ ledger: OrderLedger) -> [LineQuantity] {
        var seen: Set<String> = []
        return original.body.items.compactMap { item in
            guard seen.insert(item.line).inserted else { return nil }
            let left = available(item.line, in: original, ledger)
            return left > 0 ? LineQuantity(line: item.line, quantity: Quantity(thousandths: left).decimal) : nil
        }
    }

    private static func returned(
        _ lines: [LineQuantity], of original: PastReceipt, _ ledger: OrderLedger
    ) throws(PlanningFault) -> [ReceiptBody] {
        do {
            return try ReceiptBuilder.return(
                ReturnRequest(
                    original: original.body, returns: lines, alreadyReturned: ledger.alreadyReturned(of: original)))
        } catch {
            throw .faults(FiscalFaults(error))
        }
    }

    /// A part of the prepaid money, spread over what is still prepaid of each line (R21).
    private static func partOfPrepayment(
        _ sum: Money, _ prepaid: [PastReceipt], _ ledger: OrderLedger
    ) throws(PlanningFault) -> [(original: PastReceipt, body: ReceiptBody)] {
        var left = sum.kopecks
        var takings: [(original: PastReceipt, body: ReceiptBody)] = []
        for original in prepaid.reversed() where left > 0 {
            let part = min(left, ledger.remaining(of: original))
            guard part > 0 else { continue }
            do {
                let body = try ReceiptBuilder.returnPrepayment(
                    Money(kopecks: part), of: original.body, alreadyReturned: ledger.returns(of: original).map(\.body))
                takings.append((original, body))
            } catch {
                throw .faults(FiscalFaults(error))
            }
            left -= part
        }
        return takings
    }

    private static func means(of event: RefundedPayment, _ original: PastReceipt) -> PaymentMeans {
        if let means = event.means { return means }
        // Money of a sale in cash goes back in cash; an offset was money once, and goes back electronically (R20).
        return original.body.payments.cash.isPositive && original.body.payments.electronic.isZero ? .cash : .electronic
    }

    /// A refund that names its sum names it exactly: a difference is for a person.
    private static func checkSum(_ bodies: [ReceiptBody], _ event: RefundedPayment) throws(PlanningFault) {
        guard let sum = event.sum else { return }
        let total = bodies.reduce(Int64(0)) { $0 + $1.total.kopecks }
        guard total == sum.kopecks else {
            throw .faults(
                FiscalFaults(
                    .amountMismatch, at: "refund.sum", found: sum.description,
                    limit: Money(kopecks: total).description))
        }
    }
}
