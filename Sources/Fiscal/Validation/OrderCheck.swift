/// The checks of an order: its lines one by one, its settlement, then what only all of them together show.
struct OrderCheck {
    let order: Order
    /// Nil leaves open which objects the till has.
    let ffd: FFDVersion?

    /// What the builder makes of the order; nil if anything is wrong, with the faults noted.
    func receipts(_ findings: inout Findings) -> [ReceiptBody]? {
        if hasLines {
            checkLines(&findings)
            checkDiscounts(&findings)
        }
        SettlementCheck(order: order).check(&findings)
        if findings.isEmpty { checkNets(&findings) }
        return findings.build { () throws(FiscalFault) in try ReceiptBuilder.build(order) }
    }

    /// Whether the settlement is made of the order's lines; if not, they and the discount are not looked at.
    private var hasLines: Bool {
        switch order.settlement {
        case .fullPayment, .fullPrepayment, .prepayment, .close: true
        case .advance, .creditPayment: false
        }
    }

    private func checkDiscounts(_ findings: inout Findings) {
        for (field, amount) in [("order_discount", order.orderDiscount), ("bonus", order.bonus)] where amount.isNegative
        {
            findings.add(FiscalFault(.amountInvalid, at: FieldPath(field), found: amount.description))
        }
    }

    /// Whether goods change hands, so that marking codes are needed.
    private var isHandOver: Bool {
        switch order.settlement {
        case .fullPayment, .close: true
        case .fullPrepayment, .prepayment, .advance, .creditPayment: false
        }
    }

    private func checkLines(_ findings: inout Findings) {
        var ids: Set<String> = []
        var codes: Set<MarkingCode> = []
        for (position, line) in order.lines.enumerated() {
            let place = FieldPath.item(position)
            if line.id.isEmpty {
                findings.add(FiscalFault(.lineIDEmpty, at: place.field("id")))
            } else if !ids.insert(line.id).inserted {
                findings.add(FiscalFault(.lineDuplicate, at: place.field("id"), found: String(line.id.prefix(40))))
            }
            LineCheck(line: line, position: position, order: order).check(&findings)
            checkObject(of: line, at: place, &findings)
            for (number, mark) in line.marks.enumerated() {
                let field = place.field("marks").element(number)
                guard let code = findings.run({ () throws(FiscalFault) in try Self.code(mark, at: field) }) else {
                    continue
                }
                if code.content.isOfOnePiece, !codes.insert(code).inserted {
                    findings.add(FiscalFault(.markDuplicate, at: field))
                }
            }
        }
    }

    private static func code(_ mark: String, at field: FieldPath) throws(FiscalFault) -> MarkingCode {
        do {
            return try MarkingCode(mark)
        } catch {
            throw error.at(field)
        }
    }

    /// Objects 30 to 33 need FFD 1.2 (R29); 31 and 33 need a code when goods change hands (R55).
    private func checkObject(of line: OrderLine, at place: FieldPath, _ findings: inout Findings) {
        if let ffd, ffd != .v12, line.object.requiresFFD12 {
            let allowed = SettlementObject.allCases.filter { !$0.requiresFFD12 }.map(\.rawValue)
            findings.add(
                FiscalFault(
                    .objectUnsupported, at: place.field("object"), found: line.object.printed,
                    limit: FFDVersion.v12.rawValue, allowed: allowed))
        }
        if isHandOver, line.object.carriesMark, line.marks.isEmpty {
            findings.add(
                FiscalFault(
                    .marksMismatch, at: place.field("marks"), found: "0", limit: line.quantity.description))
        }
    }

    /// Lines that a discount leaves with too little: every one, where the builder names the first.
    private func checkNets(_ findings: inout Findings) {
        let method: SettlementMethod
        switch order.settlement {
        case .fullPayment, .close: method = .fullPayment
        case .fullPrepayment: method = .fullPrepayment
        case .prepayment, .advance, .creditPayment: return  // shares, not lines, become items
        }
        guard let priced = findings.run({ () throws(FiscalFault) in try PricedOrder(order) }) else { return }
        for line in priced.lines {
            let source = priced.source(of: line)
            let isAtOnce = order.settlement == .fullPrepayment && source.isDeliveredAtPayment
            var draft = ReceiptDraft(.sell, sno: order.sno, expectedItems: 2)
            findings.run { () throws(FiscalFault) in
                try draft.add(
                    line, from: source, method: isAtOnce ? .fullPayment : method, zeroLines: order.zeroLines)
            }
        }
    }
}
