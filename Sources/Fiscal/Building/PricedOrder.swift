/// The lines of an order with their net sums: rules C1 to C6 done.
struct PricedOrder {
    let order: Order
    /// One for each line, in their order.
    let lines: [PricedLine]
    /// T = Σ net (C6).
    let total: Money

    /// Checks and prices all lines, then spreads discount and bonuses over them.
    /// - Throws: ``FiscalFault``: the first fault of the lines (C4), then `limit_sum` for a line that 64 bits cannot hold,
    ///   then `discount_exceeds`.
    init(_ order: Order) throws(FiscalFault) {
        self.order = order
        let rateDate = order.dateOfRates
        var lines: [PricedLine] = []
        lines.reserveCapacity(order.lines.count)
        var beyondLimit: FiscalFault?
        for position in order.lines.indices {
            do {
                lines.append(
                    try PricedLine(order.lines[position], at: position, rateDate: rateDate, sno: order.sno))
            } catch  where error.code == .limitSum {
                beyondLimit = beyondLimit ?? error
            }
        }
        if let beyondLimit { throw beyondLimit }
        try DiscountDistribution.apply(discount: order.orderDiscount, bonus: order.bonus, of: order.lines, to: &lines)
        var total = Money.zero
        do {
            for line in lines { total = try total.adding(line.net) }
        } catch {
            throw .limitSum(at: "items")
        }
        self.lines = lines
        self.total = total
    }

    /// The line as it was ordered.
    @inline(__always)
    func source(of line: PricedLine) -> OrderLine { order.lines[line.position] }
}
