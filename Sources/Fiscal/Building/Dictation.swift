/// The receipt that another program has computed, brought into the form of every other one.
enum Dictation {
    /// A line whose numbers were read.
    private struct Line {
        let source: DictatedReceipt.Line
        let position: Int
        let price: Money
        let quantity: Quantity
        var sum: Money
    }

    /// The receipt; nil if every line costs nothing (C7).
    ///
    /// - Throws: ``FiscalFaults``: those of the lines; then `amount_mismatch` at `total_sum` or `payments` for sums that
    ///   rounding cannot explain; then those of C7 and C8.
    static func receipt(_ dictated: DictatedReceipt) throws(FiscalFaults) -> ReceiptBody? {
        var collector = FaultCollector()
        var lines: [Line] = []
        var marks: Set<String> = []
        for (position, source) in dictated.lines.enumerated() {
            let line = collector.value(within: .item(position)) { () throws(FiscalFault) in
                try Self.line(source, at: position, dictated)
            }
            if let mark = source.mark, !marks.insert(mark).inserted {
                collector.add(FiscalFault(.markDuplicate, at: FieldPath.item(position).field("marks")))
            }
            if let line { lines.append(line) }
        }
        let total = collector.value { () throws(FiscalFault) in try kopecks(dictated.total, at: "total_sum") }
        let payments = collector.value { () throws(FiscalFault) in try sums(of: dictated.payments) }
        try collector.finish()
        guard let total, var payments else { throw FiscalFaults(.amountInvalid, at: "total_sum") }
        do {
            let exact = dictated.lines.map(\.sum)
            let nets = try spread(total, over: lines.map(\.sum.kopecks), exact: exact, at: "total_sum")
            for index in lines.indices { lines[index].sum = Money(kopecks: nets[index]) }
            payments = try spread(total, over: payments, exact: dictated.payments.map(\.sum), at: "payments")
            return try body(lines, payments, total, dictated)
        } catch {
            throw FiscalFaults(error)
        }
    }

    private static func line(
        _ source: DictatedReceipt.Line, at position: Int, _ dictated: DictatedReceipt
    ) throws(FiscalFault) -> Line {
        let quantity = try CheckedQuantity.checked(source.quantity, at: "quantity")
        let price = try kopecks(source.price, at: "price", fault: .priceNegative)
        let sum = try kopecks(source.sum, at: "sum")
        guard quantity.isWhole || source.measure != .piece else {
            throw FiscalFault(.measureRequired, at: "measure_code", found: quantity.description)
        }
        if let date = dictated.rateDate {
            _ = try VATRate.usable(
                source.vat.rawValue, on: date, under: dictated.sno, isAgentItem: source.agent != nil, at: "vat_rate")
        } else if source.agent == nil, !source.vat.suits(dictated.sno) {
            throw FiscalFault(
                .vatTaxSystemMismatch, at: "vat_rate", found: source.vat.rawValue, limit: dictated.sno.rawValue)
        }
        if source.mark != nil, quantity != .one {
            throw FiscalFault(.marksMismatch, at: "marks", found: "1", limit: quantity.description)
        }
        if source.mark != nil, sum.isZero, !dictated.method.isPrepayment {
            throw FiscalFault(.zeroMarkedItem, at: "sum")
        }
        return Line(source: source, position: position, price: price, quantity: quantity, sum: sum)
    }

    private static func kopecks(
        _ amount: ExactDecimal, at field: FieldPath, fault: FaultCode = .amountInvalid
    ) throws(FiscalFault) -> Money {
        guard !amount.isNegative else { throw FiscalFault(fault, at: field, found: amount.description) }
        guard let kopecks = try? amount.rounded(to: 2), kopecks <= Money.receiptLimit.kopecks else {
            throw .limitSum(at: field)
        }
        return Money(kopecks: kopecks)
    }

