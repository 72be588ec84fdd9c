/// In which capacity a shop sells for somebody else: tag 1222 of the item, in FFD 1.05 also 1057 of the receipt (R58).
package enum AgentKind: String, WireNamed, Hashable {
    case bankPayingAgent = "bank_paying_agent"
    case bankPayingSubagent = "bank_paying_subagent"
    case payingAgent = "paying_agent"
    case payingSubagent = "paying_subagent"
    case attorney
    case commissionAgent = "commission_agent"
    /// Any other agent: what a marketplace or a shop that sells a carrier's delivery is.
    case another

    static var unknownCode: FaultCode { .agentInvalid }

    /// The bit of tags 1057 and 1222.
    package var tag1222: Int { 1 << index }

    /// The number of the bit, which some providers want instead of its mask (part K).
    package var index: Int {
        switch self {
        case .bankPayingAgent: 0
        case .bankPayingSubagent: 1
        case .payingAgent: 2
        case .payingSubagent: 3
        case .attorney: 4
        case .commissionAgent: 5
        case .another: 6
        }
    }

    /// As printed on a receipt.
    package var printed: String {
        switch self {
        case .bankPayingAgent: "БАНК. ПЛ. АГЕНТ"
        case .bankPayingSubagent: "БАНК. ПЛ. СУБАГЕНТ"
        case .payingAgent: "ПЛ. АГЕНТ"
        case .payingSubagent: "ПЛ. СУБАГЕНТ"
        case .attorney: "ПОВЕРЕННЫЙ"
        case .commissionAgent: "КОМИССИОНЕР"
        case .another: "АГЕНТ"
        }
    }
}
