import Fiscal

/// The lines of one tax system in a settlement whose discount is spread over all of its lines first (C10s).
struct TaxSystemShare {
    /// These lines alone, under their system, with their part of discount and bonus; its settlement is a full payment.
    let order: Order
    /// What they cost, discount taken off.
    let total: Money

    /// Those lines of an order that `isWanted` names, by tax system in order of first appearance.
    ///
    /// - Throws: ``PlanningFault/faults(_:)`` with the builder's first fault.
    static func split(
        _ order: Order, _ isWanted: (OrderLine) -> Bool = { _ in true }
    ) throws(PlanningFault) -> [TaxSystemShare] {
        var whole = order
        whole.settlement = .fullPayment
        var sums: [String: Int64] = [:]
        for item in try PlanningBuild.receipts(of: whole).flatMap(\.items) {
            sums[item.line, default: 0] += item.sum.kopecks
        }
        var systems: [TaxSystem] = []
        for line in order.lines where isWanted(line) {
            let sno = line.sno ?? order.sno
            if !systems.contains(sno) { systems.append(sno) }
        }
        var shares: [TaxSystemShare] = []
        for sno in systems {
            var part = whole
            part.sno = sno
            part.lines = order.lines.filter { ($0.sno ?? order.sno) == sno && isWanted($0) }
            let total = part.lines.reduce(0) { $0 + (sums[$1.id] ?? 0) }
            if part.lines.count < order.lines.count {
                part.bonus = .zero
                part.orderDiscount = .zero
                let gross = try PlanningBuild.receipts(of: part).reduce(Int64(0)) { $0 + $1.total.kopecks }
                part.orderDiscount = Money(kopecks: gross - total)
            }
            shares.append(TaxSystemShare(order: part, total: Money(kopecks: total)))
        }
        return shares
    }

    /// A receipt over lines of several tax systems as one receipt for each (C10s); its money is all electronic.
    static func split(_ body: ReceiptBody, lines: [OrderLine]) throws(PlanningFault) -> [ReceiptBody] {
        var systems: [String: TaxSystem] = [:]
        for line in lines { systems[line.id] = line.sno ?? body.sno }
        var parts: [ReceiptBody] = []
        for item in body.items {
            let sno = systems[item.line] ?? body.sno
            if let known = parts.firstIndex(where: { $0.sno == sno }) {
                parts[known].items.append(item)
            } else {
                parts.append(
                    ReceiptBody(
                        type: body.type, sno: sno, items: [item], payments: Payments(), total: .zero, vats: VATTotals())
                )
            }
        }
        do {
            for index in parts.indices {
                for item in parts[index].items {
                    parts[index].total = try parts[index].total.adding(item.sum)
                    try parts[index].vats.add(item.vat.reportsTurnover ? item.sum : item.vatSum, under: item.vat)
                }
                parts[index].payments.electronic = parts[index].total
            }
        } catch {
            throw .faults(FiscalFaults(.limitSum, at: "items"))
        }
        return parts
    }
}
