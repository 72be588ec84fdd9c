/// Kinds of receipt that a portal sends to a REST register.
enum CheckType: String, Sendable, CaseIterable {
    case sell, sellreturn, sellreturncash
    case advancepayment, advancereturn, advancereturncash
    case prepayment, prepaymentreturn, prepaymentreturncash
    case fullprepayment, fullprepaymentreturn, fullprepaymentreturncash
    case credit, creditreturn
    case creditpayment, creditpaymentreturn, creditpaymentreturncash

    /// Whether a register without `SUPPORTS_FFD105` knows it.
    var isOfFFD100: Bool { self == .sell || self == .sellreturn || self == .sellreturncash }

    /// `calculated_sign`.
    var sign: String { rawValue.contains("return") ? "consumption" : "income" }

    /// `payment_method` of its lines. Nil for returns of a credit's payment: the portal's own table forgets them.
    var paymentMethod: String? {
        switch self {
        case .sell, .sellreturn, .sellreturncash: "full_payment"
        case .advancepayment, .advancereturn, .advancereturncash: "advance"
        case .prepayment, .prepaymentreturn, .prepaymentreturncash: "prepayment"
        case .fullprepayment, .fullprepaymentreturn, .fullprepaymentreturncash: "full_prepayment"
        case .credit, .creditreturn: "credit"
        case .creditpayment: "credit_payment"
        case .creditpaymentreturn, .creditpaymentreturncash: nil
        }
    }

    /// Whether every line is declared a payment, whatever was bought.
    var hidesObjects: Bool { rawValue.hasPrefix("prepayment") || rawValue.hasPrefix("fullprepayment") }

    /// `type` of the payment of the whole.
    var paymentKind: String {
        switch self {
        case .credit, .creditreturn: "credit"
        default: rawValue.hasSuffix("cash") ? "cash" : "cashless"
        }
    }
}
