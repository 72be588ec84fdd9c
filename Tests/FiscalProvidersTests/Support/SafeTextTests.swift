import FiscalProviders
import Testing

@Suite struct SafeTextTests {
    @Test(arguments: [
        ("Код 12345678 неверен", "Код 12345678 неверен"), ("тел. +7 (916) 123-45-67, да", "тел. …, да"),
        ("ИНН 7707083893", "ИНН …"), ("почта ivan@example.ru.", "почта …"), ("a\n\tb\u{0}c", "a b c"),
        ("сумма 1 234.50", "сумма 1 234.50"), ("", ""),
    ])
    func whatCouldIdentifySomebodyIsBlottedOut(text: String, safe: String) {
        #expect(SafeText.redacting(text) == safe)
    }

    @Test func secretsAndLengthAreBounded() {
        #expect(SafeText.redacting("login shop:pa55word failed", secrets: ["pa55word"]) == "login shop:… failed")
        #expect(SafeText.redacting(String(repeating: "я", count: 5000)).count == SafeText.limit)
    }

    @Test(arguments: [
        ("Bad INN!", "bad_inn"), ("ж", "unnamed"), ("42", "42"), ("79161234567", "number"), ("a@b.c", "a_b_c"),
        (String(repeating: "x", count: 99), String(repeating: "x", count: 40)),
    ])
    func codesAreShortWords(text: String, code: String) {
        #expect(SafeText.code(text) == code)
    }
}
