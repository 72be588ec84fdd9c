/// Order discount and bonuses, spread over the lines that may be discounted (C5, C6, R26).
enum DiscountDistribution {
    /// Takes each line's share off its net sum.
    ///
    /// Eligible are lines that are discountable and cost something, in order.
    /// - Throws: ``FiscalFault`` `discount_exceeds` if the pool is more than the eligible lines together, and
    ///   `amount_invalid` if it is negative.
    static func apply(
        discount: Money, bonus: Money, of sources: [OrderLine], to lines: inout [PricedLine]
    ) throws(FiscalFault) {
        guard !discount.isZero || !bonus.isZero else { return }
        guard !discount.isNegative else { throw FiscalFault(.amountInvalid, at: "order_discount") }
        guard !bonus.isNegative else { throw FiscalFault(.amountInvalid, at: "bonus") }
        var weights = [Int64](repeating: 0, count: lines.count)
        var eligible = Money.zero
        let pool: Money
        do {
            for index in lines.indices where sources[index].isDiscountable {
                weights[index] = lines[index].gross.kopecks
                eligible = try eligible.adding(lines[index].gross)
            }
        } catch {
            throw .limitSum(at: "items")
        }
        do {
            pool = try discount.adding(bonus)
        } catch {
            throw exceeds(eligible)
        }
        // A line without weight gets no kopeck: its remainder is 0, and fewer are missing than lines have one.
        guard pool <= eligible, let shares = LargestRemainder.shares(of: pool.kopecks, over: weights) else {
            throw exceeds(eligible)
        }
        for index in lines.indices {
            lines[index].net = Money(kopecks: lines[index].gross.kopecks - shares[index])
        }
    }

    private static func exceeds(_ eligible: Money) -> FiscalFault {
        FiscalFault(.discountExceeds, at: "order_discount", limit: eligible.description)
    }
}
