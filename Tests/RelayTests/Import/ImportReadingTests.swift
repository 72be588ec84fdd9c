import Foundation
import Relay
import Testing

@Suite("Files of events")
struct ImportReadingTests {
    private func withFile<Value>(_ bytes: [UInt8], _ body: (String) throws -> Value) throws -> Value {
        let path = FileManager.default.temporaryDirectory.appending(path: "import-\(UUID().uuidString)").path
        try Data(bytes).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    private func records(_ text: String) throws -> [String] {
        try withFile(Array(text.utf8)) { path in
            let csv = CSVReader(try ByteReader(path: path))
            var found: [String] = []
            while let element = csv.next() {
                switch element {
                case .record(let record): found.append("\(record.line) \(record.fields)")
                case .malformed(let line, let reason): found.append("\(line) ! \(reason)")
                }
            }
            return found
        }
    }

    @Test("RFC 4180: quotes, delimiters and line ends in fields, CRLF and LF, no end at the end")
    func csv() throws {
        #expect(
            try records("a,b\r\n\"x,\"\"y\"\"\",\"two\r\nlines\"\n\n,\"\"\n1,2")
                == [
                    #"1 ["a", "b"]"#, #"2 ["x,\"y\"", "two\r\nlines"]"#, #"5 ["", ""]"#, #"6 ["1", "2"]"#,
                ])
    }

    @Test("A record that is not well-formed is told with its line, and reading goes on")
    func malformed() throws {
        let found = try records("a\nx\"y\n\"q\"z\nok\n\"open")
        #expect(found.count == 5)
        #expect(found[0] == #"1 ["a"]"#)
        #expect(found[1].hasPrefix("2 ! a quote stands inside"))
        #expect(found[2].hasPrefix("3 ! something stands behind"))
        #expect(found[3] == #"4 ["ok"]"#)
        #expect(found[4].hasPrefix("5 ! a quote is never closed"))
    }

    @Test("Fields across the reader's chunks come whole")
    func chunks() throws {
        let field = String(repeating: "я", count: 200_000)
        let text = "a,b\n\"\(field)\",1\n2,\(field)\n"
        #expect(try records(text) == [#"1 ["a", "b"]"#, #"2 ["\#(field)", "1"]"#, #"3 ["2", "\#(field)"]"#])
    }

    private func items(_ text: String, from place: (Int64, Int64)? = nil, stopAfter: Int = .max) throws -> (
        [String], (position: Int64, line: Int64)
    ) {
        try withFile(Array(text.utf8)) { path in
            let reader = try ByteReader(path: path)
            var rows = try PosRows(reader, shop: "main")
            if let place { try reader.seek(to: place.0, line: place.1) }
            var found: [String] = []
            while found.count < stopAfter || rows.hasNotes, let item = rows.next() {
                switch item {
                case .event(let event, let line, let lines):
                    found.append("\(line) \(event.eventKey) \(event.subject) \(lines)")
                case .rejected(let note): found.append("\(note.line) ! \(note.reason)")
                }
            }
            return (found, rows.checkpoint)
        }
    }

    private let batch = """
        transaction_id,type,original_transaction_id,order_id,item_id,product_id,quantity,fiscalized_by
        T1,sale,,,1,501,2,terminal
        T1,,,,2,502,1,
        short
        T2,refund,T1,,1,501,1,terminal
        ,sale,,,1,501,2,terminal
        T3,cancel,T1,,,,,terminal
        T4,sale,,77,1,501,1,cloud

        """

    @Test("Rows of one transaction are one event; bad rows are told and the rest is taken")
    func transactions() throws {
        let (found, _) = try items(batch)
        #expect(
            found.filter { !$0.contains("!") } == [
                "2 pos:T1 pos:T1 [2, 3]", "5 pos:T2 pos:T1 [5]", "7 pos:T3 pos:T1 []", "8 pos:T4 order:77 [8]",
            ])
        #expect(
            found.filter { $0.contains("!") }.sorted() == [
                "4 ! has 1 fields where the heading has 8", "6 ! transaction_id: is missing",
            ])
    }

    @Test("A file can be gone on with at any event", arguments: 1...5)
    func resumed(count: Int) throws {
        let (all, _) = try items(batch)
        let (first, place) = try items(batch, stopAfter: count)
        let (rest, _) = try items(batch, from: (place.position, place.line))
        #expect(Set(first + rest) == Set(all))
        #expect((first + rest).filter { !$0.contains("!") } == all.filter { !$0.contains("!") })
    }

    @Test("Marks keep their separators, without VAT is a word, and the payload is as its schema wants it")
    func payload() throws {
        let text = #"""
            shop,transaction_id,item_id,product_id,name,price,quantity,vat_rate,marks,store_id,fiscalized_by,email
            s2,T1,a,501,"Чай ""Эрл""",590.00,2,none,"01046\#u{1D}1
            01047",1,cloud,a@b.ru
            """#
        try withFile(Array(text.utf8)) { path in
            var rows = try PosRows(try ByteReader(path: path), shop: nil)
            guard case .event(let event, _, _)? = rows.next() else {
                Issue.record("no event")
                return
            }
            #expect(event.shop == "s2")
            let payload = try JSONValue(parsing: event.payload)
            let schema = SchemaCheck(
                root: try JSONValue(parsing: try #require(EventSchemas.schema(of: "pos.transaction"))))
            #expect(schema.violations(of: payload) == [])
            let transaction = try PosTransaction(payload: event.payload)
            #expect(transaction.goods?.items.first?.marks == ["01046\u{1D}1", "01047"])
            #expect(transaction.goods?.items.first?.vatRate == .null)
            #expect(transaction.goods?.items.first?.name == "Чай \"Эрл\"")
        }
    }

    @Test("A heading that is not understood is refused as a whole")
    func heading() throws {
        for text in ["", "a,b\n", "transaction_id,transaction_id\n", "item_id\n"] {
            try withFile(Array(text.utf8)) { path in
                let reader = try ByteReader(path: path)
                #expect(throws: PosRows.Failure.self) { try PosRows(reader, shop: "main") }
            }
        }
    }
}
