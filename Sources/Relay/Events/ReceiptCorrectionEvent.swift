package import Fiscal

/// A receipt was missed, wrong or doubled: the payload of `receipt.correction`.
package struct ReceiptCorrectionEvent: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case missed, wrong, duplicate
    }

    /// nil: the order of ``right``, or of the receipt.
    package var order: OrderPayload?
    package var kind: Kind
    package var baseType: CorrectionType
    /// The day of the settlement that is corrected.
    package var baseDate: CivilDate
    package var baseNumber: String?
    /// Our key of the wrong or doubled receipt.
    package var receiptExternalID: String?
    /// What should have been receipted.
    package var right: OrderPaid?

    /// - Throws: ``FiscalFaults`` with every fault of the payload's form.
    package init(payload: String) throws(FiscalFaults) {
        let reader = try PayloadReader(payload: payload)
        order = reader.optionalObject("order") { OrderPayload(from: $0) }
        let correction = reader.object("correction") { correction in
            (
                kind: correction.choice("kind", default: Kind?.none),
                baseType: correction.choice("base_type", default: CorrectionType.own) ?? .own,
                baseDate: Self.date(from: correction),
                baseNumber: correction.optionalText("base_number", maximumLength: 32)
            )
        }
        receiptExternalID = reader.optionalObject("receipt") { $0.text("external_id", maximumLength: 200) }
        right = reader.optionalObject("right") { OrderPaid.read($0) }
        if let kind = correction?.kind {
            if kind != .missed, receiptExternalID == nil, !reader.has("receipt") {
                reader.report(.correctionReceiptRequired, "receipt.external_id")
            }
            if kind != .duplicate, right == nil, !reader.has("right") { reader.report(.valueMissing, "right") }
        }
        try reader.gathered.faults.finish()
        guard let correction, let kind = correction.kind, let baseDate = correction.baseDate else {
            throw FiscalFaults(.payloadUnreadable, at: .whole)
        }
        self.kind = kind
        baseType = correction.baseType
        self.baseDate = baseDate
        baseNumber = correction.baseNumber
    }

    /// A settlement of `date` that never got its receipt.
    package init(missed right: OrderPaid, on date: CivilDate) {
        kind = .missed
        baseType = .own
        baseDate = date
        self.right = right
    }

    private static func date(from reader: borrowing PayloadReader) -> CivilDate? {
        guard let text = reader.text("base_date", maximumLength: 20) else { return nil }
        guard let date = CivilDate(text) else {
            reader.report(.dateInvalid, "base_date", found: text, allowed: ["2026-11-21"])
            return nil
        }
        return date
    }
}
