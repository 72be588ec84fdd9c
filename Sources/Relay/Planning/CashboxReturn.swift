import Fiscal

/// The receipt that a check gives something back of, and the money of general lines.
enum CashboxReturn {
    /// The sale of ours that the check returns; nil when none is on record, as for a sale by another register before.
    ///
    /// The payment's own receipt of the same method; else that of the shipment; else a closing receipt of the order. Of
    /// several the newest that has enough left.
    ///
    /// - Throws: ``PlanningFault/faults(_:)`` `return_exceeds` when less is left of the payment, or of every such sale.
    static func original(
        of check: CashboxCheck, _ settlement: CashboxSettlement, _ ledger: OrderLedger
    ) throws(PlanningFault) -> PastReceipt? {
        guard let total = try? check.total.rounded(to: 2) else { return nil }
        let money = check.payments.filter(\.type.isMoney).compactMap { try? $0.sum.rounded(to: 2) }.reduce(0, +)
        if let payment = settlement.paymentID, ledger.sales.contains(where: { $0.paymentID == payment }) {
            let left = max(0, ledger.left(ofPayment: payment))
            guard money <= left else { throw exceeds(money, limit: left) }
        }
        let sales = ledger.sales.filter { $0.body.items.contains { $0.method == check.type.method } }
        let ways: [(PastReceipt) -> Bool] = [
            { settlement.paymentID != nil && $0.paymentID == settlement.paymentID },
            { $0.document.reference?.shipmentID.map(check.shipments.contains) ?? false },
            { $0.paymentID == nil },
        ]
        for isWanted in ways {
            let candidates = sales.filter(isWanted)
            guard !candidates.isEmpty else { continue }
            if let original = candidates.last(where: { ledger.remaining(of: $0) >= total }) { return original }
            throw exceeds(total, limit: max(0, candidates.map(ledger.remaining(of:)).max() ?? 0))
        }
        return nil
    }

    private static func exceeds(_ kopecks: Int64, limit: Int64) -> PlanningFault {
        .faults(
            FiscalFaults(
                .returnExceeds, at: "total_sum", found: Money(kopecks: kopecks).description,
                limit: Money(kopecks: limit).description))
    }

    /// The payments of a check whose sums are whole kopecks, as those of a general line are.
    ///
    /// - Throws: ``PlanningFault/faults(_:)`` `amount_invalid`, or `amount_mismatch` unless they come to the total.
    static func exactPayments(
        of check: CashboxCheck
    ) throws(PlanningFault) -> [(means: PaymentMeans, kopecks: Int64)] {
        var sums: [(means: PaymentMeans, kopecks: Int64)] = []
        for (position, payment) in check.payments.enumerated() {
            guard let sum = try? Money(exactly: payment.sum), !sum.isNegative else {
                throw .faults(
                    FiscalFaults(
                        .amountInvalid, at: FieldPath("payments").element(position).field("sum"),
                        found: payment.sum.description))
            }
            sums.append((payment.type.means, sum.kopecks))
        }
        let paid = Money(kopecks: sums.reduce(0) { $0 + $1.kopecks })
        guard (try? Money(exactly: check.total)) == paid else {
            throw .faults(
                FiscalFaults(
                    .amountMismatch, at: "total_sum", found: check.total.description, limit: paid.description))
        }
        return sums
    }

    /// The same receipts paid by these means, filled one after another; both come to the same sum.
    static func pay(_ bodies: [ReceiptBody], _ sums: [(means: PaymentMeans, kopecks: Int64)]) -> [ReceiptBody] {
        var left = sums
        return bodies.map { body in
            var body = body
            body.payments = Payments()
            var due = body.total.kopecks
            for index in left.indices where due > 0 {
                let part = min(due, left[index].kopecks)
                body.payments[left[index].means] = Money(
                    kopecks: body.payments[left[index].means].kopecks + part)
                left[index].kopecks -= part
                due -= part
            }
            return body
        }
    }
}
