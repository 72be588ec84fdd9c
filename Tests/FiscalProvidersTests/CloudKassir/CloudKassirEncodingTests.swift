import Fiscal
import FiscalProviders
import HTTPTransport
import Testing

/// The bytes that go over the wire: they are stored before sending and compared afterwards, so every one counts.
@Suite struct CloudKassirEncodingTests {
    private func encode(
        _ document: ReceiptDocument, url: String? = nil, settings: CloudKassirSettings = .sample
    ) throws -> String {
        let provider = CloudKassirProvider(settings) { _ throws(TransferError) in
            throw TransferError(.connect, reach: .notSent)
        }
        return String(
            decoding: try provider.encode(document, externalID: "p17-c204-sell", callbackURL: url), as: UTF8.self)
    }

    private static let company = """
        "company":{"email":"shop@example.ru","sno":"osn","inn":"7707083893","payment_address":"https://shop.example"}
        """

    @Test func anOrdinarySaleIsTheDescribedOne() throws {
        let expected = """
            {"external_id":"p17-c204-sell","timestamp":"05.03.2026 12:40:00","type":"sell",\
            "url":"https://shop.example/cb/cloudkassir/k1","receipt":{"client":{"email":"ivanov@example.ru"},\
            \(Self.company),"items":[{"name":"Чашка","price":240.00,"quantity":2,"sum":480.00,\
            "payment_method":"full_payment","payment_object":"commodity","vat":"vat10"}],\
            "payments":[{"type":2,"sum":480.00}],"total":480.00}}
            """
        #expect(try encode(Samples.sale(), url: "https://shop.example/cb/cloudkassir/k1") == expected)
    }

    @Test func aReturnToAPhoneWithFractionsAndQuotes() throws {
        let items = [
            Samples.item("Сыр \"Российский\" \\ 5%", price: 45990, quantity: 333, sum: 15315, measure: .kilogram),
            Samples.item("Доставка", price: 5, quantity: 1500, sum: 8, object: .service, vat: .none),
        ]
        let document = try Samples.document(
            Samples.body(.sellReturn, items: items), contact: .phone(PhoneNumber("8 916 123-45-67")))
        let expected = """
            {"external_id":"p17-c204-sell","timestamp":"05.03.2026 12:40:00","type":"sell_return",\
            "receipt":{"client":{"phone":"+79161234567"},\(Self.company),"items":[\
            {"name":"Сыр \\"Российский\\" \\\\ 5%","price":459.90,"quantity":0.333,"sum":153.15,\
            "payment_method":"full_payment","payment_object":"commodity","vat":"vat10"},\
            {"name":"Доставка","price":0.05,"quantity":1.5,"sum":0.08,\
            "payment_method":"full_payment","payment_object":"service","vat":"none"}],\
            "payments":[{"type":2,"sum":153.23}],"total":153.23}}
            """
        #expect(try encode(document) == expected)
    }

    @Test func aCorrectionOfFormat12CarriesItsGroundAndMeasures() throws {
        let date = try Samples.known(CivilDate(year: 2026, month: 2, day: 1))
        let body = try Samples.body(
            .sellCorrection, correction: Correction(type: .instruction, baseDate: date, baseNumber: "12-3"),
            props: "3522207165")
        let expected = """
            {"external_id":"p17-c204-sell","timestamp":"05.03.2026 12:40:00","type":"sell_correction",\
            "correction":{"type":"instruction","base_date":"01.02.2026","base_number":"12-3"},\
            "receipt":{"client":{"email":"ivanov@example.ru"},\(Self.company),"items":[\
            {"name":"Чашка","price":240.00,"quantity":2,"sum":480.00,\
            "payment_method":"full_payment","payment_object":"commodity","vat":"vat10","measure":0}],\
            "payments":[{"type":2,"sum":480.00}],"total":480.00,"additional_check_props":"3522207165"}}
            """
        #expect(try encode(Samples.document(body, ffd: .v12)) == expected)
    }

