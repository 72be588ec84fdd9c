import Testing

@testable import Fiscal

@Suite struct BuyerContactTests {
    @Test(
        "R46: an address is kept, its domain in small letters",
        arguments: [
            ("Ivan.Petrov@Example.RU", "Ivan.Petrov@example.ru"), ("  a@b.ru\n", "a@b.ru"), ("\u{A0}a@b.ru", "a@b.ru"),
            ("!#$%&'*+/=?^_`{|}~-@b.ru", "!#$%&'*+/=?^_`{|}~-@b.ru"), ("a@b-c.d.travel", "a@b-c.d.travel"),
            ("a@xn--80ak6aa92e.xn--p1ai", "a@xn--80ak6aa92e.xn--p1ai"), ("1@2.ru", "1@2.ru"), ("a@1.ru", "a@1.ru"),
            (String(repeating: "a", count: 59) + "@b.ru", String(repeating: "a", count: 59) + "@b.ru"),
        ])
    func validEmail(raw: String, expected: String) throws {
        #expect(try EmailAddress(raw).text == expected)
    }

    @Test(
        "R46: what is no address is refused",
        arguments: [
            "", " ", "ivan@", "@b.ru", "ivan", "a@b@c.ru", "a..b@example.ru", ".a@b.ru", "a.@b.ru", "a@b", "a@b.r",
            "a@b.r1", "a@.ru", "a@b..ru", "a@b.ru.", "a@-b.ru", "a@b-.ru", "a b@c.ru", "a@b c.ru", "a@b_c.ru",
            "иван@b.ru", "a@почта.рф", "a@b.рф", "\"a b\"@c.ru", "a(b)@c.ru", "<a@b.ru>", "a@b.ru,c@d.ru",
            "a@[127.0.0.1]",
            "a@xn--.ru-", "a@b.xn--", "a\u{0}@b.ru", "a@b.ru\u{7F}", "a\u{301}@b.ru", "a@b.r\u{0443}",
            String(repeating: "a", count: 60) + "@b.ru", "a@" + String(repeating: "b", count: 64) + ".ru",
        ])
    func invalidEmail(raw: String) {
        let fault = #expect(throws: FiscalFault.self) { try EmailAddress(raw) }
        #expect(fault?.code == .emailInvalid)
    }

    @Test(
        "R47: a phone number becomes plus and digits",
        arguments: [
            ("89161234567", "+79161234567"), ("8 (916) 123-45-67", "+79161234567"), ("9161234567", "+79161234567"),
            ("79161234567", "+79161234567"), ("+7 916 123 45 67", "+79161234567"), ("+371 2 123-45-67", "+37121234567"),
            ("8\u{A0}916\u{A0}123.45.67", "+79161234567"), (" +79161234567 ", "+79161234567"),
            ("4951234567", "+74951234567"), ("+375291234567", "+375291234567"), ("+8613912345678", "+8613912345678"),
            ("+12025550123", "+12025550123"), ("+12345678", "+12345678"), ("+123456789012345", "+123456789012345"),
            ("3012345678", "+73012345678"), ("7916123456", "+77916123456"), ("+8812345678", "+8812345678"),
            ("(495) 123-45-67", "+74951234567"),
            ("7000000000", "+77000000000"), ("8000000000", "+78000000000"),
        ])
    func validPhone(raw: String, expected: String) throws {
        #expect(try PhoneNumber(raw).text == expected)
        #expect(try "+" + PhoneNumber(raw).digits == expected)
    }

    @Test(
        "R47: a number that may be read two ways, or none, is refused",
        arguments: [
            "", "+", "+7 916 123-45-6", "+7 916 123-45-678", "123-45-67", "+789161234567", "+89161234567",
            "+0123456789",
            "+72161234567", "2161234567", "0161234567", "1161234567", "82161234567", "69161234567", "+1234567",
            "+1234567890123456", "8+9161234567", "++79161234567", "891612345678", "+7916123456a", "tel:9161234567",
            "9161234567 доб. 12", "9161234567/2", "９１６１２３４５６７", "٩١٦١٢٣٤٥٦٧", "916123\u{2009}4567", "916123\t4567",
            "+7916\u{200B}1234567", "(+7)9161234567", "916123456\u{0}",
        ])
    func invalidPhone(raw: String) {
        let fault = #expect(throws: FiscalFault.self) { try PhoneNumber(raw) }
        #expect(fault?.code == .phoneInvalid)
    }

    @Test(
        "R45: exactly one value goes to tag 1008, a valid e-mail before a valid phone",
        arguments: [
            ("Ivan.Petrov@Example.RU", "89161234567", "Ivan.Petrov@example.ru"),
            ("", "8 (916) 123-45-67", "+79161234567"),
            ("ivan@", "9161234567", "+79161234567"), (nil, "+371 2 123-45-67", "+37121234567"),
            ("a@b.ru", nil, "a@b.ru"),
            ("a@b.ru", "rubbish", "a@b.ru"),
        ] as [(String?, String?, String)])
    func oneContact(email: String?, phone: String?, expected: String) throws {
        #expect(try BuyerContact(email: email, phone: phone).text == expected)
    }

    @Test(
        "R44: without a contact nothing is invented",
        arguments: [
            (nil, nil), ("", ""), (nil, "+7 916 123-45-6"), ("a..b@example.ru", "123-45-67"), (nil, "+789161234567"),
        ] as [(String?, String?)])
    func noContact(email: String?, phone: String?) {
        let fault = #expect(throws: FiscalFault.self) { try BuyerContact(email: email, phone: phone) }
        #expect(fault?.code == .contactInvalid)
        #expect(fault?.field == "customer")
    }

    @Test(
        "R65: a contact is masked wherever it is written out by itself",
        arguments: [
            ("ivanov@example.ru", "iv***@e***.ru"), ("iv@example.co.ru", "i***@e***.ru"), ("i@x.ru", "i***@x***.ru"),
            ("+79161234567", "+7916*****67"), ("+12345678", "*********"),
        ])
    func masked(contact: String, expected: String) throws {
        let value = try BuyerContact(email: contact, phone: contact)
        let shown = "\(value)"
        #expect(shown == expected)
        #expect(shown == value.masked)
        #expect(!"\(Buyer(contact: value))".contains(contact))
    }

    @Test("R65: the fault of a contact does not tell it")
    func faultTellsNothing() {
        let fault = #expect(throws: FiscalFault.self) { try BuyerContact(email: "secret@@x.ru", phone: "916secret") }
        #expect(fault.map { "\($0)\($0.russian)".contains("secret") } == false)
    }
}
