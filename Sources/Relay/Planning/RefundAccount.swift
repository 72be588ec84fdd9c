import Fiscal

/// What one receipt gives back.
struct RefundTaking {
    let original: PastReceipt
    var body: ReceiptBody
}

/// What a payment paid for, and what of it can be given back against which receipt.
///
/// A prepayment that was offset lives on in the closing receipts of its goods. What several payments of an order prepaid is
/// one pool, as in the closing receipts that offset it.
struct RefundAccount {
    let payment: String
    let ledger: OrderLedger
    /// The payment's own receipts that are not wholly given back, oldest first.
    let own: [PastReceipt]
    /// Closing receipts of the order, if the payment was a prepayment.
    let shipments: [PastReceipt]
    /// Kopecks of the payment that were not given back.
    let left: Int64
    /// Kopecks that were taken before hand-over by ``own`` and are not offset.
    let unused: Int64

    /// - Throws: ``PlanningFault/originalMissing(_:)`` when the payment has no receipt that could be returned.
    init(payment: String, _ ledger: OrderLedger) throws(PlanningFault) {
        self.payment = payment
        self.ledger = ledger
        own = ledger.sales.filter { $0.paymentID == payment }
        guard !own.isEmpty else {
            throw .originalMissing("payment \(payment.prefix(60)) has no receipt of ours")
        }
        if let unfinished = own.first(where: { !$0.isFiscalised }) {
            throw .originalMissing("receipt \(unfinished.externalID) of the payment is not fiscalised")
        }
        if let bare = own.first(where: { $0.body.items.isEmpty }) {
            throw .originalMissing(
                "receipt \(bare.externalID) of the payment is a correction without lines, so none can be returned")
        }
        shipments = own.contains(where: \.isPrepayment) ? ledger.shipments : []
        left = max(0, ledger.left(ofPayment: payment))
        let taken = own.reduce(Int64(0)) { $0 + max(0, ledger.openSum(of: $1)) }
        unused = min(left, taken, ledger.openPrepayment.kopecks, Self.notHandedOver(own, ledger))
    }

    /// Kopecks that the receipts hold for lines beyond what was handed over of those lines.
    private static func notHandedOver(_ own: [PastReceipt], _ ledger: OrderLedger) -> Int64 {
        var held: [String: Int64] = [:]
        for body in own.map(\.body) {
            for item in body.items where item.method.isPrepayment { held[item.line, default: 0] += item.sum.kopecks }
        }
        for item in own.flatMap(ledger.returns(of:)).flatMap(\.body.items) where item.method.isPrepayment {
            held[item.line, default: 0] -= item.sum.kopecks
        }
        var shipped: [String: Int64] = [:]
        for item in ledger.shipments.flatMap(\.body.items) { shipped[item.line, default: 0] += item.sum.kopecks }
        let prepaid = ledger.prepaidByLine
        return held.reduce(0) { sum, entry in
            let open = (prepaid[entry.key]?.kopecks ?? 0) - (shipped[entry.key] ?? 0)
            return sum + max(0, min(entry.value, open))
        }
    }

    /// How the money of the payment came, if in one way; an offset was money once, and goes back electronically (R20).
    var means: PaymentMeans {
        var used: Set<PaymentMeans> = []
        for receipt in own { used.formUnion(receipt.body.payments.entries.map(\.means)) }
        guard used.count == 1, let means = used.first, means != .prepaid else { return .electronic }
        return means
    }

    /// Kopecks that the buyer still owes for a hand-over.
    func owed(for original: PastReceipt) -> Int64 {
        ledger.openCredits.first { $0.handOver.externalID == original.externalID }?.total ?? 0
    }

    // MARK: By sum

    /// All that is left of the payment, or a part of it that was not used for goods yet (R21).
    ///
    /// - Parameter sum: nil: all that is left.
    /// - Returns: One taking for each receipt that gives something back, closing receipts first.
    /// - Throws: ``PlanningFault/faults(_:)``: a part of the price of goods needs to be told by lines.
    func takings(worth sum: Money?) throws(PlanningFault) -> [RefundTaking] {
        let wanted = sum?.kopecks ?? left
        if wanted < left || own.allSatisfy({ $0.prepaidSum == $0.body.total.kopecks }), wanted <= unused {
            return try unusedMoney(wanted)
        }
        let atOnce = try goods(of: own)
        let money = min(unused, wanted - atOnce.reduce(0) { $0 + $1.body.total.kopecks })
        var takings = try goods(of: shipments)
        let shipped = takings.reduce(Int64(0)) { $0 + $1.body.total.kopecks }
        let sold = atOnce.reduce(Int64(0)) { $0 + $1.body.total.kopecks }
        guard wanted == left, money >= 0 else { throw needsLines(wanted) }
        if sold + money == wanted {
            takings = []
        } else if sold + money + shipped != wanted {
            throw needsLines(wanted)
        }
        takings += atOnce
        return money > 0 ? takings + (try unusedMoney(money)) : takings
    }

    /// Everything of the receipts that was handed over and not returned.
    private func goods(of originals: [PastReceipt]) throws(PlanningFault) -> [RefundTaking] {
        var takings: [RefundTaking] = []
        for original in originals {
            var lines: [LineQuantity] = []
            var seen: Set<String> = []
            for item in original.body.items where !item.method.isPrepayment && seen.insert(item.line).inserted {
                let quantity = leftOver(of: item.line, in: original)
                // Rounding of parts may leave a piece for which nothing is left to be given back.
                if quantity > 0, leftOverSum(of: item.line, in: original) > 0 {
                    lines.append(Self.line(item.line, quantity))
                }
            }
            guard !lines.isEmpty else { continue }
            takings.append(RefundTaking(original: original, body: try returned(lines, of: original)))
        }
        return takings
    }

