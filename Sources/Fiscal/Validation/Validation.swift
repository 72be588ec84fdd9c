/// Finds everything that is wrong with a settlement, before anything is sent.
///
/// The builder stops at the first fault, in the order that C4 fixes; a person who mends an order wants all of them. What
/// passes here is what the builder builds: it is run as the last check, and whatever it refuses is reported. Beyond it,
/// the values that the builder only copies are judged here: names, contact, marking codes, ids, the sum paid.
///
/// What depends on all lines (a discount above the order, a sum below a kopeck) can be judged only when every line is
/// sound, and is reported then.
package enum Validation {
    /// The faults of a settlement with its buyer and its payment; nil if there are none.
    package static func faults(in draft: SettlementDraft) -> FiscalFaults? {
        var findings = Findings(known: draft.known)
        if let currency = draft.currency, !["RUB", "RUR", "643"].contains(currency) {
            findings.add(
                FiscalFault(
                    .currencyUnsupported, at: "order.currency", found: String(currency.prefix(10)), allowed: ["RUB"]))
        }
        let receipts = OrderCheck(order: draft.order, ffd: draft.ffd).receipts(&findings)
        BuyerCheck.check(draft, &findings)
        if let receipts, let paid = draft.paid { PaidCheck.check(paid, against: receipts, &findings) }
        return findings.result
    }

    /// The faults of an order alone; nil if there are none.
    ///
    /// - Parameters:
    ///   - order: The settlement.
    ///   - ffd: The format of the till; nil leaves open which objects it has.
    /// - Returns: Every fault, in the order of the lines, then of the order.
    package static func faults(in order: Order, ffd: FFDVersion? = nil) -> FiscalFaults? {
        var findings = Findings()
        _ = OrderCheck(order: order, ffd: ffd).receipts(&findings)
        return findings.result
    }

    /// The faults of a return: of every position that is wrong; nil if there are none.
    package static func faults(in request: ReturnRequest) -> FiscalFaults? {
        var findings = Findings()
        ReturnCheck.check(request, &findings)
        return findings.result
    }

    /// The faults of an exchange, those of the return placed at `returned`, of the new goods at `replacement`; nil if
    /// there are none.
    package static func faults(in request: ExchangeRequest) -> FiscalFaults? {
        var findings = Findings()
        var returned = request.returned
        returned.payments = nil  // an exchange settles by itself how it is paid
        if let faults = faults(in: returned) { findings.add(faults.within("returned")) }
        var replacement = request.replacement
        replacement.settlement = .fullPayment
        if let faults = faults(in: replacement) { findings.add(faults.within("replacement")) }
        if findings.isEmpty {
            findings.run { () throws(FiscalFault) in _ = try ReceiptBuilder.exchange(request) }
        }
        return findings.result
    }

    /// The faults of a repair, those of the right data placed at `right`; nil if there are none.
    ///
    /// - Parameters:
    ///   - request: The repair.
    ///   - today: The day of the repair in the zone of the settlement: the day being corrected is not after it (R74).
    /// - Returns: Every fault.
    package static func faults(in request: CorrectionRequest, today: CivilDate) -> FiscalFaults? {
        var findings = Findings()
        CorrectionCheck.check(request, today: today, &findings)
        return findings.result
    }
}
