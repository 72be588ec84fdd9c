import Testing

@testable import Fiscal

@Suite struct ReceiptPictureTests {
    private static func mixedOrder() throws -> Order {
        let agent = try AgentData(kind: "commission_agent", principalINN: "7707083893", principalName: "ООО Ромашка")
        return try Order(
            date: ReceiptSample.day, settlement: .fullPrepayment,
            lines: [
                ReceiptSample.line("1", "Чайник электрический с подсветкой и терморегулятором", "2999.00", "2"),
                ReceiptSample.line("2", "Сыр", "459.90", "0.333", vat: "vat10", measure: .kilogram),
                ReceiptSample.line("3", "Книга", "100.00", "1", vat: "none", agent: agent),
            ])
    }

    @Test("R9: a terminal shows the receipt in the words that tills print")
    func text() throws {
        let document = try ReceiptSample.document(
            Order(
                date: ReceiptSample.day, settlement: .fullPrepayment,
                lines: [
                    ReceiptSample.line("1", "Чайник электрический с терморегулятором", "2999.00", "2"),
                    ReceiptSample.line("2", "Сыр", "459.90", "0.333", vat: "vat10", measure: .kilogram),
                ]))
        let picture = try ReceiptPicture(of: document, result: ReceiptSample.result(of: document.body))
        let expected = """
                         КАССОВЫЙ ЧЕК
                            ПРИХОД
            --------------------------------------
            ИНН                         7712345671
            СНО                                ОСН
            МЕСТО РАСЧЕТОВ https://shop.example.ru
            ПРИЗНАК РАСЧЕТА В ИНТЕРНЕТ
            --------------------------------------
            1. Чайник электрический с
            терморегулятором
            2 шт. x 2999.00               =5998.00
            ПРЕДОПЛАТА 100%, ТОВАР
            НДС 22/122                     1081.61
            2. Сыр
            0.333 кг x 459.90              =153.15
            ПРЕДОПЛАТА 100%, ТОВАР
            НДС 10/110                       13.92
            --------------------------------------
            ИТОГ                          =6151.15
            БЕЗНАЛИЧНЫМИ                  =6151.15
            --------------------------------------
            СУММА НДС 10/110                =13.92
            СУММА НДС 22/122              =1081.61
            --------------------------------------
            ЭЛ. АДР. ПОКУПАТЕЛЯ      iv***@e***.ru
            ЭЛ. АДР. ОТПРАВИТЕЛЯ   shop@example.ru
            --------------------------------------
            ФФД                                1.2
            ДАТА И ВРЕМЯ          05.03.2026 12:41
            СМЕНА                               12
            ЧЕК                                 34
            РН ККТ                0001234567012345
            ФН                    9960440300000123
            ФД                                1207
            ФПД                          352220716
            ОФД                         Первый ОФД
            САЙТ ФНС              www.nalog.gov.ru
            --------------------------------------
            t=20260305T1241&s=6151.15&fn=996044030
            0000123&i=1207&fp=352220716&n=1
            --------------------------------------
            https://consumer.1-ofd.ru/v1?t=2026030
            5T1241&s=6151.15&fn=9960440300000123&i
            =1207&fp=352220716&n=1

            """
        #expect(picture.text(width: 38) == expected)
    }

    @Test("R9: every line of a text keeps to the width, whatever it is", arguments: [0, 24, 25, 32, 38, 48, 80, 200])
    func widths(width: Int) throws {
        let document = try ReceiptSample.document(Self.mixedOrder())
        let picture = try ReceiptPicture(of: document, result: ReceiptSample.result(of: document.body))
        let text = picture.text(width: width)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            #expect(line.count <= max(width, ReceiptPicture.minimumWidth))
            #expect(!line.hasSuffix(" "))
        }
        #expect(text.contains("=6251.15"))
    }

    @Test("R61: a receipt that no till has printed says so, and has no code")
    func notYetFiscal() throws {
        let document = try ReceiptSample.document(Self.mixedOrder())
        let picture = ReceiptPicture(of: document, result: nil)
        #expect(picture.qr == nil && picture.link == nil)
        #expect(picture.text(width: 40).contains("НЕ ФИСКАЛЬНЫЙ"))
    }

    @Test("R65: the buyer is masked unless the reader may see them")
    func buyer() throws {
        let company = try BuyerCompany(name: "ИП Петров", inn: "500100732259")
        let document = try ReceiptSample.document(Self.mixedOrder(), contact: "+79161234567", company: company)
        let masked = ReceiptPicture(of: document, result: nil).text(width: 60)
        let open = ReceiptPicture(of: document, result: nil, showsBuyer: true).text(width: 60)
        for secret in ["+79161234567", "Петров", "500100732259"] {
            #expect(!masked.contains(secret))
            #expect(open.contains(secret))
        }
    }

    @Test("R58: an agent's item names the principal")
    func agent() throws {
        let document = try ReceiptSample.document(Self.mixedOrder())
        let rows = ReceiptPicture(of: document, result: nil).sections.flatMap(\.rows)
        #expect(rows.contains { $0.left == "КОМИССИОНЕР" && $0.right == "ИНН ПОСТАВЩИКА 7707083893" })
        #expect(rows.contains { $0.left == "СУММА БЕЗ НДС" && $0.right == "=100.00" })
    }

    @Test("R74: a correction shows its ground and the receipt that it repairs")
    func correction() throws {
        let wrong = try #require(ReceiptBuilder.build(Self.mixedOrder()).first)
        let documents = try ReceiptBuilder.correct(
            CorrectionRequest(
                ffd: .v12, repair: .duplicate(wrong, fpd: "3522207165"), baseType: .instruction,
                baseDate: ReceiptSample.day, baseNumber: "12-34/56"))
        let document = try ReceiptSample.document(of: #require(documents.first))
        let text = ReceiptPicture(of: document, result: nil).text(width: 60)
        for part in [
            "КАССОВЫЙ ЧЕК КОРРЕКЦИИ", "ВОЗВРАТ ПРИХОДА", "ПО ПРЕДПИСАНИЮ", "05.03.2026", "12-34/56", "3522207165",
        ] { #expect(text.contains(part), "\(part)") }
    }

    @Test("R65: a marking code is shown by its article only")
    func mark() throws {
        let code = "0104601234567893215aBcDeFgHiJkL\u{1D}91EE11\u{1D}92AAA="
        let order = try Order(
            date: ReceiptSample.day, settlement: .fullPayment,
            lines: [ReceiptSample.line("1", "Футболка", "999.00", "1", object: .mark, marks: [code])])
        let text = try ReceiptPicture(of: ReceiptSample.document(order), result: nil).text(width: 60)
        #expect(text.contains("GTIN 04601234567893…"))
        #expect(!text.contains("aBcDeFgHiJkL"))
    }
}
