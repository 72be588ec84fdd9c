/// The tax system of a receipt (tag 1055, R48).
///
/// `envd` is not among them: it was abolished in 2021, and a setting that names it is refused.
package enum TaxSystem: String, WireNamed, Hashable {
    /// General.
    case osn
    /// Simplified, income.
    case usnIncome = "usn_income"
    /// Simplified, income less expenses.
    case usnIncomeOutcome = "usn_income_outcome"
    /// Agricultural.
    case esn
    /// Patent.
    case patent

    static var unknownCode: FaultCode { .taxSystemInvalid }

    /// The bit of tag 1055.
    package var tag1055: Int {
        switch self {
        case .osn: 1
        case .usnIncome: 2
        case .usnIncomeOutcome: 4
        case .esn: 16
        case .patent: 32
        }
    }

    /// Whether 5 % and 7 % may be charged.
    package var isSimplified: Bool { self == .usnIncome || self == .usnIncomeOutcome }

    /// As printed on a receipt.
    package var printed: String {
        switch self {
        case .osn: "ОСН"
        case .usnIncome: "УСН доход"
        case .usnIncomeOutcome: "УСН доход - расход"
        case .esn: "ЕСХН"
        case .patent: "ПСН"
        }
    }
}
