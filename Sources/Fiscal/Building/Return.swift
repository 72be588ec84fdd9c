/// A return of goods, or of a prepayment, at the prices and rates of the receipt being returned (R20, R23, C13).
enum Return {
    /// The receipt of the return, paid as the request says or else electronically; nil if nothing is returned.
    ///
    /// - Throws: ``FiscalFault``: `receipt_inconsistent` for an original that is none, `quantity_…` (C4),
    ///   `return_exceeds`, `amount_mismatch`, `price_below_minimum`.
    static func receipt(of request: ReturnRequest) throws(FiscalFault) -> ReceiptBody? {
        var taking = try Taking(from: request.original)
        try taking.pull(request)
        guard !taking.pieces.isEmpty else { return nil }
        let total = try taking.total()
        let payments = try payments(of: request, total)
        return try taking.draft().receipt(total: total, payments: payments)
    }

    private static func payments(of request: ReturnRequest, _ total: Money) throws(FiscalFault) -> Payments {
        guard let payments = request.payments else { return Payments(.electronic, total) }
        guard !payments.hasNegative, let paid = try? payments.total, paid == total else {
            throw FiscalFault(
                .amountMismatch, at: "payments", found: (try? payments.total)?.description, limit: total.description)
        }
        return payments
    }
}