    private static func sums(of payments: [DictatedReceipt.Payment]) throws(FiscalFault) -> [Int64] {
        var sums: [Int64] = []
        for (position, payment) in payments.enumerated() {
            sums.append(try kopecks(payment.sum, at: FieldPath("payments").element(position).field("sum")).kopecks)
        }
        return sums
    }

    /// Rounded parts that come to the total: the kopecks that rounding made or lost go to the parts that it changed most,
    /// ties to the earlier. More than half a kopeck a part is no rounding, and is refused.
    private static func spread(
        _ total: Money, over parts: [Int64], exact: [ExactDecimal], at field: FieldPath
    ) throws(FiscalFault) -> [Int64] {
        let sum = parts.reduce(0, +)  // cannot overflow: at most 1000 parts below the limit
        let missing = total.kopecks - sum
        guard abs(missing) * 2 <= Int64(parts.count) else {
            throw FiscalFault(
                .amountMismatch, at: field, found: total.description, limit: Money(kopecks: sum).description)
        }
        guard missing != 0 else { return parts }
        let step: Int64 = missing > 0 ? 1 : -1
        // In millionths of a rouble, how much too little a part got; of equal ones the earlier.
        let lost = zip(parts, exact).map { part, exact in
            (((try? exact.rounded(to: 6)) ?? part * 10_000) - part * 10_000) * step
        }
        let byLoss = parts.indices.filter { parts[$0] > 0 }.sorted {
            lost[$0] == lost[$1] ? $0 < $1 : lost[$0] > lost[$1]
        }
        guard byLoss.count >= abs(missing) else {
            throw FiscalFault(
                .amountMismatch, at: field, found: total.description, limit: Money(kopecks: sum).description)
        }
        var result = parts
        for index in byLoss.prefix(Int(abs(missing))) { result[index] += step }
        return result
    }

    private static func body(
        _ lines: [Line], _ payments: [Int64], _ total: Money, _ dictated: DictatedReceipt
    ) throws(FiscalFault) -> ReceiptBody? {
        var draft = ReceiptDraft(dictated.type, sno: dictated.sno, expectedItems: lines.count + 4)
        let isPrepaid = dictated.method.isPrepayment
        for line in lines where !line.sum.isZero {
            let source = line.source
            // Before hand-over a marked article is an ordinary line without a code, and its object is the money (C11).
            let object = isPrepaid && source.mark != nil ? .payment : source.object
            try LineForm.parts(
                price: line.price, quantity: line.quantity, net: line.sum,
                at: FieldPath.item(line.position).field("price")
            ) { part in
                draft.add(
                    line: source.id, name: source.name, part: part, method: dictated.method, object: object,
                    measure: source.measure, vat: source.vat.form(for: dictated.method),
                    mark: isPrepaid ? nil : source.mark, agent: source.agent)
            }
        }
        guard !draft.isEmpty else { return nil }
        var paid = Payments()
        for (payment, kopecks) in zip(dictated.payments, payments) {
            paid[payment.means] = Money(kopecks: paid[payment.means].kopecks + kopecks)
        }
        var receipt = try draft.receipt(total: total, payments: paid)
        if dictated.type == .sell, dictated.method.isHandOver {
            receipt.creditBalances = try balances(of: lines, credit: paid.credit)
        }
        return receipt
    }

    /// What stays owed, spread over the lines by their sums; nil when nothing is (C12).
    private static func balances(of lines: [Line], credit: Money) throws(FiscalFault) -> [String: Money]? {
        guard credit.isPositive else { return nil }
        guard let shares = LargestRemainder.shares(of: credit.kopecks, over: lines.map(\.sum.kopecks)) else {
            throw .limitSum(at: "items")
        }
        var balances: [String: Money] = [:]
        for (line, share) in zip(lines, shares) where share > 0 {
            balances[line.source.id, default: .zero] =
                Money(kopecks: (balances[line.source.id]?.kopecks ?? 0) + share)
        }
        return balances
    }
}
