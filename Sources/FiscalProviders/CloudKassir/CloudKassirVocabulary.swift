package import Fiscal

/// The words of CloudKassir's wire for the values of the fiscal core; a value without a word is one that it does not
/// take, and encoding such a receipt fails with the field's name.
///
/// The vendor's text lists four rates, three methods and two objects and calls the lists incomplete, so every table can
/// be overridden by the account's settings.
package struct CloudKassirVocabulary: Hashable, Sendable {
    /// `receipt.items[].vat`. Listed: `none`, `vat0`, `vat10`, `vat20`, `vat110`, `vat120`; the rest follows the pattern.
    package var vat: [VATRate: String] = [
        .none: "none", .vat0: "vat0", .vat5: "vat5", .vat7: "vat7", .vat10: "vat10", .vat20: "vat20", .vat22: "vat22",
        .vat105: "vat105", .vat107: "vat107", .vat110: "vat110", .vat120: "vat120", .vat122: "vat122",
    ]

    /// `receipt.payments[].type`. Listed: 1 and 2. Other providers number them differently.
    package var payments: [PaymentMeans: Int] = [.cash: 1, .electronic: 2, .prepaid: 3, .credit: 4, .other: 5]

    /// `receipt.company.sno`: a closed list.
    package var taxSystems: [TaxSystem: String] = [
        .osn: "osn", .usnIncome: "usn_income", .usnIncomeOutcome: "usn_income_outcome",
    ]

    /// `receipt.items[].payment_method`. Listed: `prepayment`, `advance`, `full_payment`.
    package var methods: [SettlementMethod: String] = [
        .fullPrepayment: "full_prepayment", .prepayment: "prepayment", .advance: "advance",
        .fullPayment: "full_payment", .partialPayment: "partial_payment", .credit: "credit",
        .creditPayment: "credit_payment",
    ]

    /// `receipt.items[].payment_object`. Listed: `commodity`, `service`.
    package var objects: [SettlementObject: String] = [
        .commodity: "commodity", .excise: "excise", .job: "job", .service: "service",
        .intellectualActivity: "intellectual_activity", .payment: "payment", .agentCommission: "agent_commission",
        .composite: "composite", .another: "another", .propertyRight: "property_right", .deposit: "deposit",
        .exciseMarkNoCode: "excise_mark_nocode", .exciseMark: "excise_mark", .markNoCode: "mark_nocode",
        .mark: "mark",
    ]

    /// `type`. The first two go to `POST /receipts`, the others to `POST /receipts/correction`.
    package let types: [ReceiptType: String] = [
        .sell: "sell", .sellReturn: "sell_return", .sellCorrection: "sell_correction",
        .sellReturnCorrection: "sell_return_correction",
    ]

    /// The words for `status` of `GET /receipts/{id}`.
    package let statuses: [String: CloudKassirStatus] = ["wait": .waiting, "done": .fiscalised, "fail": .failed]

    package init() {}
}

/// What `status` of a receipt says.
package enum CloudKassirStatus: Hashable, Sendable {
    case waiting
    case fiscalised
    case failed
}
