@testable import Fiscal

/// Short ways to write orders and to read receipts in tests.
enum Sample {
    static let day = CivilDate.known(2026, 3, 5)

    static func decimal(_ text: String) -> ExactDecimal {
        guard let value = try? ExactDecimal(text) else { preconditionFailure("not a decimal: \(text)") }
        return value
    }

    static func money(_ text: String) -> Money {
        guard let value = try? Money(decimalText: text) else { preconditionFailure("not money: \(text)") }
        return value
    }

    static func line(
        _ id: String, _ price: String, _ quantity: String = "1", vat: String = "vat22",
        object: SettlementObject = .commodity, measure: Measure? = nil, included: Bool = true,
        discountable: Bool = true,
        marks: [String] = [], agent: AgentData? = nil, sno: TaxSystem? = nil, delivered: Bool = false
    ) -> OrderLine {
        OrderLine(
            id: id, name: "Товар \(id)", price: decimal(price), quantity: decimal(quantity), vat: vat, object: object,
            isVATIncluded: included, measure: measure ?? (quantity.contains(".") ? .kilogram : .piece),
            isDiscountable: discountable, marks: marks, agent: agent, sno: sno, isDeliveredAtPayment: delivered)
    }

    static func order(
        _ settlement: Settlement, _ lines: [OrderLine], discount: String = "0", bonus: String = "0",
        sno: TaxSystem = .osn, zero: ZeroLinePolicy = .omit, date: CivilDate = day
    ) -> Order {
        Order(
            date: date, sno: sno, settlement: settlement, lines: lines, orderDiscount: money(discount),
            bonus: money(bonus), zeroLines: zero)
    }

    static func order(
        _ lines: [OrderLine], discount: String = "0", bonus: String = "0", sno: TaxSystem = .osn,
        zero: ZeroLinePolicy = .omit, date: CivilDate = day
    ) -> Order {
        order(.fullPayment, lines, discount: discount, bonus: bonus, sno: sno, zero: zero, date: date)
    }

    static func close(_ prepaid: String = "0", paidNow: String = "0", burn: String? = nil) -> Settlement {
        .close(
            HandOver(
                prepaid: money(prepaid), paidNow: money(paidNow),
                burn: burn.map { BurntRemainder(name: "Превышение номинала", sum: money($0)) }))
    }

    /// The code of the fault that a call ends in; nil if it succeeds.
    static func code(_ body: () throws(FiscalFault) -> [ReceiptBody]) -> FaultCode? {
        do {
            _ = try body()
            return nil
        } catch {
            return error.code
        }
    }

    static func code(of order: Order) -> FaultCode? {
        code { () throws(FiscalFault) in try ReceiptBuilder.build(order) }
    }
}

extension ReceiptBody {
    /// `line: price × quantity = sum` of each item.
    var brief: [String] { items.map { "\($0.line): \($0.price) × \($0.quantity) = \($0.sum)" } }

    /// `means sum` of each payment.
    var paid: [String] { payments.entries.map { "\($0.means.rawValue) \($0.sum)" } }
}
