/// The arithmetic of the rules written a second time, by other means: trying and counting instead of dividing.
enum Oracle {
    /// C5: kopecks are handed out one by one to the line that is furthest below its exact share.
    static func shares(_ amount: Int64, _ weights: [Int64]) -> [Int64] {
        let total = weights.reduce(0, +)
        var shares = [Int64](repeating: 0, count: weights.count)
        for _ in 0..<amount {
            var best = 0
            for index in weights.indices
            where amount * weights[index] - shares[index] * total > amount * weights[best] - shares[best] * total {
                best = index
            }
            shares[best] += 1
        }
        return shares
    }

    /// Half-up of price × quantity by counting halves: thousandths of a kopeck against whole ones.
    static func product(_ price: Int64, _ thousandths: Int64) -> Int64 {
        let exact = Int128(price) * Int128(thousandths)
        var kopecks = exact / 1000
        if exact - kopecks * 1000 >= 500 { kopecks += 1 }
        return Int64(kopecks)
    }

    /// C8 as `[price, quantity, sum]` of each item; nil where a unit would be below a kopeck.
    static func form(price: Int64, quantity: Int64, net: Int64) -> [[Int64]]? {
        if product(price, quantity) == net { return [[price, quantity, net]] }
        let about = Int64(Double(net) * 1000 / Double(quantity))
        // The price nearest to net/quantity, halves upwards: found by comparing distances around an estimate.
        var nearest = max(0, about - 3)
        for candidate in max(0, about - 3)...(about + 3) {
            let distance = abs(Int128(candidate) * Int128(quantity) - Int128(net) * 1000)
            let best = abs(Int128(nearest) * Int128(quantity) - Int128(net) * 1000)
            if distance <= best { nearest = candidate }
        }
        if product(nearest, quantity) == net { return [[nearest, quantity, net]] }
        var low = about + 3
        while Int128(low) * Int128(quantity) > Int128(net) * 1000 { low -= 1 }
        guard low > 0 else { return nil }
        if quantity % 1000 == 0 {
            var cheap = quantity / 1000
            var dear: Int64 = 0
            while cheap * low + dear * (low + 1) < net {
                cheap -= 1
                dear += 1
            }
            return [[low, cheap * 1000, low * cheap], [low + 1, dear * 1000, (low + 1) * dear]]
        }
        let most = product(low, quantity - 1000)
        return [[low, quantity - 1000, most], [net - most, 1000, net - most]]
    }
}
