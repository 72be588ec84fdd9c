/// A part of a prepayment given back before hand-over, by amount (R21, in the form of C12's first receipt).
///
/// The order has become cheaper, or the buyer gets some of the money back, and no line says how much of what: the amount
/// is spread over what is still prepaid of each line, quantity 1, object `payment`, method and rate of the prepayment.
enum PrepaymentRefund {
    static func receipt(
        _ amount: Money, of original: ReceiptBody, alreadyReturned: [ReceiptBody]
    ) throws(FiscalFault) -> ReceiptBody {
        var lines: [ReceiptItem] = []
        var left: [String: Int64] = [:]
        for item in original.items where item.method.isPrepayment {
            if left[item.line] == nil { lines.append(item) }
            left[item.line, default: 0] += item.sum.kopecks
        }
        for item in alreadyReturned.flatMap(\.items) { left[item.line]? -= item.sum.kopecks }
        let weights = lines.map { max(0, left[$0.line] ?? 0) }
        let open = weights.reduce(0, +)
        guard amount.isPositive, amount.kopecks <= open,
            let shares = LargestRemainder.shares(of: amount.kopecks, over: weights)
        else {
            throw FiscalFault(
                .amountMismatch, at: "refund.sum", found: amount.description,
                limit: Money(kopecks: open).description)
        }
        var draft = ReceiptDraft(.sellReturn, sno: original.sno, expectedItems: lines.count)
        for (position, item) in lines.enumerated() where shares[position] > 0 {
            draft.addPayment(
                line: item.line, name: item.name, sum: Money(kopecks: shares[position]), method: item.method,
                vat: item.vat, agent: item.agent)
        }
        return try draft.receipt(total: amount, payments: Payments(.electronic, amount))
    }
}

extension ReceiptBuilder {
    /// The receipt of a part of a prepayment that is given back before hand-over, by amount (R21).
    ///
    /// - Parameters:
    ///   - amount: Above zero, at most what is prepaid by `original` and not given back.
    ///   - original: The receipt of the prepayment.
    ///   - alreadyReturned: The receipts that gave parts of it back before.
    /// - Returns: A receipt of that amount, paid back electronically.
    /// - Throws: ``FiscalFault`` `amount_mismatch`.
    package static func returnPrepayment(
        _ amount: Money, of original: ReceiptBody, alreadyReturned: [ReceiptBody]
    ) throws(FiscalFault) -> ReceiptBody {
        let receipt = try PrepaymentRefund.receipt(amount, of: original, alreadyReturned: alreadyReturned)
        try FinalAssertion.check([receipt])
        return receipt
    }
}
