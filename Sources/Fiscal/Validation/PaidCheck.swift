/// Whether the money that came is the money on the receipts (R30): the most frequent refusal of all (G1).
enum PaidCheck {
    /// - Parameters:
    ///   - paid: What the event says was paid now.
    ///   - receipts: What the builder made; a return among them gives money back and is not paid for.
    ///   - findings: Takes ``FaultCode/amountMismatch`` at `payment.sum`.
    static func check(_ paid: Money, against receipts: [ReceiptBody], _ findings: inout Findings) {
        let kopecks = receipts.filter { $0.type.tag1054 == 1 }
            .reduce(Int64(0)) { $0 + $1.payments.cash.kopecks + $1.payments.electronic.kopecks }
        guard paid.kopecks != kopecks else { return }
        findings.add(
            FiscalFault(
                .amountMismatch, at: "payment.sum", found: paid.description, limit: Money(kopecks: kopecks).description)
        )
    }
}
