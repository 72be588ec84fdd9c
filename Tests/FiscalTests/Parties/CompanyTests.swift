import Testing

@testable import Fiscal

@Suite struct CompanyTests {
    @Test("R48: a seller is read from the texts of a configuration")
    func right() throws {
        let company = try Company(
            inn: "7712345671", sno: "usn_income", email: "Shop@Example.RU", paymentAddress: "https://shop.example.ru",
            ffd: "1.2")
        #expect(company.inn.digits == "7712345671")
        #expect(company.sno == .usnIncome)
        #expect(company.email.text == "Shop@example.ru")
        #expect(company.ffd == .v12)
    }

    @Test("R48: every fault of a seller is reported at once, the abolished ЕНВД among them")
    func allFaults() {
        let faults = #expect(throws: FiscalFaults.self) {
            try Company(inn: "1", sno: "envd", email: "shop", paymentAddress: "no address", ffd: "2.0")
        }
        #expect(
            faults?.all.map { "\($0.field) \($0.code.rawValue)" } == [
                "inn inn_invalid", "sno sno_invalid", "email email_invalid", "payment_address address_invalid",
                "ffd value_unknown",
            ])
        #expect(
            faults?.all[1].allowed == ["osn", "usn_income", "usn_income_outcome", "esn", "patent"])
    }

    @Test(
        "R52: the address of a site is taken with or without its scheme",
        arguments: [
            "https://shop.example.ru", "http://shop.example.ru/", "shop.example.ru", "магазин.рф",
            "https://магазин.рф/чай",
            "shop.ru:8080", "https://shop.ru?a=b", "HTTPS://SHOP.RU", "xn--80aaxitdbjk.xn--p1ai",
        ])
    func address(text: String) throws {
        #expect(try PaymentAddress(" \(text) ").text == text)
    }

    @Test(
        "R52: what is no address of a site is refused",
        arguments: [
            "", " ", "shop", "https://", "https://shop", "ftp://shop.ru", "shop .ru", "shop.ru\nx", "user@shop.ru",
            ".ru",
            "shop..ru", "-shop.ru", "shop-.ru", "shop.ru:", "shop.ru:port", "shop.ru:123456", "javascript:alert(1)",
            "г. Москва, ул. Ленина", "https://https://shop.ru", "shop.ru\u{0}",
        ])
    func noAddress(text: String) {
        let fault = #expect(throws: FiscalFault.self) { try PaymentAddress(text) }
        #expect(fault?.code == .addressInvalid)
    }

    @Test("R52: an address longer than tag 1187 is refused, not cut")
    func longAddress() throws {
        let path = String(repeating: "я", count: 248)
        #expect(try PaymentAddress("shop.ru/" + path).text.unicodeScalars.count == 256)
        let fault = #expect(throws: FiscalFault.self) { try PaymentAddress("shop.ru/" + path + "я") }
        #expect(fault?.code == .valueTooLong)
    }

    @Test("R51: a buying company has a name and a number, and shows neither in a log")
    func buyerCompany() throws {
        let company = try BuyerCompany(name: " ООО «Ромашка» ", inn: "7707083893")
        #expect(company.name == "ООО «Ромашка»")
        #expect(!"\(company)".contains("Ромашка") && !"\(company)".contains("7707083893"))
        let faults = #expect(throws: FiscalFaults.self) {
            try BuyerCompany(name: String(repeating: "я", count: 240), inn: "")
        }
        #expect(faults?.codes == [.valueTooLong, .innInvalid])
        #expect(throws: FiscalFaults(.valueMissing, at: "name")) { try BuyerCompany(name: " ", inn: "7707083893") }
    }
}
