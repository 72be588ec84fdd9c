/// The checks of a repair (C16, R70 to R77).
enum CorrectionCheck {
    static func check(_ request: CorrectionRequest, today: CivilDate, _ findings: inout Findings) {
        if request.baseType == .instruction, Blanks.trimmed(request.baseNumber ?? "").isEmpty {
            findings.add(FiscalFault(.correctionNumberRequired, at: "correction.base_number"))
        }
        if request.baseDate > today {
            findings.add(
                FiscalFault(
                    .correctionDateFuture, at: "correction.base_date", found: request.baseDate.russianText,
                    limit: today.russianText))
        }
        switch request.repair {
        case .missed(let right):
            check(right, request, &findings)
        case .wrong(let wrong, let fpd, let right):
            check(wrong, fpd, &findings)
            check(right, request, &findings)
        case .duplicate(let duplicate, let fpd):
            check(duplicate, fpd, &findings)
        }
        if findings.isEmpty {
            findings.run { () throws(FiscalFault) in _ = try ReceiptBuilder.correct(request) }
        }
    }

    /// What is reversed has to be there with its items, and its fiscal sign goes into tag 1192.
    private static func check(_ receipt: ReceiptBody, _ fpd: String, _ findings: inout Findings) {
        if receipt.items.isEmpty { findings.add(FiscalFault(.correctionReceiptRequired, at: "wrong_receipt")) }
        let isNumber = 1...16 ~= fpd.utf8.count && fpd.utf8.allSatisfy(\.isASCIIDigit) && UInt32(fpd) != nil
        if !isNumber { findings.add(FiscalFault(.fiscalSignInvalid, at: "wrong_fpd", found: String(fpd.prefix(24)))) }
    }

    /// The right data at the rates of the corrected day (R76).
    private static func check(_ right: Order, _ request: CorrectionRequest, _ findings: inout Findings) {
        var order = right
        order.rateDate = request.baseDate
        if let faults = Validation.faults(in: order, ffd: request.ffd) { findings.add(faults.within("right")) }
    }
}
