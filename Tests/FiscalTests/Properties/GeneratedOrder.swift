@testable import Fiscal

/// Orders made from a seed: whole, fractional and marked lines, cheap and dear, with discounts up to the whole order.
enum GeneratedOrder {
    static func lines(_ random: inout SplitMix64, sno: TaxSystem = .osn, marked: Bool = true) -> [OrderLine] {
        let rates: [String] =
            sno.isSimplified ? ["none", "vat5", "vat7"] : ["none", "vat0", "vat10", "vat22", "vat22"]
        return (1...Int.random(in: 1...7, using: &random)).map { number in
            let kind = Int.random(in: 0...9, using: &random)
            let price = ExactDecimal(units: Int128(price(&random)), scale: kind == 0 ? 4 : 2)
            let rate = rates.randomElement(using: &random) ?? "none"
            switch kind {
            case 1, 2:
                let thousandths = Int64.random(in: 1...(kind == 1 ? 999 : 9999), using: &random)
                return OrderLine(
                    id: "\(number)", name: "Товар \(number)", price: price,
                    quantity: ExactDecimal(units: Int128(thousandths), scale: 3), vat: rate, measure: .kilogram,
                    isDiscountable: Bool.random(using: &random))
            case 3 where marked:
                let count = Int.random(in: 1...4, using: &random)
                return OrderLine(
                    id: "\(number)", name: "Товар \(number)", price: price,
                    quantity: ExactDecimal(units: Int128(count), scale: 0),
                    vat: rate, object: .mark, marks: (0..<count).map { "\(number)-\($0)" })
            default:
                return OrderLine(
                    id: "\(number)", name: "Товар \(number)", price: price,
                    quantity: ExactDecimal(units: Int128.random(in: 1...12, using: &random), scale: 0), vat: rate,
                    isVATIncluded: kind != 4, isDiscountable: kind != 5)
            }
        }
    }

    /// Hundredths: from nothing over kopecks to thousands of roubles.
    private static func price(_ random: inout SplitMix64) -> Int64 {
        switch Int.random(in: 0...9, using: &random) {
        case 0: 0
        case 1: Int64.random(in: 1...20, using: &random)
        case 2, 3: Int64.random(in: 1...99, using: &random) * 10_000
        default: Int64.random(in: 1...500_000, using: &random)
        }
    }

    /// A full payment with a discount between nothing and more than the order.
    static func order(_ random: inout SplitMix64, marked: Bool = true) -> Order {
        let sno: TaxSystem = Int.random(in: 0...3, using: &random) == 0 ? .usnIncome : .osn
        let lines = lines(&random, sno: sno, marked: marked)
        var order = Order(
            date: Sample.day, sno: sno, settlement: .fullPayment, lines: lines,
            zeroLines: Bool.random(using: &random) ? .omit : .keep)
        guard let priced = try? PricedOrder(order) else { return order }
        let most = priced.lines.filter { lines[$0.position].isDiscountable }.reduce(Int64(0)) { $0 + $1.gross.kopecks }
        switch Int.random(in: 0...9, using: &random) {
        case 0...2: break
        case 3: order.orderDiscount = Money(kopecks: most)
        case 4: order.orderDiscount = Money(kopecks: most + Int64.random(in: 0...1, using: &random))
        case 5: order.bonus = Money(kopecks: Int64.random(in: 0...min(most, 50), using: &random))
        default:
            order.orderDiscount = Money(kopecks: Int64.random(in: 0...most, using: &random))
            order.bonus = Money(kopecks: Int64.random(in: 0...(most - order.orderDiscount.kopecks), using: &random))
        }
        return order
    }
}
