/// The closed lists of the wire.
enum FiscalWords {
    /// Tax systems; `envd` ended in 2021.
    static let taxSystems = ["osn", "usn_income", "usn_income_outcome", "esn", "patent"]
    /// Tag 1214.
    static let methods = [
        "full_prepayment", "prepayment", "advance", "full_payment", "partial_payment", "credit", "credit_payment",
    ]
    /// Methods of money that comes before the goods: they carry calculated rates.
    static let prepaymentMethods: Set<String> = ["full_prepayment", "prepayment", "advance"]
    /// Tag 1212.
    static let objects = [
        "commodity", "excise", "job", "service", "intellectual_activity", "payment", "agent_commission", "composite",
        "another", "property_right", "deposit", "excise_mark_nocode", "excise_mark", "mark_nocode", "mark",
    ]
    /// Objects of which one piece is one line.
    static let markedObjects: Set<String> = ["mark", "excise_mark"]
    /// Rates of tag 1199.
    static let rates = [
        "none", "vat0", "vat5", "vat7", "vat10", "vat20", "vat22", "vat105", "vat107", "vat110", "vat120", "vat122",
    ]
    /// Rates that stand for tax on top of nothing: they have no calculated form.
    static let rateless: Set<String> = ["none", "vat0"]
    /// Calculated rates.
    static let calculatedRates: Set<String> = ["vat105", "vat107", "vat110", "vat120", "vat122"]
    /// Rates of the simplified system.
    static let simplifiedRates: Set<String> = ["vat5", "vat7", "vat105", "vat107"]

    /// Why a rate cannot stand in a receipt of that date, or nil.
    static func reasonNotInForce(_ rate: String, at time: CivilTime) -> String? {
        switch rate {
        case "vat20", "vat120": time.year < 2026 ? nil : "ended with 2025"
        case "vat22", "vat122": time.year >= 2026 ? nil : "begins with 2026"
        case "vat5", "vat7", "vat105", "vat107": time.year >= 2025 ? nil : "begins with 2025"
        default: nil
        }
    }
}
