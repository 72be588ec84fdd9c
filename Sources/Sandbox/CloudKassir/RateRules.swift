/// Which VAT rates a line may carry in one receipt.
struct RateRules {
    /// Settlement date; nil if the receipt's is unreadable, and then no rate is judged by date.
    let time: CivilTime?
    let taxSystem: String
    /// Returns, corrections and receipts that mend another one repeat the rates of their originals.
    let copiesRates: Bool

    /// Why a rate may not stand in a line, or nil.
    func fault(of rate: String, method: String, isAgent: Bool) -> (code: String, message: String)? {
        if !FiscalWords.rateless.contains(rate) {
            let isCalculated = FiscalWords.calculatedRates.contains(rate)
            if FiscalWords.prepaymentMethods.contains(method) != isCalculated {
                let needed = isCalculated ? "plain" : "calculated"
                return ("vat_method_mismatch", "\(rate) with \(method), which takes a \(needed) rate")
            }
        }
        guard !copiesRates else { return nil }
        // An instalment of a credit carries the rate of the day on which the goods were handed over.
        if method != "credit_payment", let time, let reason = FiscalWords.reasonNotInForce(rate, at: time) {
            return ("vat_not_in_force", "\(rate) \(reason)")
        }
        guard !isAgent else { return nil }
        if FiscalWords.simplifiedRates.contains(rate), !taxSystem.hasPrefix("usn_") {
            return ("vat_sno_mismatch", "\(rate) is for the simplified tax system only")
        }
        if taxSystem == "patent", rate != "none" {
            return ("vat_sno_mismatch", "under patent there is no rate but none")
        }
        return nil
    }
}
