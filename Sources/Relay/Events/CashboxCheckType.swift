package import Fiscal

/// Bitrix's types of checks.
package enum CashboxCheckType: String, Sendable, CaseIterable {
    case sell
    case sellReturn = "sellreturn"
    case sellReturnCash = "sellreturncash"
    case advancePayment = "advancepayment"
    case advanceReturn = "advancereturn"
    case advanceReturnCash = "advancereturncash"
    case prepayment
    case prepaymentReturn = "prepaymentreturn"
    case prepaymentReturnCash = "prepaymentreturncash"
    case fullPrepayment = "fullprepayment"
    case fullPrepaymentReturn = "fullprepaymentreturn"
    case fullPrepaymentReturnCash = "fullprepaymentreturncash"
    case credit
    case creditReturn = "creditreturn"
    case creditPayment = "creditpayment"
    case creditPaymentReturn = "creditpaymentreturn"
    case creditPaymentReturnCash = "creditpaymentreturncash"

    /// Whether money or goods go back.
    package var isReturn: Bool { rawValue.hasSuffix("return") || rawValue.hasSuffix("returncash") }

    /// The method of settlement of all lines (tag 1214). Bitrix's own table forgets the returns of a credit's payment.
    package var method: SettlementMethod {
        switch self {
        case .sell, .sellReturn, .sellReturnCash: .fullPayment
        case .advancePayment, .advanceReturn, .advanceReturnCash: .advance
        case .prepayment, .prepaymentReturn, .prepaymentReturnCash: .prepayment
        case .fullPrepayment, .fullPrepaymentReturn, .fullPrepaymentReturnCash: .fullPrepayment
        case .credit, .creditReturn: .credit
        case .creditPayment, .creditPaymentReturn, .creditPaymentReturnCash: .creditPayment
        }
    }

    /// Whether Bitrix puts one general line “without VAT” in place of the goods: its rate says nothing.
    package var isGeneral: Bool { method == .advance || method == .creditPayment }
}

/// The sign of a settlement as Bitrix calls it.
package enum CashboxCheckSign: String, Sendable, CaseIterable {
    case income
    case consumption
}

/// How a check is paid, as Bitrix calls it.
package enum CashboxPaymentType: String, Sendable, CaseIterable {
    case cash
    case cashless
    case advance
    case credit

    package var means: PaymentMeans {
        switch self {
        case .cash: .cash
        case .cashless: .electronic
        case .advance: .prepaid
        case .credit: .credit
        }
    }

    /// Whether money changes hands.
    package var isMoney: Bool { self == .cash || self == .cashless }
}

/// Objects of a settlement (tag 1212) as Bitrix calls those that a shop may use.
package enum CashboxObject: String, Sendable, CaseIterable {
    case commodity
    case excise
    case job
    case service
    case payment
    case intellectualActivity = "intellectual_activity"
    case agentCommission = "agent_commission"
    case composite
    case another
    case propertyRight = "property_right"
    case deposit
    case marked = "commodity_marking"
    case markedExcise = "commodity_marking_excise"
    case unmarked = "commodity_marking_no_marking"
    case unmarkedExcise = "commodity_marking_no_marking_excise"

    package var object: SettlementObject {
        switch self {
        case .commodity: .commodity
        case .excise: .excise
        case .job: .job
        case .service: .service
        case .payment: .payment
        case .intellectualActivity: .intellectualActivity
        case .agentCommission: .agentCommission
        case .composite: .composite
        case .another: .another
        case .propertyRight: .propertyRight
        case .deposit: .deposit
        case .marked: .mark
        case .markedExcise: .exciseMark
        case .unmarked: .markNoCode
        case .unmarkedExcise: .exciseMarkNoCode
        }
    }
}
