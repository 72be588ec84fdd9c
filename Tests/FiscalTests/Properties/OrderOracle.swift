@testable import Fiscal

/// C1 to C6 and C9 a second time, on 128-bit fractions and by handing out kopecks in rounds.
enum OrderOracle {
    private static let percents: [String: Int128] = ["vat5": 5, "vat7": 7, "vat10": 10, "vat20": 20, "vat22": 22]

    /// Half-up of numerator/denominator, both positive or zero.
    static func halfUp(_ numerator: Int128, _ denominator: Int128) -> Int64 {
        Int64((2 * numerator + denominator) / (2 * denominator))
    }

    /// Kopecks per unit.
    static func price(of line: OrderLine) -> Int64? {
        guard let tenThousandths = try? line.price.scaled(to: 4) else { return nil }
        let percent = line.isVATIncluded ? 0 : percents[line.vat] ?? 0
        return halfUp(Int128(tenThousandths) * (100 + percent), 10_000)
    }

    /// Kopecks of each line after the discount.
    static func nets(of order: Order) -> [Int64]? {
        var gross: [Int64] = []
        for line in order.lines {
            guard let price = price(of: line), let thousandths = try? line.quantity.scaled(to: 3) else { return nil }
            gross.append(Oracle.product(price, thousandths))
        }
        let pool = Int128(order.orderDiscount.kopecks + order.bonus.kopecks)
        let weights = zip(order.lines, gross).map { $0.isDiscountable ? Int128($1) : 0 }
        let total = weights.reduce(0, +)
        guard total > 0 else { return gross }
        var nets = zip(gross, weights).map { $0 - Int64(pool * $1 / total) }
        var missing = Int64(pool) - zip(gross, nets).reduce(0) { $0 + $1.0 - $1.1 }
        var open = Set(order.lines.indices)
        while missing > 0 {
            var best: Int?
            for index in order.lines.indices where open.contains(index) {
                if let known = best, pool * weights[known] % total >= pool * weights[index] % total { continue }
                best = index
            }
            guard let best else { return nil }
            open.remove(best)
            nets[best] -= 1
            missing -= 1
        }
        return nets
    }

    /// Kopecks of tax in an item.
    static func tax(_ item: ReceiptItem) -> Int64 {
        let name = item.vat.rawValue
        let plain = name.count == 6 ? "vat\(Int(name.dropFirst(4)) ?? 0)" : name
        guard let percent = percents[plain] else { return 0 }
        return halfUp(Int128(item.sum.kopecks) * percent, 100 + percent)
    }
}
