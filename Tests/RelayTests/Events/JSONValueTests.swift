import Fiscal
import FoundationEssentials
import Relay
import Testing

@Suite("JSON with exact numbers")
struct JSONValueTests {
    @Test(
        "What is JSON",
        arguments: [
            ("null", JSONValue.null), (" true ", .bool(true)), ("\tfalse\n", .bool(false)), ("[]", .array([])),
            ("{}", .object([:])), ("[1,[2],{}]", .array([.number(1), .array([.number(2)]), .object([:])])),
            (#""a\"\\\/\b\f\n\r\tя""#, .string("a\"\\/\u{8}\u{C}\n\r\tя")),
            (#""\u0041\u044F\uD83E\uDED6""#, .string("Aя🫖")),
            (#""\u0000""#, .string("\u{0}")), (#"{"a": 1, "a": 2}"#, .object(["a": .number(2)])), ("\"\"", .string("")),
            (#"{ "" : [ 1 , "x" ] }"#, .object(["": .array([.number(1), .string("x")])])),
        ])
    func read(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
        #expect(try JSONValue(parsing: value.jsonText) == value || text.contains(#"\u0000"#))
    }

    @Test(
        "What is not",
        arguments: [
            "", " ", "nul", "nulll", "True", "[1,]", "[,1]", "[1 2]", "{", "}", "[", "]", #"{"a"}"#, #"{"a":}"#,
            #"{a:1}"#,
            #"{"a":1,}"#, "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "NaN", "Infinity", "--1", "1-", "'a'", "\"",
            "\"\n\"",
            #""\x""#, #""\u12""#, #""\uD800""#, #""\uD800\u0041""#, #""\uDC00""#, #""\u+123""#, "1e999", "1e-999",
            String(repeating: "1", count: 39), "0." + String(repeating: "1", count: 39), "[] []", "\u{FEFF}{}", "/**/1",
        ])
    func refuse(text: String) {
        #expect(throws: JSONValue.Malformed.self) { try JSONValue(parsing: text) }
    }

    @Test(
        "Every digit of a number is kept",
        arguments: [
            ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
            ("0.12345678901234567890123456789012345678", "0.12345678901234567890123456789012345678"),
            ("9007199254740993", "9007199254740993"), ("-0.10", "-0.1"), ("1e3", "1000"), ("1.5E-2", "0.015"),
            ("0e5", "0"),
            ("0.30000000000000004", "0.30000000000000004"), ("1E+2", "100"),
        ])
    func exact(text: String, digits: String) throws {
        let value = try JSONValue(parsing: text)
        #expect(value.decimalText == digits)
        #expect(try ExactDecimal(value.decimalText ?? "") == ExactDecimal(digits))
    }

    @Test("Deep enough for any payload, and no deeper")
    func depth() throws {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            let nested = { String(repeating: open, count: $0) + "1" + String(repeating: close, count: $0) }
            #expect(throws: Never.self) { try JSONValue(parsing: nested(64)) }
            #expect(throws: JSONValue.Malformed.self) { try JSONValue(parsing: nested(65)) }
            #expect(throws: JSONValue.Malformed.self) { try JSONValue(parsing: nested(1_000_000)) }
            #expect(throws: JSONValue.Malformed.self) {
                try JSONValue(parsing: String(repeating: open, count: 1_000_000))
            }
        }
    }

    @Test(
        "Names for people",
        arguments: [
            (JSONValue.null, "null"), (.bool(true), "true or false"), (.number(1), "a number"), (.string(""), "a text"),
            (.array([]), "a list"), (.object([:]), "an object"),
        ])
    func names(value: JSONValue, name: String) {
        #expect(value.kindName == name)
    }
}
