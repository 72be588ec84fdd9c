import Fiscal
import Relay
import Testing

@Suite("Reading payloads")
struct PayloadReaderTests {
    private func reader(_ text: String) throws -> Holder { Holder(try PayloadReader(payload: text)) }

    /// A reader is not copyable; a test asks it through this.
    private final class Holder {
        private let reader: PayloadReader
        init(_ reader: consuming PayloadReader) { self.reader = reader }
        func read<Value>(_ body: (borrowing PayloadReader) -> Value) -> Value { body(reader) }
        var found: [String] { reader.gathered.faults.faults.map { "\($0.code.rawValue) \($0.field.text)" } }
    }

    @Test(
        "No payload",
        arguments: [
            ("", "payload_unreadable "), ("null", "payload_unreadable "), ("[]", "payload_unreadable "),
            ("\"a\"", "payload_unreadable "), ("1", "payload_unreadable "), ("{", "payload_unreadable "),
            ("{} {}", "payload_unreadable "), ("{'v': 1}", "payload_unreadable "), ("\u{FEFF}", "payload_unreadable "),
            ("{}", "value_missing v"), (#"{"v": null}"#, "value_missing v"), (#"{"v": []}"#, "value_missing v"),
            (#"{"v": 2}"#, "payload_version_unknown v"), (#"{"v": "1a"}"#, "payload_version_unknown v"),
            (#"{"v": 1.5}"#, "payload_version_unknown v"), (#"{"v": ""}"#, "payload_version_unknown v"),
        ])
    func unreadable(text: String, fault: String) {
        for kind in EventSchemas.kinds { #expect(faults { try AnyEvent.read(kind, text) } == [fault]) }
    }

    @Test(
        "Numbers are read as they were written, in text or as JSON numbers",
        arguments: [
            (#""1234.50""#, "1234.50"), ("1234.50", "1234.50"), ("1234.5", "1234.50"), ("0.1", "0.10"),
            ("0.29", "0.29"),
            ("1e2", "100.00"), ("1.5E1", "15.00"), ("12e-1", "1.20"), (#"" 5 ""#, "5.00"), ("0", "0.00"),
            ("-0", "0.00"),
            ("9007199254740993", "9007199254740993.00"), ("90071992547409.93", "90071992547409.93"),
            ("1.10000000000000000000", "1.10"), ("1000000.01", "1000000.01"),
        ])
    func money(json: String, amount: String) throws {
        let holder = try reader(#"{"v": 1, "a": \#(json)}"#)
        #expect(holder.read { $0.optionalMoney("a") }?.description == amount)
        #expect(holder.found == [])
    }

    @Test(
        "What is no amount is a fault at its field",
        arguments: [
            "12.345", "0.30000000000000004", "-0.01", #""1,5""#, #""1 000""#, #""1e2""#, #""0x10""#, #""+1""#, #"".5""#,
            #""5.""#,
            #""NaN""#, #""∞""#, #""٣""#, "true", "[]", "{}", "1e40", "1e-40", "99999999999999999999",
            "1.0000000000000000000000000000000000001",
        ])
    func noMoney(json: String) throws {
        let holder = try reader(#"{"v": 1, "a": \#(json)}"#)
        #expect(holder.read { $0.optionalMoney("a") } == nil)
        #expect(holder.found == ["amount_invalid a"])
    }

    @Test(
        "Absent, null and empty are the same; required ones are reported once",
        arguments: ["", #", "a": null"#, #", "a": """#, #", "a": "  ""#])
    func absent(member: String) throws {
        let holder = try reader(#"{"v": 1\#(member)}"#)
        #expect(holder.read { $0.optionalMoney("a") } == nil)
        #expect(holder.read { $0.optionalText("a") } == nil)
        #expect(holder.read { $0.optionalMoment("a") } == nil)
        #expect(holder.read { $0.optionalChoice("a", TaxSystem.self) } == nil)
        #expect(holder.read { $0.choice("a", default: TaxSystem.osn) } == .osn)
        #expect(holder.found == [])
        #expect(holder.read { $0.money("a") } == nil)
        #expect(holder.found == ["value_missing a"])
        #expect(holder.read { $0.text("a") } == nil)
        #expect(holder.read { $0.choice("a", default: TaxSystem?.none) } == nil)
        #expect(holder.found == ["value_missing a"])
    }

    @Test("Texts: numbers as shops send their ids, no other kinds, no novels")
    func texts() throws {
        let holder = try reader(
            #"{"v": 1, "i": 12345678901234567890, "s": " x ", "b": true, "o": {}, "l": "\#(String(repeating: "я", count: 11))"}"#
        )
        #expect(holder.read { $0.text("i") } == "12345678901234567890")
        #expect(holder.read { $0.text("s") } == "x")
        #expect(holder.read { $0.text("b") } == nil)
        #expect(holder.read { $0.text("o") } == nil)
        #expect(holder.read { $0.text("l", maximumLength: 11) }?.count == 11)
        #expect(holder.read { $0.text("l", maximumLength: 10) } == nil)
        #expect(holder.found == ["value_type_wrong b", "value_type_wrong o", "value_too_long l"])
    }

    @Test(
        "Yes and no, as PHP and people write them",
        arguments: [
            ("true", true), ("false", false), ("\"Y\"", true), ("\"N\"", false), ("1", true), ("0", false),
            ("\"true\"", true), ("\"0\"", false), ("null", true),
        ])
    func bools(json: String, value: Bool) throws {
        let holder = try reader(#"{"v": 1, "a": \#(json)}"#)
        #expect(holder.read { $0.bool("a", default: true) } == value)
        #expect(holder.found == [])
    }

    @Test("What is neither", arguments: ["2", "\"yes\"", "[]", "{}", "0.5"])
    func noBools(json: String) throws {
        let holder = try reader(#"{"v": 1, "a": \#(json)}"#)
        #expect(holder.read { $0.bool("a", default: true) })
        #expect(holder.found == ["value_type_wrong a"])
    }

    @Test(
        "Moments have an offset, and exist",
        arguments: [
            ("2026-11-21T12:00:00+03:00", 1_795_251_600), ("2026-11-21T09:00:00Z", 1_795_251_600),
            ("2026-11-21T09:00:00.999Z", 1_795_251_600), ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59Z", -1),
            ("2024-02-29T00:00:00Z", 1_709_164_800),
            ("2026-11-21T12:00:00", nil), ("2026-11-21", nil), ("21.11.2026 12:00", nil), ("2026-02-30T00:00:00Z", nil),
            ("2026-13-01T00:00:00Z", nil), ("2026-11-21T25:00:00Z", nil), ("2026-11-21T12:60:00Z", nil),
            ("2026-11-21T12:00:00+03:00 ", 1_795_251_600), ("2026-11-21T12:00:00Zx", nil), ("now", nil),
            ("1795251600", nil),
            ("99999-01-01T00:00:00Z", nil), ("2026-11-21T12:00:00+99:00", nil),
        ] as [(String, Int64?)])
    func moments(text: String, seconds: Int64?) throws {
        let holder = try reader(#"{"v": 1, "a": "\#(text)"}"#)
        #expect(holder.read { $0.optionalMoment("a") } == seconds)
        #expect(holder.found == (seconds == nil ? ["date_invalid a"] : []))
    }

    @Test("PHP's empty map is an empty list; other lists are no objects")
    func emptyMap() throws {
        let holder = try reader(#"{"v": 1, "e": [], "l": [1], "t": "x"}"#)
        #expect(holder.read { $0.optionalObject("e") { inner in inner.at("x").text } } == "e.x")
        #expect(holder.read { $0.optionalObject("l") { _ in 1 } } == nil)
        #expect(holder.read { $0.object("t") { _ in 1 } } == nil)
        #expect(holder.read { $0.object("missing") { _ in 1 } } == nil)
        #expect(holder.found == ["value_type_wrong l", "value_type_wrong t", "value_missing missing"])
    }

    @Test("Lists: every element is read, up to a length")
    func lists() throws {
        let holder = try reader(#"{"v": 1, "a": [{"x": 1}, 2, {"y": 1}, null], "t": ["a", 1, null], "m": {}}"#)
        let read = holder.read { $0.optionalList("a", maximumCount: 4) { inner in inner.text("x") } }
        #expect(read == ["1"])
        #expect(holder.read { $0.optionalList("a", maximumCount: 3) { inner in inner.text("x") } } == nil)
        #expect(holder.read { $0.texts("t", maximumCount: 3) } == ["a"])
        #expect(holder.read { $0.optionalList("m", maximumCount: 3) { inner in inner.text("x") } } == nil)
        #expect(
            holder.found == [
                "value_type_wrong a[1]", "value_missing a[2].x", "value_type_wrong a[3]", "value_too_long a",
                "value_type_wrong t[1]", "value_type_wrong t[2]", "value_type_wrong m",
            ])
    }

    @Test("Thousands of faults are told by the first fifty")
    func manyFaults() {
        let items = Array(repeating: "{}", count: 1000).joined(separator: ",")
        let found = faults { _ = try OrderPaid(payload: #"{"v": 1, "items": [\#(items)]}"#) }
        #expect(found.count == 50)
    }

    @Test("Long and deep payloads end in an answer")
    func sizes() throws {
        let items = (0..<1001).map { Payload.line("\($0)", "1.00") }
        #expect(
            try OrderPaid(payload: Payload.paid(sum: "1000.00", "full_payment", Array(items.dropLast()))).goods.items
                .count == 1000)
        #expect(
            faults { _ = try OrderPaid(payload: Payload.paid(sum: "1001.00", "full_payment", items)) }
                == ["value_too_long items"])
        for depth in [50, 100, 100_000] {
            for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
                let nested = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
                let found = faults { _ = try OrderPaid(payload: #"{"v": 1, "customer": \#(nested)}"#) }
                #expect(!found.isEmpty)
            }
        }
    }
}
