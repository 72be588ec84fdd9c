/// What an item is (tag 1212): the values that a shop may use.
package enum SettlementObject: String, WireNamed, Hashable {
    /// Goods, not excisable.
    case commodity
    /// Excisable goods.
    case excise
    /// Work done.
    case job
    case service
    /// Rights to results of intellectual activity.
    case intellectualActivity = "intellectual_activity"
    /// Money itself: advance, prepayment, credit instalment.
    case payment
    case agentCommission = "agent_commission"
    /// Code 12; its meaning differs between FFD 1.05 and 1.2.
    case composite
    case another
    case propertyRight = "property_right"
    /// A pledge.
    case deposit
    /// Excisable goods subject to marking, without a code.
    case exciseMarkNoCode = "excise_mark_nocode"
    /// Excisable goods with a marking code.
    case exciseMark = "excise_mark"
    /// Goods subject to marking, without a code.
    case markNoCode = "mark_nocode"
    /// Goods with a marking code.
    case mark

    static var unknownCode: FaultCode { .valueUnknown }

    /// The code of tag 1212.
    package var tag1212: Int {
        switch self {
        case .commodity: 1
        case .excise: 2
        case .job: 3
        case .service: 4
        case .intellectualActivity: 9
        case .payment: 10
        case .agentCommission: 11
        case .composite: 12
        case .another: 13
        case .propertyRight: 14
        case .deposit: 19
        case .exciseMarkNoCode: 30
        case .exciseMark: 31
        case .markNoCode: 32
        case .mark: 33
        }
    }

    /// Codes 30 to 33 exist only in FFD 1.2.
    package var requiresFFD12: Bool { tag1212 >= 30 }

    /// Whether a marking code belongs to it (R55).
    package var carriesMark: Bool { self == .mark || self == .exciseMark }

    /// As printed on a receipt.
    package var printed: String {
        switch self {
        case .commodity: "ТОВАР"
        case .excise: "ПОДАКЦИЗНЫЙ ТОВАР"
        case .job: "РАБОТА"
        case .service: "УСЛУГА"
        case .intellectualActivity: "РИД"
        case .payment: "ПЛАТЕЖ"
        case .agentCommission: "АГЕНТСКОЕ ВОЗНАГРАЖДЕНИЕ"
        case .composite: "СОСТАВНОЙ ПРЕДМЕТ РАСЧЕТА"
        case .another: "ИНОЙ ПРЕДМЕТ РАСЧЕТА"
        case .propertyRight: "ИМУЩЕСТВЕННОЕ ПРАВО"
        case .deposit: "ЗАЛОГ"
        case .exciseMarkNoCode: "АТНМ"
        case .exciseMark: "АТМ"
        case .markNoCode: "ТНМ"
        case .mark: "ТМ"
        }
    }
}
