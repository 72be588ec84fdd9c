import Testing

@testable import Fiscal

@Suite struct ItemNameTests {
    @Test(
        "R49: a name is cleaned for the till",
        arguments: [
            ("Чайник &quot;Уют&quot;\t1,7 л", "Чайник \"Уют\" 1,7 л"), ("Чайник", "Чайник"), ("  a  b  ", "a b"),
            ("«Уют» „и“ ”мир”", "\"Уют\" \"и\" \"мир\""), ("‘a’", "'a'"), ("a – b — c", "a - b - c"),
            ("и так далее…", "и так далее..."), ("100 ₽", "100 руб."), ("20×30", "20x30"), ("a\u{1D}b\u{0}c", "a b c"),
            ("a\u{A0}\u{A0}b", "a b"), ("a\r\nb", "a b"), ("a\u{200B}b\u{200C}\u{200D}\u{2060}\u{FEFF}c", "abc"),
            ("❤\u{FE0F} чай", "❤ чай"), ("чай 🎁🎁 набор", "чай набор"), ("👨‍👩‍👧", nil), ("\u{FEFF}", nil), ("", nil),
            ("  ", nil), ("&nbsp;&nbsp;", nil), ("\u{2028}a\u{2029}b", "a b"), ("a\u{85}b", "a b"),
        ] as [(String, String?)])
    func cleaned(raw: String, expected: String?) {
        guard let expected else {
            let fault = #expect(throws: FiscalFault.self) { try ItemName(raw) }
            #expect(fault?.code == .nameEmpty)
            return
        }
        #expect((try? ItemName(raw))?.text == expected)
    }

    @Test(
        "R49: entities are decoded once, and only whole ones",
        arguments: [
            ("&amp;quot;", "&quot;"), ("&lt;b&gt;", "<b>"), ("&#1071;&#x42F;&#X42f;", "ЯЯЯ"), ("&#151;", "-"),
            ("&laquo;a&raquo;&hellip;", "\"a\"..."), ("a & b", "a & b"), ("a &b; c", "a &b; c"), ("&quot", "&quot"),
            ("&#xZZ;", "&#xZZ;"), ("&#;", "&#;"), ("&#-5;a", "&#-5;a"), ("&#0;a", "a"), ("&#xD800;a", "a"),
            ("&#1114112;a", "a"), ("&#99999999999;a", "&#99999999999;a"), ("&#127873; чай", "чай"), ("&;", "&;"),
            ("&", "&"),
            ("AT&T &copy; 5&deg;", "AT&T © 5°"),
            ("&Aring;ngstr&ouml;m &ordm; &infin;", "Ångström º ∞"), ("&&quot;;", "&\";"), ("&shy", "&shy"),
            ("&#x+41;", "&#x+41;"),
        ])
    func entities(raw: String, expected: String) throws {
        #expect(try ItemName(raw).text == expected)
    }

    @Test("R49: a name is cut to 128 characters, not bytes, and has no blank at its end")
    func cut() throws {
        let long = String(repeating: "Ы", count: 140)
        #expect(try ItemName(long).text == String(repeating: "Ы", count: 128))
        #expect(try ItemName(String(long.prefix(128))).text.unicodeScalars.count == 128)
        let blankAtTheCut = String(repeating: "a", count: 127) + " b"
        #expect(try ItemName(blankAtTheCut).text == String(repeating: "a", count: 127))
        #expect(try ItemName(String(repeating: "a", count: 127) + "…").text.hasSuffix("a."))
        #expect(try ItemName(String(repeating: "a", count: 126) + " \u{200B} bc").text.hasSuffix("a b"))
        // A letter with its mark is one Character and two characters of the tag.
        #expect(try ItemName(String(repeating: "e\u{301}", count: 80)).text.unicodeScalars.count == 128)
    }

    @Test("R49: cleaning what no sign of needs it changes nothing, and cleaning twice neither")
    func idempotent() throws {
        var random = SplitMix64(seed: 49)
        let pieces = [
            "a", "Я", " ", "  ", "«", "…", "\t", "\u{A0}", "é", "🎁", "&", ";", "quot", "7", "-", "\u{200B}", "ё",
        ]
        for _ in 0..<3000 {
            let raw = (0..<Int.random(in: 1...150, using: &random)).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }.joined()
            guard let name = try? ItemName(raw) else { continue }
            #expect(1...128 ~= name.text.unicodeScalars.count)
            #expect(!name.text.contains("  ") && !name.text.hasPrefix(" ") && !name.text.hasSuffix(" "))
            if !name.text.contains("&") { #expect(try ItemName(name.text) == name) }
        }
    }
}
