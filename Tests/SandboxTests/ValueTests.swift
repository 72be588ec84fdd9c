import Testing

@testable import Sandbox

@Suite struct ValueTests {
    @Test(arguments: [
        #"{"a":[1,2.50,-0e3],"b":"Ж\u00e9\ud83d\ude00\n","c":null,"d":true,"a":1E+2}"#, "[]", #""""#, "-12",
    ]) func jsonKeepsWhatWasWritten(text: String) throws {
        let value = try JSONParser.parse(text)
        #expect(try JSONParser.parse(value.text) == value)
    }

    @Test func numbersKeepTheirDigits() throws {
        let value = try JSONParser.parse(#"{"sum": 240.00, "big": 12345678901234567890.10}"#)
        #expect(value["sum"] == .number("240.00"))
        #expect(value["big"] == .number("12345678901234567890.10"))
    }

    @Test(arguments: [
        "", "{", "{\"a\":1,}", "[1 2]", "01", "1.", ".5", "+1", "nul", "\"\\x\"", "\"\\ud800\"", "\"a", "1 2", "{a:1}",
        "[\"\t\"]",
    ]) func brokenJSONIsRefused(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(text) }
    }

    @Test func deepNestingIsRefusedAndBadUTF8Too() {
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(String(repeating: "[", count: 5000)) }
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse([0x22, 0xC3, 0x28, 0x22]) }
    }

    @Test(arguments: [
        ("240.00", "240"), ("-0.10", "-0.1"), ("1e3", "1000"), ("1.5E-3", "0.0015"), ("0", "0"), ("0.000", "0"),
    ]) func decimalsAreExact(text: String, plain: String) {
        #expect(ExactDecimal(text)?.description == plain)
    }

    @Test(arguments: ["", "-", "1.", "a", "1e", "1e99", "1234567890123456789", "1..2", "٣"])
    func otherTextIsNoDecimal(text: String) {
        #expect(ExactDecimal(text) == nil)
    }

    @Test(arguments: [
        ("459.90", "0.333", "153.15"), ("199.99", "2.345", "468.98"), ("0.01", "0.5", "0.01"),
        ("0.01", "0.499", "0.00"),
        ("-1.00", "0.005", "-0.01"),
    ]) func productsRoundHalfUp(price: String, quantity: String, sum: String) throws {
        let product = try #require(ExactDecimal(price)) * #require(ExactDecimal(quantity))
        #expect(product.moneyText == sum)
    }

    @Test func civilTimeKnowsTheCalendar() {
        #expect(CivilTime(russian: "29.02.2024 23:59:59") != nil)
        for text in [
            "29.02.2026 10:00:00", "5.03.2026 10:00:00", "05.03.2026 24:00:00", "05.03.2026", "05.03.26 10:00:00",
        ] {
            #expect(CivilTime(russian: text) == nil, "\(text)")
        }
        #expect(CivilTime(seconds: 1_772_703_600, offset: 10800).iso8601(offset: 10800) == "2026-03-05T12:40:00+03:00")
        #expect(CivilTime(seconds: -1).iso8601(offset: 0) == "1969-12-31T23:59:59+00:00")
    }

    @Test func formsNestAsInPHP() {
        let parameters = FormDecoder.parameters(
            of: "filter[@id][0]=5&filter[@id][1]=7&filter%5B%3Ecode%5D=a+b%2B&cmd[]=x&cmd[]=y&z&order[ID]=ASC&")
        #expect(parameters["filter"]?["@id"] == ["5", "7"])
        #expect(parameters["filter"]?[">code"] == "a b+")
        #expect(parameters["cmd"] == ["x", "y"])
        #expect(parameters["z"] == "")
        #expect(parameters["order"]?["ID"] == "ASC")
    }

    @Test(arguments: ["7712345671", "7707083893", "500100732259"]) func rightINNsPass(inn: String) {
        #expect(ReceiptContact.isINN(inn))
    }

    @Test(arguments: ["7712345678", "0000000000", "771234567", "50010073225a", "500100732250"])
    func wrongINNsDoNot(inn: String) {
        #expect(!ReceiptContact.isINN(inn))
    }

    @Test func contactsAreChecked() {
        #expect(ReceiptContact.isEmail("a.b+c@example.ru"))
        for text in [
            "a@b", "a..b@example.ru", "a@example..ru", "a b@example.ru", "@example.ru", "a@b@example.ru", "a@-x.ru",
        ] {
            #expect(!ReceiptContact.isEmail(text), "\(text)")
        }
        #expect(ReceiptContact.isPhone("+79161234567"))
        for text in ["+7916123456", "7916", "+7 916 123-45-67", "+791612345678"] {
            #expect(!ReceiptContact.isPhone(text), "\(text)")
        }
    }
}
