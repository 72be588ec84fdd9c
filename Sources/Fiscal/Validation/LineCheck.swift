/// The checks of one line, all of them, where C4 has the builder stop at the first.
struct LineCheck {
    let line: OrderLine
    let position: Int
    let order: Order

    private var place: FieldPath { FieldPath.item(position) }

    /// Notes every fault of the line; those that the builder knows too stand at the same field with the same code.
    func check(_ findings: inout Findings) {
        checkName(&findings)
        let quantity = findings.run { () throws(FiscalFault) in
            try CheckedQuantity.checked(line.quantity, at: place.field("quantity"))
        }
        let price = findings.run { () throws(FiscalFault) in try PricedLine.unitPrice(of: line, at: position) }
        let rate = findings.run { () throws(FiscalFault) in
            try VATRate.usable(
                line.vat, on: order.dateOfRates, under: line.sno ?? order.sno, isAgentItem: line.agent != nil,
                at: place.field("vat_rate"))
        }
        if let quantity { checkCount(quantity, &findings) }
        if let quantity, let price {
            checkLimit(price, quantity, percent: line.isVATIncluded ? 0 : rate?.percent ?? 0, &findings)
        }
    }

    private func checkName(_ findings: inout Findings) {
        do {
            _ = try ItemName(line.name)
        } catch {
            findings.add(error.within(place))
        }
    }

    private func checkCount(_ quantity: Quantity, _ findings: inout Findings) {
        if !quantity.isWhole, line.measure == .piece {
            findings.add(
                FiscalFault(.measureRequired, at: place.field("measure"), found: quantity.description))
        }
        if line.isMarked, Int64(line.marks.count) * 1000 != quantity.thousandths {
            findings.add(
                FiscalFault(
                    .marksMismatch, at: place.field("marks"), found: String(line.marks.count),
                    limit: quantity.description))
        }
    }

    /// A price above the limit stays above it whatever the discount, if the line may not be discounted; otherwise the
    /// builder judges the net sum.
    private func checkLimit(_ price: UnitPrice, _ quantity: Quantity, percent: Int64, _ findings: inout Findings) {
        let gross = try? price.inKopecks(adding: percent).times(quantity)
        guard let gross else {
            findings.add(.limitSum(at: place.field("price")))
            return
        }
        let mayShrink = line.isDiscountable && (order.orderDiscount.isPositive || order.bonus.isPositive)
        if gross > .receiptLimit, !mayShrink, !isSharedOut { findings.add(.limitSum(at: place.field("price"))) }
    }

    /// A partial prepayment puts shares on its receipt, which may be small though the goods are dear.
    private var isSharedOut: Bool {
        if case .prepayment = order.settlement { true } else { false }
    }
}
