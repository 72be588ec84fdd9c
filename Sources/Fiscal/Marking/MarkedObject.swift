/// Objects of settlement for goods that are subject to marking: codes 30 to 33 of tag 1212, in FFD 1.2 (R55).
extension SettlementObject {
    /// The object for a marked article: 31 or 33 with its code, 30 or 32 without.
    package static func marked(excisable: Bool, hasCode: Bool) -> SettlementObject {
        switch (excisable, hasCode) {
        case (true, true): .exciseMark
        case (true, false): .exciseMarkNoCode
        case (false, true): .mark
        case (false, false): .markNoCode
        }
    }

    /// The object under which a till of this format takes the same item: without FFD 1.2, a marked article is an
    /// ordinary one, excisable or not, and its code goes to tag 1162 (R29, R54).
    package func supported(by ffd: FFDVersion) -> SettlementObject {
        guard ffd != .v12 else { return self }
        switch self {
        case .exciseMark, .exciseMarkNoCode: return .excise
        case .mark, .markNoCode: return .commodity
        default: return self
        }
    }
}
