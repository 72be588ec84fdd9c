/// Items whose price × quantity gives the net sum of a line exactly (C8, R31).
enum LineForm {
    /// One item of the line, without the fields that all its items share.
    struct Part {
        let price: Money
        let quantity: Quantity
        let sum: Money
    }

    /// Calls `emit` with each item of a line with price `price`, quantity `quantity` and net sum `net`: the first form of
    /// C8 that fits. Every number must be at least 0, the quantity more.
    ///
    /// - Throws: ``FiscalFault`` `price_below_minimum` if a unit would cost less than a kopeck;
    ///   `limit_sum` if a recomputed price does not fit. Nothing was emitted then.
    @inline(__always)
    static func parts(
        price: Money, quantity: Quantity, net: Money, at field: @autoclosure () -> FieldPath, emit: (Part) -> Void
    ) throws(FiscalFault) {
        let q = quantity.thousandths
        let n = net.kopecks
        // C8.1: the price as it is.
        if Rounding.halfUp(price.kopecks, times: q, by: 1000) == n {
            return emit(Part(price: price, quantity: quantity, sum: net))
        }
        guard let recomputed = Rounding.halfUp(n, times: 1000, by: q),
            let (lowest, _) = Rounding.divide(n, times: 1000, by: q)
        else { throw .limitSum(at: field()) }
        // C8.2: one price recomputed from the net sum. Always fits for a quantity of at most 1.
        if Rounding.halfUp(recomputed, times: q, by: 1000) == n {
            return emit(Part(price: Money(kopecks: recomputed), quantity: quantity, sum: net))
        }
        // C8.3: two items.
        guard lowest > 0 else { throw belowMinimum(at: field()) }
        let low = Money(kopecks: lowest)
        if quantity.isWhole {
            let units = q / 1000
            let dearer = n - lowest * units  // units that cost a kopeck more: 0 < dearer < units
            emit(
                Part(
                    price: low, quantity: Quantity(thousandths: (units - dearer) * 1000),
                    sum: Money(kopecks: lowest * (units - dearer))))
            emit(
                Part(
                    price: Money(kopecks: lowest + 1), quantity: Quantity(thousandths: dearer * 1000),
                    sum: Money(kopecks: (lowest + 1) * dearer)))
        } else {
            // lowest·(q − 1) ≤ net − lowest, so the product fits and at least half of `lowest` is left for the last unit.
            let most = Rounding.halfUp(lowest, times: q - 1000, by: 1000) ?? 0
            let rest = Money(kopecks: n - most)
            emit(Part(price: low, quantity: Quantity(thousandths: q - 1000), sum: Money(kopecks: most)))
            emit(Part(price: rest, quantity: .one, sum: rest))
        }
    }

    static func belowMinimum(at field: FieldPath) -> FiscalFault {
        FiscalFault(.priceBelowMinimum, at: field, limit: Money(kopecks: 1).description)
    }
}
