/// Money received before hand-over for known goods (R11, R12, C11).
enum Prepayment {
    /// Full prepayment: the lines as ordered, at calculated rates, one receipt for each tax system.
    ///
    /// Lines handed over at the moment of payment are settled in full in the same receipt (R28).
    static func fullReceipts(of order: Order) throws(FiscalFault) -> [ReceiptBody] {
        try FullPayment.receiptsByTaxSystem(of: PricedOrder(order)) { line in
            line.isDeliveredAtPayment ? .fullPayment : .fullPrepayment
        }
    }

    /// Partial prepayment: its amount spread over what is still unpaid of each line, one item for each share above 0.
    ///
    /// - Throws: ``FiscalFault``: those of the lines, then `amount_mismatch` unless 0 < amount < T and amount is at most
    ///   what is still unpaid.
    static func partialReceipt(
        of order: Order, amount: Money, alreadyPrepaid: [String: Money]
    ) throws(FiscalFault) -> ReceiptBody {
        let priced = try PricedOrder(order)
        var weights = [Int64](repeating: 0, count: priced.lines.count)
        var unpaid = Money.zero
        do {
            for line in priced.lines {
                let rest = try line.net.subtracting(alreadyPrepaid[order.lines[line.position].id] ?? .zero)
                unpaid = try unpaid.adding(rest)
                weights[line.position] = max(0, rest.kopecks)
            }
        } catch {
            throw FiscalFault(.amountMismatch, at: "already_prepaid")
        }
        guard amount.isPositive, amount < priced.total, amount <= unpaid,
            let shares = LargestRemainder.shares(of: amount.kopecks, over: weights)
        else {
            throw FiscalFault(
                .amountMismatch, at: "amount", found: amount.description, limit: min(priced.total, unpaid).description)
        }
        var draft = ReceiptDraft(.sell, sno: order.sno, expectedItems: priced.lines.count)
        for line in priced.lines where shares[line.position] > 0 {
            let source = priced.source(of: line)
            draft.addPayment(
                line: source.id, name: source.name, sum: Money(kopecks: shares[line.position]), method: .prepayment,
                vat: line.vat.calculated, agent: source.agent)
        }
        return try draft.receipt(total: amount, payments: Payments(.electronic, amount))
    }
}
