import Testing

@testable import Fiscal

/// A receipt with a bit of everything, and what a till made of it.
enum ReceiptSample {
    static func document(
        _ order: Order, contact: String = "ivanov@example.ru", company: BuyerCompany? = nil, ffd: FFDVersion = .v12
    ) throws -> ReceiptDocument {
        try document(of: #require(first(ReceiptBuilder.build(order))), contact: contact, company: company, ffd: ffd)
    }

    static func document(
        of body: ReceiptBody, contact: String = "ivanov@example.ru", company: BuyerCompany? = nil,
        ffd: FFDVersion = .v12
    ) throws -> ReceiptDocument {
        let seller = try Company(
            inn: "7712345671", sno: "osn", email: "shop@example.ru", paymentAddress: "https://shop.example.ru",
            ffd: ffd.rawValue)
        return try ReceiptDocument(
            body: body, buyer: Buyer(contact: BuyerContact(email: contact, phone: contact), company: company),
            company: seller, settledAt: #require(CivilDateTime("2026-03-05T12:40:00")), utcOffset: 10_800,
            internet: InternetSettlement(siteAddress: seller.paymentAddress))
    }

    static func result(of body: ReceiptBody) throws -> FiscalResult {
        try FiscalResult(
            signs: FiscalSigns(fn: "9960440300000123", fd: "1207", fpd: "352220716"),
            at: CivilDateTime("2026-03-05T12:41:07"), total: body.total, type: body.type, shift: 12, numberInShift: 34,
            registrationNumber: "0001234567012345", operatorName: "Первый ОФД")
    }

    static func line(
        _ id: String, _ name: String, _ price: String, _ quantity: String, vat: String = "vat22",
        object: SettlementObject = .commodity, measure: Measure = .piece, isDiscountable: Bool = true,
        marks: [String] = [], agent: AgentData? = nil
    ) throws -> OrderLine {
        try OrderLine(
            id: id, name: name, price: ExactDecimal(price), quantity: ExactDecimal(quantity), vat: vat, object: object,
            measure: measure, isDiscountable: isDiscountable, marks: marks, agent: agent)
    }

    static let day = CivilDate.known(2026, 3, 5)

    private static func first(_ receipts: [ReceiptBody]) -> ReceiptBody? { receipts.first }
}
