/// VAT of a receipt from that of its items (C10).
enum VATComputation {
    /// For every rate among the items the sum of their taxes, not recomputed from the total; for `vat0` and `none` their
    /// turnover, because tags 1104 and 1105 carry turnover.
    /// - Throws: ``FiscalFault`` `limit_sum` if 64 bits cannot hold a sum.
    static func totals(of items: [ReceiptItem]) throws(FiscalFault) -> VATTotals {
        var totals = VATTotals()
        do {
            for item in items { try totals.add(item.vat.reportsTurnover ? item.sum : item.vatSum, under: item.vat) }
        } catch {
            throw .limitSum(at: "vats")
        }
        return totals
    }
}
