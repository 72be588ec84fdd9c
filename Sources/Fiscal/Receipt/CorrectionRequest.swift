/// What is repaired (C16).
package enum Repair: Hashable, Sendable {
    /// A settlement was never fiscalised (R70).
    case missed(right: Order)
    /// A receipt was issued with wrong data (R71, R72). `fpd` is its fiscal sign.
    case wrong(ReceiptBody, fpd: String, right: Order)
    /// A receipt was issued twice (R73). `fpd` is the fiscal sign of the second one.
    case duplicate(ReceiptBody, fpd: String)
}

/// A repair of what was fiscalised wrongly or not at all (R70 to R77).
package struct CorrectionRequest: Hashable, Sendable {
    package var ffd: FFDVersion
    package var repair: Repair
    package var baseType: CorrectionType
    /// The day of the settlement being corrected, whatever the FFD; its VAT rates hold (R76).
    package var baseDate: CivilDate
    /// The number of the tax office's order; required for `instruction`, not used otherwise.
    package var baseNumber: String?

    package init(
        ffd: FFDVersion, repair: Repair, baseType: CorrectionType, baseDate: CivilDate, baseNumber: String? = nil
    ) {
        self.ffd = ffd
        self.repair = repair
        self.baseType = baseType
        self.baseDate = baseDate
        self.baseNumber = baseNumber
    }
}

extension CorrectionRequest: Decodable {
    private enum Kind: String, WireNamed {
        case missed, wrong, duplicate
        static var unknownCode: FaultCode { .valueUnknown }
    }

    private enum CodingKeys: String, CodingKey {
        case ffd, kind, right
        case baseType = "base_type"
        case baseDate = "base_date"
        case baseNumber = "base_number"
        case wrongReceipt = "wrong_receipt"
        case wrongFPD = "wrong_fpd"
    }

    package init(from decoder: any Decoder) throws {
        let map = try decoder.container(keyedBy: CodingKeys.self)
        let repair: Repair
        switch try map.decode(Kind.self, forKey: .kind) {
        case .missed:
            repair = .missed(right: try map.decode(Order.self, forKey: .right))
        case .wrong:
            repair = .wrong(
                try map.decode(ReceiptBody.self, forKey: .wrongReceipt),
                fpd: try map.decode(String.self, forKey: .wrongFPD),
                right: try map.decode(Order.self, forKey: .right))
        case .duplicate:
            repair = .duplicate(
                try map.decode(ReceiptBody.self, forKey: .wrongReceipt),
                fpd: try map.decode(String.self, forKey: .wrongFPD))
        }
        try self.init(
            ffd: map.decode(FFDVersion.self, forKey: .ffd), repair: repair,
            baseType: map.decode(CorrectionType.self, forKey: .baseType),
            baseDate: map.decode(CivilDate.self, forKey: .baseDate),
            baseNumber: map.decodeIfPresent(String.self, forKey: .baseNumber))
    }
}
