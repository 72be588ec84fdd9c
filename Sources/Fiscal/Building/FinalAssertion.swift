/// What every finished receipt must satisfy (C17): limits first, then the equalities, which only a mistake of this module
/// can break.
///
/// Rates are known and contacts valid by their types.
enum FinalAssertion {
    /// The most items of a receipt.
    static let itemLimit = 100

    /// - Throws: ``FiscalFault`` `limit_items`, then `limit_sum`, then `receipt_inconsistent`.
    static func check(_ receipts: [ReceiptBody]) throws(FiscalFault) {
        for receipt in receipts where receipt.items.count > itemLimit {
            throw FiscalFault(
                .limitItems, at: "items", found: String(receipt.items.count), limit: String(itemLimit))
        }
        for receipt in receipts { try checkLimits(of: receipt) }
        for receipt in receipts { try checkSums(of: receipt) }
    }

    private static func checkLimits(of receipt: ReceiptBody) throws(FiscalFault) {
        for (position, item) in receipt.items.enumerated() {
            guard item.price <= .receiptLimit, item.sum <= .receiptLimit else {
                throw .limitSum(at: FieldPath.item(position).field("sum"))
            }
        }
        guard receipt.total <= .receiptLimit else { throw .limitSum(at: "total") }
    }

    private static func checkSums(of receipt: ReceiptBody) throws(FiscalFault) {
        var sum: Int64 = 0  // cannot overflow: at most 100 sums below the limit
        var tax: Int64 = 0
        for (position, item) in receipt.items.enumerated() {
            let product = Rounding.halfUp(item.price.kopecks, times: item.quantity.thousandths, by: 1000)
            guard product == item.sum.kopecks, item.quantity.isPositive, !item.price.isNegative else {
                throw FiscalFault(.receiptInconsistent, at: FieldPath.item(position).field("sum"))
            }
            sum += item.sum.kopecks
            tax += item.vat.reportsTurnover ? item.sum.kopecks : item.vatSum.kopecks
        }
        guard sum == receipt.total.kopecks else { throw FiscalFault(.receiptInconsistent, at: "total") }
        guard !receipt.payments.hasNegative, let paid = try? receipt.payments.total, paid == receipt.total else {
            throw FiscalFault(.receiptInconsistent, at: "payments")
        }
        guard receipt.vats.entries.reduce(0, { $0 + $1.amount.kopecks }) == tax else {
            throw FiscalFault(.receiptInconsistent, at: "vats")
        }
    }
}
