import FoundationEssentials

/// Transactions at a point of sale: repeated, late, out of order, printed here and there.
struct ChaosTill: Sendable {
    let shop: String
    /// Names the sale and what takes it back.
    let number: Int

    /// A sale with all that belongs to it.
    struct Family: Sendable {
        /// In the transactions in which the shop commits them.
        let batches: [[ChaosLoad.Event]]
        /// Thousandths of ``ChaosStock/sold`` that left in the end.
        let left: Int
    }

    func family(using generator: inout SeededGenerator) -> Family {
        let tenths = Int.random(in: 2...30, using: &generator)
        let back = Int.random(in: 1..<tenths, using: &generator)
        // A till that was cut off sends its day in the evening.
        let late = Double(Int.random(in: 0...20, using: &generator)) * 3600
        let at = Date(timeIntervalSinceNow: -late).ISO8601Format()
        let sale = event("sale", "T\(number)", tenths, "cloud", at)
        switch Int.random(in: 0..<9, using: &generator) {
        case 0, 1: return Family(batches: [[sale]], left: tenths * 100)
        case 2:
            let signs = #""fiscal": { "fn": "9999078900007777", "fd": "\#(number)", "fpd": "\#(number)" }"#
            return Family(
                batches: [[event("sale", "T\(number)", tenths, "terminal", at, signs, ends: ["recorded"])]],
                left: tenths * 100)
        case 3:
            return Family(
                batches: [[event("sale", "T\(number)", tenths, "terminal", at, ends: ["left_to_terminal"])]],
                left: tenths * 100)
        case 4:
            var again = sale
            again.key += ":again"
            again.outcomes = ["repeated"]
            return Family(batches: [[sale], [sale], [again], [sale, again]], left: tenths * 100)
        case 5:
            return Family(
                batches: [[sale], [event("refund", "R\(number)", back, "cloud", at)]], left: (tenths - back) * 100)
        case 6:
            // Goods move ahead of their turn, so the cancel may be known before the sale has its receipt.
            var cancelled = sale
            cancelled.outcomes = ["cancelled", "fiscalised"]
            return Family(
                batches: [[cancelled], [cancel(at, ends: ["cancelled_before_receipt", "fiscalised"])]], left: 0)
        case 7:
            var cancelled = sale
            cancelled.outcomes = ["cancelled"]
            return Family(batches: [[cancel(at, ends: ["cancelled_before_receipt"])], [cancelled]], left: 0)
        // The goods come back before anybody has heard that they had left.
        default:
            return Family(
                batches: [[event("refund", "R\(number)", back, "cloud", at)], [sale]], left: (tenths - back) * 100)
        }
    }

    private func event(
        _ type: String, _ transaction: String, _ tenths: Int, _ fiscaliser: String, _ at: String, _ more: String? = nil,
        ends: Set<String> = ["fiscalised"]
    ) -> ChaosLoad.Event {
        let original = type == "sale" ? "" : #""original_transaction_id": "T\#(number)", "#
        let item = """
            { "id": "1", "product_id": "\(ChaosStock.sold)", "name": "Товар", "price": "100.00", \
            "quantity": "\(tenths / 10).\(tenths % 10)", "measure_code": 166, "vat_rate": "0.22" }
            """
        return written(
            transaction,
            """
            { "v": 1, "transaction_id": "\(transaction)", "type": "\(type)", \(original)"store_id": "1", \
            "occurred_at": "\(at)", "fiscalized_by": "\(fiscaliser)", "customer": { "email": "buyer@example.ru" }, \
            \(more.map { $0 + ", " } ?? "")"items": [\(item)] }
            """, ends)
    }

    private func cancel(_ at: String, ends: Set<String>) -> ChaosLoad.Event {
        written(
            "C\(number)",
            """
            { "v": 1, "transaction_id": "C\(number)", "type": "cancel", "original_transaction_id": "T\(number)", \
            "occurred_at": "\(at)", "fiscalized_by": "cloud" }
            """, ends)
    }

    private func written(_ transaction: String, _ payload: String, _ ends: Set<String>) -> ChaosLoad.Event {
        ChaosLoad.Event(
            shop: shop, kind: "pos.transaction", key: "pos:\(transaction)", subject: "pos:T\(number)", payload: payload,
            outcomes: ends)
    }
}
