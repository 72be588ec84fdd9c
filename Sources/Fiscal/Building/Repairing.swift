/// Repair of what was fiscalised wrongly, twice or not at all (R70 to R77, C16).
enum Repairing {
    /// The documents, to be fiscalised in this order.
    ///
    /// - Throws: ``FiscalFault`` `correction_number_required` before all else; then the first fault of the right data.
    static func receipts(of request: CorrectionRequest) throws(FiscalFault) -> [ReceiptBody] {
        guard request.baseType == .own || request.baseNumber?.isEmpty == false else {
            throw FiscalFault(.correctionNumberRequired, at: "correction.base_number")
        }
        let ground = Correction(
            type: request.baseType, baseDate: request.baseDate,
            baseNumber: request.baseType == .instruction ? request.baseNumber : nil)
        switch request.repair {
        case .missed(let right):
            return try self.right(right, request).map { missed($0, ground, request.ffd) }
        case .wrong(let wrong, let fpd, let right):
            let right = try self.right(right, request)
            return [repaired(reversed(wrong), ground, fpd, request.ffd)]
                + right.map { repaired($0, ground, fpd, request.ffd) }
        case .duplicate(let duplicate, let fpd):
            return [repaired(reversed(duplicate), ground, fpd, request.ffd)]
        }
    }

    /// The right data at the VAT rates of the corrected day (R76).
    private static func right(_ order: Order, _ request: CorrectionRequest) throws(FiscalFault) -> [ReceiptBody] {
        var order = order
        order.rateDate = request.baseDate
        return try ReceiptBuilder.build(order)
    }

    /// The wrong receipt as issued, with the sign turned: items, payments, total, VAT and tax system are copied.
    private static func reversed(_ wrong: ReceiptBody) -> ReceiptBody {
        ReceiptBody(
            type: wrong.type.reversed, sno: wrong.sno, items: wrong.items, payments: wrong.payments,
            total: wrong.total, vats: wrong.vats)
    }

    /// A document of `wrong` or `duplicate`: a correction, or in FFD 1.05 an ordinary receipt (R71, R72); 1192 names the
    /// receipt that it repairs.
    private static func repaired(
        _ receipt: ReceiptBody, _ ground: Correction, _ fpd: String, _ ffd: FFDVersion
    ) -> ReceiptBody {
        var receipt = receipt
        receipt.additionalCheckProps = fpd
        if ffd.correctsWithItems {
            receipt.type = receipt.type.correction
            receipt.correction = ground
        }
        return receipt
    }

    /// A settlement that had no receipt: always a correction document, in FFD 1.05 one without items (R70, R75).
    private static func missed(_ receipt: ReceiptBody, _ ground: Correction, _ ffd: FFDVersion) -> ReceiptBody {
        var receipt = receipt
        receipt.type = receipt.type.correction
        receipt.correction = ground
        if !ffd.correctsWithItems { receipt.items = [] }
        return receipt
    }
}
