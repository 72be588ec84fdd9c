/// The fiscal content of one document, in neutral words: what the shared vectors show and the database keeps.
///
/// Total = Σ item sums = Σ payments (R30); the VAT per rate is the sum of the items' (C10). Stored as JSON, so a key once
/// written keeps its meaning; keys added later are optional, and unknown ones are ignored on reading.
package struct ReceiptBody: Hashable, Sendable {
    package var type: ReceiptType
    /// Tag 1055; one per receipt.
    package var sno: TaxSystem
    /// In the order of the lines. Empty only in a correction of FFD 1.05, which carries sums alone (R75).
    package var items: [ReceiptItem]
    package var payments: Payments
    /// Tag 1020.
    package var total: Money
    package var vats: VATTotals
    /// By line id, what the buyer still owes after a hand-over on credit (C12); nil when nothing.
    package var creditBalances: [String: Money]?
    /// Present in correction documents only (R74).
    package var correction: Correction?
    /// Tag 1192, at most 16 characters: the fiscal sign of the receipt that this one repairs (R71 to R73).
    package var additionalCheckProps: String?

    package init(
        type: ReceiptType, sno: TaxSystem, items: [ReceiptItem], payments: Payments, total: Money, vats: VATTotals,
        creditBalances: [String: Money]? = nil, correction: Correction? = nil, additionalCheckProps: String? = nil
    ) {
        self.type = type
        self.sno = sno
        self.items = items
        self.payments = payments
        self.total = total
        self.vats = vats
        self.creditBalances = creditBalances
        self.correction = correction
        self.additionalCheckProps = additionalCheckProps
    }
}

extension ReceiptBody: Codable {
    private enum CodingKeys: String, CodingKey {
        case type, sno, items, payments, total, vats, correction
        case creditBalances = "credit_balances"
        case additionalCheckProps = "additional_check_props"
    }
}
