import Bitrix
import Testing

@Suite struct BitrixValueTests {
    private func parse(_ text: String) throws -> BitrixValue { try BitrixValue(parsing: Array(text.utf8)) }

    @Test(arguments: [
        ("9600.50", "9600.50"), ("200540400001", "200540400001"), ("0.1", "0.1"), ("-0", "-0"), ("1E+15", "1E+15"),
        ("12345678901234567890.000000001", "12345678901234567890.000000001"),
    ])
    func numbersKeepTheTextTheyWereWrittenIn(json: String, text: String) throws {
        #expect(try parse(json) == .number(text))
    }

    @Test func aDocumentIsReadWhole() throws {
        let text = #" { "a" : [ 1 , "б\u0436\n\ud83d\ude00\/" , null , true , false , {} , [] ] , "" : -1.5e-3 } "#
        #expect(
            try parse(text) == [
                "a": [1, "бж\n😀/", .null, true, false, [:], []], "": .number("-1.5e-3"),
            ])
        #expect(try parse("\u{FEFF}1") == 1)
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", ".5", "+1", "1e", "nul", "truefalse", "\"",
        "\"\\x\"",
        "\"\\u12\"", "\"a\nb\"", "[1] 2", "NaN", "<html>", "{a:1}", String(repeating: "[", count: 100_000),
    ])
    func whatIsNoJSONIsRefused(text: String) {
        #expect(throws: BitrixValue.Malformed.self) { try parse(text) }
    }

    @Test func brokenTextCostsOnlyItself() throws {
        #expect(try parse(#"["\ud83d","\ude00x","\ud83dA"]"#) == ["\u{FFFD}", "\u{FFFD}x", "\u{FFFD}A"])
        #expect(try BitrixValue(parsing: [0x22, 0xD0, 0x22]) == "\u{FFFD}")
    }

    @Test func whatIsWrittenReadsBackTheSame() throws {
        let value: BitrixValue = [
            "order": ["id": 17, "sum": .number("980.10")], "text": "\"\\ \u{1} ё/", "none": .null, "list": [true, []],
        ]
        #expect(String(decoding: value.json, as: UTF8.self).contains(#""sum":980.10},"text":"\"\\ \u0001 ё/""#))
        #expect(try BitrixValue(parsing: value.json) == value)
    }

    @Test(
        arguments: [
            (["filter": ["@id": [5, 7]], "start": -1], "filter[%40id][0]=5&filter[%40id][1]=7&start=-1"),
            (["a": ["b": ["c": "x y&z=ё"]]], "a[b][c]=x%20y%26z%3D%D1%91"),
            (["f": true, "g": false, "n": .null, "e": [], "m": [:], "s": ""], "f=1&g=0&s="), ([:], ""),
            (["a]b": "1"], "a%5Db=1"),
        ] as [(BitrixValue, String)])
    func queriesHaveTheBracketsOfPHP(value: BitrixValue, query: String) {
        #expect(value.query == query)
    }

    @Test func oneThingInManyShapesReadsTheSame() throws {
        #expect([BitrixValue(integerLiteral: 236), "236"].allSatisfy { $0.identifier == 236 })
        #expect(
            [BitrixValue.null, "", 0, "0", "-5", true, "x", [], .number("1.0")].allSatisfy { $0.identifier == nil })
        #expect([BitrixValue.list([]), .map([])].allSatisfy { $0.members == [] && $0.elements == [] && $0.isEmpty })
        let list: BitrixValue = ["a", "b"]
        let map: BitrixValue = ["0": "a", "1": "b"]
        #expect(list["1"] == "b" && map["1"] == "b" && list.members == map.members && list.elements == map.elements)
        #expect(
            list["2"] == nil && list["-1"] == nil && BitrixValue.null["a"] == nil && BitrixValue.null.members == nil)
        #expect(BitrixValue.string("Y").flag == true && BitrixValue.string("N").flag == false)
        #expect(BitrixValue.string("maybe").flag == nil)
        #expect(BitrixValue.number("9600.50").text == "9600.50")
    }
}
