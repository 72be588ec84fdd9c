/// Spreading an amount over weights so that no kopeck is lost (C5).
enum LargestRemainder {
    /// Shares ⌊amount·weightᵢ/Σweights⌋, the missing units one each to the largest remainders, ties to the earlier.
    ///
    /// Each share is within one unit of the exact one, and none exceeds its weight while `amount` ≤ Σweights.
    /// - Parameters:
    ///   - amount: Not negative; 0 if Σweights is 0.
    ///   - weights: Not negative.
    /// - Returns: Shares in the order of the weights, their sum being `amount`; nil if Σweights does not fit 63 bits.
    static func shares(of amount: Int64, over weights: [Int64]) -> [Int64]? {
        var totalWeight: Int64 = 0
        for weight in weights {
            let (sum, overflowed) = totalWeight.addingReportingOverflow(weight)
            guard !overflowed else { return nil }
            totalWeight = sum
        }
        var shares = [Int64](repeating: 0, count: weights.count)
        guard amount > 0 else { return shares }
        precondition(totalWeight > 0, "an amount cannot be spread over nothing")
        var remainders = shares
        var missing = amount
        for index in weights.indices {
            guard let (share, remainder) = Rounding.divide(amount, times: weights[index], by: totalWeight) else {
                return nil
            }
            shares[index] = share
            remainders[index] = remainder
            missing -= share
        }
        guard missing > 0 else { return shares }
        let byRemainder = weights.indices.sorted { left, right in
            remainders[left] == remainders[right] ? left < right : remainders[left] > remainders[right]
        }
        for index in byRemainder.prefix(Int(missing)) { shares[index] += 1 }
        return shares
    }
}
