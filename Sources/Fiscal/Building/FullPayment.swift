/// Pay and get at once (R10), and the grouping of lines by tax system that it shares with the full prepayment.
enum FullPayment {
    /// One receipt for each tax system, paid electronically.
    static func receipts(of order: Order) throws(FiscalFault) -> [ReceiptBody] {
        try receiptsByTaxSystem(of: PricedOrder(order)) { _ in .fullPayment }
    }

    /// Lines of different tax systems go to different receipts, in order of first appearance; the discount was spread over
    /// the whole order before. Each is paid `electronic` = its own total (C10, C10s).
    static func receiptsByTaxSystem(
        of priced: PricedOrder, method: (OrderLine) -> SettlementMethod
    ) throws(FiscalFault) -> [ReceiptBody] {
        var drafts: [ReceiptDraft] = []
        for line in priced.lines {
            let source = priced.source(of: line)
            let sno = source.sno ?? priced.order.sno
            let index: Int
            if let known = drafts.firstIndex(where: { $0.sno == sno }) {
                index = known
            } else {
                // A line that may be dropped opens no receipt: the order of receipts is that of items.
                index = drafts.endIndex
                drafts.append(ReceiptDraft(.sell, sno: sno, expectedItems: priced.lines.count + 4))
            }
            try drafts[index].add(
                line, from: source, method: method(source), zeroLines: priced.order.zeroLines)
            if drafts[index].isEmpty { drafts.remove(at: index) }
        }
        var receipts: [ReceiptBody] = []
        receipts.reserveCapacity(drafts.count)
        for draft in drafts {
            let total = try draft.total()
            receipts.append(try draft.receipt(total: total, payments: Payments(.electronic, total)))
        }
        return receipts
    }

    /// All lines in one receipt under the order's own tax system (C10s: exchange and hand-over).
    static func draft(
        of priced: PricedOrder, method: SettlementMethod, extraItems: Int = 0
    ) throws(FiscalFault) -> ReceiptDraft {
        var draft = ReceiptDraft(
            .sell, sno: priced.order.sno, expectedItems: priced.lines.count + 4 + extraItems)
        for line in priced.lines {
            try draft.add(
                line, from: priced.source(of: line), method: method, zeroLines: priced.order.zeroLines)
        }
        return draft
    }
}
