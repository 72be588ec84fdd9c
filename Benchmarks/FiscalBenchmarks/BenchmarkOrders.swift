import Fiscal

/// Orders to measure with: whole and fractional quantities, three rates, a discount that splits lines, delivery.
enum BenchmarkOrders {
    /// A full payment of `count` lines, the last of them delivery.
    static func order(lines count: Int) throws -> Order {
        var lines: [OrderLine] = []
        for number in 1..<count {
            let isWeighed = number % 5 == 0
            lines.append(
                OrderLine(
                    id: "\(1000 + number)", name: "Чайник электрический \"Уют\" 1,7 л, модель \(number)",
                    price: try ExactDecimal("\(199 + number * 37).\(number % 10)9"),
                    quantity: try ExactDecimal(isWeighed ? "2.345" : "\(1 + number % 3)"),
                    vat: ["vat22", "vat10", "none"][number % 3], measure: isWeighed ? .kilogram : .piece))
        }
        lines.append(
            OrderLine(
                id: "delivery", name: "Доставка курьером", price: try ExactDecimal("350"),
                quantity: try ExactDecimal("1"), vat: "vat22", object: .service, isDiscountable: false))
        guard let date = CivilDate(year: 2026, month: 3, day: 5) else { throw DecimalError.malformed }
        return Order(
            date: date, settlement: .fullPayment, lines: lines, orderDiscount: try Money(decimalText: "123.45"),
            bonus: try Money(decimalText: "10"))
    }

    /// The same order with every line marked, one code a unit.
    static func markedOrder(lines count: Int) throws -> Order {
        var order = try order(lines: count)
        for index in order.lines.indices.dropLast() {
            order.lines[index].quantity = try ExactDecimal("1")
            order.lines[index].object = .mark
            order.lines[index].marks = ["0104601234567893215aBcDeFgHi\(index)\u{1D}91EE11\u{1D}92AAAA="]
        }
        return order
    }
}