    /// Prepaid money that no goods were handed over for, from the newest receipt back: by lines where they come to that
    /// sum, else by the sum (R21).
    private func unusedMoney(_ sum: Int64) throws(PlanningFault) -> [RefundTaking] {
        var left = sum
        var takings: [RefundTaking] = []
        for original in own.reversed() where left > 0 {
            let part = min(left, ledger.openSum(of: original))
            guard part > 0 else { continue }
            left -= part
            if let body = try cancelled(original), body.total.kopecks == part {
                takings.append(RefundTaking(original: original, body: body))
            } else {
                takings.append(try money(part, of: original))
            }
        }
        return takings.reversed()
    }

    /// The return of all prepaid lines that were not handed over; nil where quantities do not tell.
    private func cancelled(_ original: PastReceipt) throws(PlanningFault) -> ReceiptBody? {
        var lines: [LineQuantity] = []
        var seen: Set<String> = []
        for item in original.body.items where item.method.isPrepayment && seen.insert(item.line).inserted {
            guard tellsQuantity(of: item.line, original) else { return nil }
            let quantity = notHandedOver(item.line, of: original)
            if quantity > 0, leftOverSum(of: item.line, in: original) > 0 {
                lines.append(Self.line(item.line, quantity))
            }
        }
        return lines.isEmpty ? nil : try returned(lines, of: original)
    }

    // MARK: By lines

    /// Lines of the request. While a line is prepaid and not handed over, giving it back is a cancellation; after that it
    /// is taken from what was handed over. A line of a partial prepayment has no quantity, so the event's sum tells.
    func takings(of lines: [RefundedPayment.Line], sum: Money?) throws(PlanningFault) -> [RefundTaking] {
        var wanted: [String: [LineQuantity]] = [:]
        var taken: [String: Int64] = [:]
        var byMoney: [String] = []
        for (position, line) in lines.enumerated() {
            let quantity = try self.quantity(of: line, at: position)
            var left = quantity
            for original in own + shipments where left > 0 {
                let key = "\(original.externalID) \(line.id)"
                let part = min(left, available(line.id, in: original) - (taken[key] ?? 0))
                guard part > 0 else { continue }
                wanted[original.externalID, default: []].append(Self.line(line.id, part))
                taken[key, default: 0] += part
                left -= part
            }
            guard left > 0 else { continue }
            guard own.contains(where: { holdsMoney(for: line.id, $0) }) else {
                throw .faults(
                    FiscalFaults(
                        .returnExceeds, at: FieldPath.item(position).field("quantity"),
                        found: Quantity(thousandths: quantity).description,
                        limit: Quantity(thousandths: quantity - left).description))
            }
            byMoney.append(line.id)
        }
        var takings: [RefundTaking] = []
        for original in shipments + own {
            guard let part = wanted[original.externalID] else { continue }
            takings.append(RefundTaking(original: original, body: try returned(part, of: original)))
        }
        try limitToUnused(&takings)
        guard !byMoney.isEmpty else { return takings }
        guard let sum else { throw .faults(FiscalFaults(.valueMissing, at: "refund.sum")) }
        return takings + (try moneyOfLines(byMoney, sum, besides: takings))
    }

    private func quantity(of line: RefundedPayment.Line, at position: Int) throws(PlanningFault) -> Int64 {
        let field = FieldPath.item(position).field("quantity")
        guard let quantity = try? Quantity(exactly: line.quantity) else {
            throw .faults(FiscalFaults(.quantityInvalid, at: field, found: line.quantity.description))
        }
        guard quantity.isPositive else {
            throw .faults(FiscalFaults(.quantityNonpositive, at: field, found: line.quantity.description))
        }
        return quantity.thousandths
    }

    /// Prices of a shipment may differ by kopecks from those of the prepayment, so quantities may come to more than was
    /// not used: then what was not used goes back.
    private func limitToUnused(_ takings: inout [RefundTaking]) throws(PlanningFault) {
        var left = unused
        for index in takings.indices {
            let prepaid = takings[index].body.items.filter(\.method.isPrepayment).reduce(0) { $0 + $1.sum.kopecks }
            guard prepaid > left else {
                left -= prepaid
                continue
            }
            guard left > 0, prepaid == takings[index].body.total.kopecks else { throw needsLines(prepaid) }
            let lines = Set(takings[index].body.items.map(\.line))
            takings[index] = try money(left, of: takings[index].original, lines: lines)
            left = 0
        }
    }

    private func moneyOfLines(
        _ lines: [String], _ sum: Money, besides takings: [RefundTaking]
    ) throws(PlanningFault) -> [RefundTaking] {
        var left = sum.kopecks - takings.reduce(0) { $0 + $1.body.total.kopecks }
        guard left > 0, left <= unused else { throw needsLines(sum.kopecks) }
        var result: [RefundTaking] = []
        for original in own.reversed() where left > 0 {
            let held = Set(lines.filter { holdsMoney(for: $0, original) })
            let part = min(left, held.reduce(0) { $0 + openMoney(of: $1, in: original) })
            guard part > 0 else { continue }
            result.append(try money(part, of: original, lines: held))
            left -= part
        }
        guard left == 0 else { throw needsLines(sum.kopecks) }
        return result.reversed()
    }

    private func needsLines(_ sum: Int64) -> PlanningFault {
        .faults(
            FiscalFaults(
                .amountMismatch, at: "refund.sum", found: Money(kopecks: sum).description,
                limit: Money(kopecks: max(unused, 0)).description))
    }

    private static func line(_ id: String, _ thousandths: Int64) -> LineQuantity {
        LineQuantity(line: id, quantity: Quantity(thousandths: thousandths).decimal)
    }
}
