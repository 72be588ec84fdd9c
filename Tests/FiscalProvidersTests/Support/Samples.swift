import Fiscal

/// Receipts of every shape that a provider may meet.
enum Samples {
    static let buyerEmail = "ivanov@example.ru"

    static func company(_ sno: String = "osn", ffd: FFDVersion = .v105) throws -> Company {
        try Company(
            inn: "7707083893", sno: sno, email: "shop@example.ru", paymentAddress: "https://shop.example",
            ffd: ffd.rawValue)
    }

    static func item(
        _ name: String = "Чашка", price: Int64 = 24000, quantity: Int64 = 2000, sum: Int64 = 48000,
        method: SettlementMethod = .fullPayment, object: SettlementObject = .commodity, measure: Measure = .piece,
        vat: VATRate = .vat10, mark: String? = nil, agent: AgentData? = nil
    ) -> ReceiptItem {
        ReceiptItem(
            line: "1", name: name, price: Money(kopecks: price), quantity: Quantity(thousandths: quantity),
            sum: Money(kopecks: sum), method: method, object: object, measure: measure, vat: vat,
            vatSum: vat.tax(in: Money(kopecks: sum)), mark: mark, agent: agent)
    }

    static func body(
        _ type: ReceiptType = .sell, sno: TaxSystem = .osn, items: [ReceiptItem]? = nil, payments: Payments? = nil,
        correction: Correction? = nil, props: String? = nil
    ) throws -> ReceiptBody {
        let items = items ?? [item()]
        var total = Money.zero
        var vats = VATTotals()
        for item in items {
            total = try total.adding(item.sum)
            try vats.add(item.vatSum, under: item.vat)
        }
        return ReceiptBody(
            type: type, sno: sno, items: items, payments: payments ?? Payments(.electronic, total), total: total,
            vats: vats, correction: correction, additionalCheckProps: props)
    }

    static func document(
        _ body: ReceiptBody, ffd: FFDVersion = .v105, contact: BuyerContact? = nil, company: BuyerCompany? = nil
    ) throws -> ReceiptDocument {
        let date = try known(CivilDate(year: 2026, month: 3, day: 5))
        return ReceiptDocument(
            body: body, buyer: Buyer(contact: try contact ?? .email(EmailAddress(buyerEmail)), company: company),
            company: try self.company(ffd: ffd),
            settledAt: try known(CivilDateTime(date: date, hour: 12, minute: 40)), utcOffset: 10800,
            internet: InternetSettlement(siteAddress: try PaymentAddress("https://shop.example")))
    }

    /// An ordinary sale.
    static func sale() throws -> ReceiptDocument { try document(body()) }

    struct Impossible: Error {}

    static func known<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw Impossible() }
        return value
    }
}
