/// Money for goods not known yet: a gift certificate, a top-up (R13, R25, R38, C11).
enum AdvanceReceipt {
    /// The line id of the single item.
    static let line = "advance"

    /// One item of quantity 1, object `payment`, at the calculated main rate.
    /// - Throws: ``FiscalFault``: the codes of C14, then `amount_mismatch` unless the amount is above 0.
    static func receipt(of order: Order, _ advance: Advance) throws(FiscalFault) -> ReceiptBody {
        let rate = try VATRate.usable(
            advance.vat, on: order.dateOfRates, under: order.sno, isAgentItem: false, at: "vat_rate")
        guard advance.amount.isPositive else {
            throw FiscalFault(.amountMismatch, at: "amount", found: advance.amount.description)
        }
        var draft = ReceiptDraft(.sell, sno: order.sno, expectedItems: 1)
        draft.addPayment(
            line: line, name: advance.name, sum: advance.amount, method: .advance, vat: rate.form(for: .advance))
        return try draft.receipt(total: advance.amount, payments: Payments(.electronic, advance.amount))
    }
}
