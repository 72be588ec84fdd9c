/// On what ground a correction is made (tag 1173).
package enum CorrectionType: String, WireNamed, Hashable {
    /// The shop found the mistake by itself.
    case own = "self"
    /// The tax office ordered it.
    case instruction

    static var unknownCode: FaultCode { .valueUnknown }

    /// 0 or 1.
    package var tag1173: Int { self == .own ? 0 : 1 }
}

/// The ground of a correction document (tags 1173, 1174; R74).
package struct Correction: Hashable, Sendable {
    package var type: CorrectionType
    /// The day of the settlement being corrected, under every FFD (tag 1178 in FFD 1.1 and 1.2).
    package var baseDate: CivilDate
    /// The number of the tax office's order (tag 1179); nil for `self`.
    package var baseNumber: String?

    package init(type: CorrectionType, baseDate: CivilDate, baseNumber: String? = nil) {
        self.type = type
        self.baseDate = baseDate
        self.baseNumber = baseNumber
    }
}

extension Correction: Codable {
    private enum CodingKeys: String, CodingKey {
        case type
        case baseDate = "base_date"
        case baseNumber = "base_number"
    }
}