    @Test func aCorrectionOfFormat105StatesItsTaxWithoutItems() throws {
        let date = try Samples.known(CivilDate(year: 2026, month: 2, day: 1))
        var body = try Samples.body(.sellCorrection, correction: Correction(type: .own, baseDate: date))
        body.items = []
        let text = try encode(Samples.document(body))
        #expect(text.contains(#""correction":{"type":"self","base_date":"01.02.2026"}"#))
        #expect(
            text.contains(#""items":[],"payments":[{"type":2,"sum":480.00}],"vats":[{"type":"vat10","sum":43.64}],"#))
    }

    @Test func marksAgentsAndBuyersCompanyAreExtensions() throws {
        let mark = "0104607112345678215Qbag!\u{1D}93Zjqw"
        let agent = try AgentData(
            kind: "commission_agent", principalINN: "7728168971", principalName: "ООО «Ромашка»",
            principalPhones: ["+74951234567"])
        let body = try Samples.body(
            items: [Samples.item(price: 10000, quantity: 1000, sum: 10000, object: .mark, mark: mark, agent: agent)])
        let company = try BuyerCompany(name: "ООО Покупатель", inn: "7728168971")
        let modern = try encode(Samples.document(body, ffd: .v12, company: company))
        #expect(
            modern.contains(
                #""payment_object":"mark","vat":"vat10","measure":0,"mark_code":"0104607112345678215Qbag!\u001d93Zjqw","#
            ))
        #expect(
            modern.contains(
                #""agent_info":{"type":"commission_agent"},"supplier_info":{"inn":"7728168971","name":"ООО «Ромашка»","phones":["+74951234567"]}"#
            ))
        #expect(modern.contains(#""client":{"email":"ivanov@example.ru","name":"ООО Покупатель","inn":"7728168971"}"#))
        let old = try encode(Samples.document(body))
        #expect(
            old.contains(#""payment_object":"commodity","vat":"vat10","mark_code":"#), "FFD 1.05 knows no object 33")
    }

    @Test func everyRateAndEveryMeansHasItsWord() throws {
        for rate in [
            VATRate.none, .vat0, .vat5, .vat7, .vat10, .vat20, .vat22, .vat105, .vat107, .vat110, .vat120, .vat122,
        ] {
            let text = try encode(Samples.document(Samples.body(items: [Samples.item(vat: rate)])))
            #expect(text.contains("\"vat\":\"\(rate.rawValue)\"}"))
        }
        var payments = Payments()
        payments.cash = Money(kopecks: 10000)
        payments.electronic = Money(kopecks: 20000)
        payments.prepaid = Money(kopecks: 9000)
        payments.credit = Money(kopecks: 8000)
        payments.other = Money(kopecks: 1000)
        let text = try encode(Samples.document(Samples.body(payments: payments)))
        #expect(
            text.contains(
                #""payments":[{"type":1,"sum":100.00},{"type":2,"sum":200.00},{"type":3,"sum":90.00},{"type":4,"sum":80.00},{"type":5,"sum":10.00}]"#
            ))
    }

    @Test func wordsAreSettings() throws {
        var settings = CloudKassirSettings.sample
        settings.vocabulary.vat[.vat10] = "ten"
        settings.vocabulary.payments[.electronic] = 7
        settings.sendsSettlementPlace = true
        let text = try encode(Samples.sale(), settings: settings)
        #expect(text.contains(#""vat":"ten""#) && text.contains(#"[{"type":7,"#))
        #expect(text.hasSuffix(#""total":480.00,"timezone":2,"internet":true}}"#))
    }

    @Test func namesAreCutByCharactersNotBytes() throws {
        for (length, kept) in [(127, 127), (128, 128), (129, 128), (400, 128)] {
            let name = String(repeating: "ж", count: length)
            let text = try encode(Samples.document(Samples.body(items: [Samples.item(name)])))
            #expect(text.contains("\"name\":\"\(String(repeating: "ж", count: kept))\","))
        }
    }

    @Test func everythingThatHasNoWordIsReportedAtOnce() throws {
        var settings = CloudKassirSettings.sample
        settings.vocabulary.objects[.deposit] = nil
        settings.vocabulary.payments[.other] = nil
        var payments = Payments(.electronic, Money(kopecks: 47000))
        payments.other = Money(kopecks: 1000)
        let body = try Samples.body(
            .buy, sno: .patent, items: [Samples.item(), Samples.item(object: .deposit)], payments: payments)
        let faults = #expect(throws: FiscalFaults.self) { try encode(Samples.document(body), settings: settings) }
        let found = try #require(faults)
        #expect(found.all.map(\.field.text) == ["type", "sno", "items[1].object", "payments.other"])
        #expect(found.all[1].allowed == ["osn", "usn_income", "usn_income_outcome"])
    }

    @Test func aSaleWithoutItemsAndACorrectionWithoutGroundAreFaults() throws {
        var empty = try Samples.body()
        empty.items = []
        #expect(throws: FiscalFaults(.itemsEmpty, at: "items")) { try encode(Samples.document(empty)) }
        #expect(throws: FiscalFaults(.valueMissing, at: "correction")) {
            try encode(Samples.document(Samples.body(.sellReturnCorrection)))
        }
    }
}
