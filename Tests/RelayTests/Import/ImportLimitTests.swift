import Relay
import Testing

@Suite("What a file of events may not do")
struct ImportLimitTests {
    private func reasons(_ rows: inout some ImportReading) -> [String] {
        var found: [String] = []
        while let item = rows.next() {
            switch item {
            case .event(let event, let line, _): found.append("\(line) \(event.shop) \(event.eventKey)")
            case .rejected(let note): found.append("\(note.line) ! \(note.reason)")
            }
        }
        return found
    }

    private func lines(_ text: String, shop: String? = "main") -> [String] {
        var lines = EventLines(ByteReader(Array(text.utf8)), shop: shop)
        return reasons(&lines)
    }

    @Test("A name that is no text is refused, not passed over", arguments: ["shop", "kind", "event_key", "subject"])
    func names(field: String) {
        for (value, word) in [("[]", "a list"), (#"{"a":1}"#, "an object"), ("true", "true or false")] {
            var members = [
                "shop": #""s2""#, "kind": #""k""#, "event_key": #""e""#, "subject": #""s""#, "payload": "{}",
            ]
            members[field] = value
            let line = members.map { #""\#($0)":\#($1)"# }.joined(separator: ",")
            #expect(lines("{\(line)}") == ["1 ! \(field): is \(word), not a text"])
        }
    }

    @Test("A moment that is none is refused, not replaced by now")
    func moment() {
        for value in ["1790000000", "true", #""yesterday""#, "{}"] {
            let found = lines(#"{"kind":"k","event_key":"e","payload":{},"occurred_at":\#(value)}"#)
            #expect(found == ["1 ! occurred_at: is no moment such as 2026-11-21T12:00:00+03:00"])
        }
        #expect(lines(#"{"kind":"k","event_key":"e","payload":{},"occurred_at":null}"#) == ["1 main e"])
    }

    @Test("Names that the outbox cannot hold are refused in words")
    func lengths() {
        let long = String(repeating: "я", count: 301)
        #expect(
            lines(#"{"kind":"k","event_key":"\#(long)","payload":{}}"#)
                == ["1 ! event_key: has 301 characters; allowed are 1 to 300"])
        #expect(lines(#"{"kind":"k","event_key":"\#(long.dropLast())","payload":{}}"#).first?.contains("!") == false)
        #expect(
            lines(#"{"kind":"k","event_key":"e\u0000","payload":{}}"#)
                == ["1 ! event_key: holds the character U+0000, which the database cannot keep"])
    }

    @Test("A transaction has an end, and so has what is told before it")
    func rows() throws {
        let heading = "transaction_id,item_id\n"
        let text = heading + (1...1001).map { "T1,\($0)\n" }.joined() + "T2,1\n"
        var rows = try PosRows(ByteReader(Array(text.utf8)), shop: "main")
        #expect(
            reasons(&rows) == [
                "2 ! the transaction has more than 1000 rows, or than 8 MiB of them", "1003 main pos:T2",
            ])
        let bad = heading + String(repeating: "x\n", count: 5000) + "T2,1\n"
        var many = try PosRows(ByteReader(Array(bad.utf8)), shop: "main")
        let found = reasons(&many)
        #expect(found.count == 5001)
        #expect(found.last == "5002 main pos:T2")
    }

    @Test("The rows of a transaction have no more than 8 MiB", arguments: [8, 9])
    func bytesOfRows(count: Int) throws {
        let heading = "transaction_id,item_id,name\n"
        // Rows of a mebibyte, but for their numbers; a row counts if it begins within the limit.
        let row = "T1,1," + String(repeating: "x", count: 1 << 20 - 6) + "\n"
        #expect(row.utf8.count == 1 << 20)
        let text = heading + String(repeating: row, count: count) + "T1,1,\nT2,1,\n"
        var rows = try PosRows(ByteReader(Array(text.utf8)), shop: "main")
        let first =
            count == 8
            ? "2 main pos:T1" : "2 ! the transaction has more than 1000 rows, or than 8 MiB of them"
        #expect(reasons(&rows) == [first, "\(count + 3) main pos:T2"])
    }

    @Test("A line of JSON has an end, and the next one is read")
    func longLine() {
        let head = #"{"kind":"k","event_key":"e","payload":{"a":""#
        let limit = 16 << 20
        for (length, expected) in [(limit - 1, "1 main e"), (limit, "1 ! is longer than 16 megabytes")] {
            let filling = String(repeating: "x", count: length - head.utf8.count - 3)
            #expect(lines("\(head)\(filling)\"}}\n{}") == [expected, "2 ! payload: is missing"])
        }
    }

    @Test("Notes without end are counted, and the first ones kept")
    func notes() {
        var notes = ImportNotes()
        for line in 1...3 {
            notes.add((1...5_000).map { ImportNote(.rejected, line: Int64(line * 10_000 + $0), "is wrong") })
        }
        #expect((notes.count, notes.first.count, notes.untold) == (15_000, ImportNotes.limit, 5_000))
        #expect(notes.first.last?.line == 25_000)
        #expect(ImportNotes(first: [], count: 0).isEmpty)
    }

    @Test("A record has an end too, and a fault is told once")
    func records() {
        func elements(_ bytes: [UInt8]) -> [String] {
            let csv = CSVReader(ByteReader(bytes))
            var found: [String] = []
            while let element = csv.next() {
                if case .malformed(_, let reason) = element { found.append(reason) } else { found.append("record") }
            }
            return found
        }
        let megabyte = [UInt8](repeating: 0x61, count: 1 << 20)
        #expect(elements(megabyte + [0x0A, 0x61]) == ["record", "record"])
        #expect(elements(megabyte + Array(",b\nc".utf8)) == ["is longer than a megabyte", "record"])
        #expect(elements(Array("\"\"x\nc".utf8)) == ["something stands behind a closing quote", "record"])
        // Then a quote inside a field.
        #expect(elements(Array("\"\"x\"\nc".utf8)) == ["something stands behind a closing quote", "record"])
        let notText = Array(repeatElement([UInt8(0xFF), 0x2C], count: 100_000).joined())
        #expect(elements(notText + Array("\nc".utf8)) == ["field 1 is not UTF-8", "record"])
        let many = Array(String(repeating: ",", count: 500).utf8)
        #expect(elements(many + Array("\nc".utf8)) == ["has more than 500 fields", "record"])
    }
}
