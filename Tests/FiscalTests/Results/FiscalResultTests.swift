import Testing

@testable import Fiscal

@Suite struct FiscalResultTests {
    private static func body() throws -> ReceiptBody {
        let order = try Order(
            date: ReceiptSample.day, settlement: .fullPayment, lines: [ReceiptSample.line("1", "Чай", "250.00", "2")])
        return try #require(ReceiptBuilder.build(order).first)
    }

    @Test("R60: a result that belongs to another receipt is noticed")
    func differences() throws {
        let body = try Self.body()
        var result = try ReceiptSample.result(of: body)
        #expect(result.differences(from: body) == nil)
        result.total = Money(kopecks: 49_999)
        result.type = .sellReturn
        #expect(result.differences(from: body)?.all.map(\.field.text) == ["total", "type"])
        result = try ReceiptSample.result(of: body)
        result.type = .sellCorrection  // the till knows four numbers only
        #expect(result.differences(from: body) == nil)
    }

    @Test("R62: a result without the till's time has no code yet")
    func qr() throws {
        var result = try ReceiptSample.result(of: Self.body())
        #expect(result.qr?.text == "t=20260305T1241&s=500.00&fn=9960440300000123&i=1207&fp=352220716&n=1")
        result.at = nil
        #expect(result.qr == nil)
        #expect(result.verificationLink == nil)
    }

    @Test(
        "R63: the operators of fiscal data are known by title or site, and no other is taken for one",
        arguments: [
            ("Первый ОФД", FiscalDataOperator.firstOFD), ("www.1-ofd.ru", .firstOFD), ("АО \"Первый ОФД\"", .firstOFD),
            ("ПЛАТФОРМА ОФД", .platformaOFD), ("platformaofd.ru", .platformaOFD), ("ООО Такском", .taxcom),
            ("ofd.ru", .ofdRu), ("OFD.RU", .ofdRu), ("e-ofd.ru", nil), ("СБИС ОФД", nil), ("", nil), ("ofd", nil),
            ("www.ofd-ya.ru", nil),
        ] as [(String, FiscalDataOperator?)])
    func operators(name: String, expected: FiscalDataOperator?) {
        #expect(FiscalDataOperator(named: name) == expected)
    }

    @Test(
        "R63: the page of a receipt at its operator",
        arguments: [
            (
                FiscalDataOperator.firstOFD,
                "https://consumer.1-ofd.ru/v1?t=20260305T1241&s=500.00&fn=9960440300000123&i=1207&fp=352220716&n=1"
            ),
            (
                .platformaOFD,
                "https://lk.platformaofd.ru/web/noauth/cheque?fn=9960440300000123&fp=352220716&i=1207"
            ), (.taxcom, "https://receipt.taxcom.ru/v01/show?fp=352220716&s=500.00"),
            (.ofdRu, "https://check.ofd.ru/rec/9960440300000123/1207/352220716"),
        ])
    func links(provider: FiscalDataOperator, expected: String) throws {
        let qr = try #require(ReceiptSample.result(of: Self.body()).qr)
        #expect(provider.link(for: qr) == expected)
    }

    @Test("R63: the provider's own link comes first, unless it is none")
    func ownLink() throws {
        var result = try ReceiptSample.result(of: Self.body())
        #expect(result.verificationLink?.hasPrefix("https://consumer.1-ofd.ru/") == true)
        result.link = "https://receipts.example.ru/1"
        #expect(result.verificationLink == "https://receipts.example.ru/1")
        for bad in ["javascript:alert(1)", "", "https://x.ru/ y", "https://x.ru/\n"] {
            result.link = bad
            #expect(result.verificationLink?.hasPrefix("https://consumer.1-ofd.ru/") == true)
        }
        result.operatorName = "СБИС ОФД"
        #expect(result.verificationLink == nil)
    }
}
