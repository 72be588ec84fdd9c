/// The hand-over of goods, with the offset of what was prepaid (R17 to R19, R25, C12).
///
/// Tag 1215 carries each prepayment once: the closing receipt has full item sums and offsets min(P, T), so a prepayment
/// is never revenue twice.
enum Close {
    /// The line id of the item for a certificate's remainder that lapses.
    static let burntLine = "burn"

    /// The return of a prepayment above the order, if there is one; then the closing receipt, unless all lines were
    /// dropped.
    ///
    /// - Throws: ``FiscalFault``: those of the lines and the discount; `amount_mismatch` for negative amounts and for
    ///   prepaid lines that do not add up to the prepayment; `overpayment`; then those of the items (C7, C8).
    static func receipts(of order: Order, _ handOver: HandOver) throws(FiscalFault) -> [ReceiptBody] {
        let priced = try PricedOrder(order)
        let payments = try payments(for: priced.total, handOver)
        let excess =
            handOver.prepaid > priced.total ? try excessReturn(of: priced, handOver, order.sno) : nil
        let draft = try closingDraft(of: priced, handOver, payments)
        var receipts: [ReceiptBody] = []
        if let excess { receipts.append(excess) }
        if !draft.isEmpty {
            var paid = payments
            if let burn = handOver.burn { paid.prepaid = try sum(payments.prepaid, burn.sum, at: "burn") }
            var receipt = try draft.receipt(total: draft.total(), payments: paid)
            receipt.creditBalances = try creditBalances(of: priced, payments.credit)
            receipts.append(receipt)
        }
        return receipts
    }

    /// How T is paid: prepaid = min(P, T), electronic = paid now, the rest is credit. A burnt remainder is not in it.
    private static func payments(for total: Money, _ handOver: HandOver) throws(FiscalFault) -> Payments {
        guard !handOver.prepaid.isNegative else { throw FiscalFault(.amountMismatch, at: "prepaid") }
        guard !handOver.paidNow.isNegative else { throw FiscalFault(.amountMismatch, at: "paid_now") }
        if let burn = handOver.burn, burn.sum.isNegative { throw FiscalFault(.amountMismatch, at: "burn") }
        var payments = Payments(.prepaid, min(handOver.prepaid, total))
        let due = Money(kopecks: total.kopecks - payments.prepaid.kopecks)
        guard handOver.paidNow <= due else {
            throw FiscalFault(
                .overpayment, at: "paid_now", found: handOver.paidNow.description, limit: due.description)
        }
        payments.electronic = handOver.paidNow
        payments.credit = Money(kopecks: due.kopecks - handOver.paidNow.kopecks)
        return payments
    }

    private static func closingDraft(
        of priced: PricedOrder, _ handOver: HandOver, _ payments: Payments
    ) throws(FiscalFault) -> ReceiptDraft {
        let method: SettlementMethod =
            payments.credit.isZero ? .fullPayment : (payments.credit == priced.total ? .credit : .partialPayment)
        var draft = try FullPayment.draft(of: priced, method: method, extraItems: 1)
        if let burn = handOver.burn, burn.sum.isPositive {
            draft.add(
                line: burntLine, name: burn.name,
                part: LineForm.Part(price: burn.sum, quantity: .one, sum: burn.sum), method: .fullPayment,
                object: .another, measure: .piece, vat: .none)
        }
        return draft
    }

    /// P − T goes back before anything is closed: to the lines that were prepaid above what is handed over of them, at the
    /// method and the rates of the prepayment.
    private static func excessReturn(
        of priced: PricedOrder, _ handOver: HandOver, _ sno: TaxSystem
    ) throws(FiscalFault) -> ReceiptBody {
        var prepaid = Money.zero
        for line in handOver.prepaidLines {
            guard !line.sum.isNegative else { throw FiscalFault(.amountMismatch, at: "prepaid_lines") }
            prepaid = try sum(prepaid, line.sum, at: "prepaid_lines")
        }
        guard prepaid == handOver.prepaid else {
            throw FiscalFault(
                .amountMismatch, at: "prepaid_lines", found: prepaid.description,
                limit: handOver.prepaid.description)
        }
        guard let method = handOver.prepaidMethod, method.isPrepayment else {
            throw FiscalFault(
                .valueMissing, at: "prepaid_method",
                allowed: SettlementMethod.allCases.filter(\.isPrepayment).map(\.rawValue))
        }
        var nets: [String: Int64] = [:]
        for line in priced.lines { nets[priced.source(of: line).id, default: 0] += line.net.kopecks }
        let weights = handOver.prepaidLines.map { prepaid in
            // A line prepaid several times is settled by its first prepayments; what is above it is of the last ones.
            let net = nets[prepaid.line] ?? 0
            nets[prepaid.line] = max(0, net - prepaid.sum.kopecks)
            return max(0, prepaid.sum.kopecks - net)
        }
        let amount = Money(kopecks: handOver.prepaid.kopecks - priced.total.kopecks)
        guard let shares = LargestRemainder.shares(of: amount.kopecks, over: weights) else {
            throw .limitSum(at: "prepaid_lines")
        }
        var draft = ReceiptDraft(.sellReturn, sno: sno, expectedItems: weights.count)
        for (position, line) in handOver.prepaidLines.enumerated() where shares[position] > 0 {
            draft.addPayment(
                line: line.line, name: line.name, sum: Money(kopecks: shares[position]), method: method,
                vat: line.vat, agent: line.agent)
        }
        return try draft.receipt(total: amount, payments: Payments(.electronic, amount))
    }

    /// What stays owed, spread over the lines by their nets; nil when nothing is.
    private static func creditBalances(
        of priced: PricedOrder, _ credit: Money
    ) throws(FiscalFault) -> [String: Money]? {
        guard credit.isPositive else { return nil }
        guard let shares = LargestRemainder.shares(of: credit.kopecks, over: priced.lines.map(\.net.kopecks)) else {
            throw .limitSum(at: "items")
        }
        var balances: [String: Money] = [:]
        for line in priced.lines where shares[line.position] > 0 {
            balances[priced.source(of: line).id, default: .zero] =
                try sum(
                    balances[priced.source(of: line).id] ?? .zero, Money(kopecks: shares[line.position]), at: "items")
        }
        return balances
    }

    private static func sum(_ left: Money, _ right: Money, at field: FieldPath) throws(FiscalFault) -> Money {
        do {
            return try left.adding(right)
        } catch {
            throw .limitSum(at: field)
        }
    }
}
