import Fiscal
import Relay

extension FuzzTarget {
    /// A file of `events import`: CSV with comma or semicolon, or JSON lines. The first byte chooses which.
    package static let imports = FuzzTarget(
        name: "import", longest: 65536,
        words: PosRows.transactionColumns + PosRows.itemColumns + [
            ",", ";", "\n", "\r\n", "\"", "\"\"", "\"\n\"", "\u{FEFF}", "sale", "refund", "cancel", "terminal", "cloud",
            "none",
            "2026-11-21T12:00:00+03:00", "0.22", "1.5", "-1", "{", "}", "{}\n", "\"shop\":\"main\"", "\"kind\":",
            "\"event_key\":", "\"subject\":", "\"payload\":{}", "\"occurred_at\":", "\"\\u0000\"", "null", "[]",
        ]
    ) { bytes throws(FuzzFinding) in
        guard let choice = bytes.first else { return }
        let text = Array(bytes.dropFirst())
        switch choice % 3 {
        case 0: try ImportFuzzing.run(text) { (try? PosRows($0, shop: "main")).map { $0 as any ImportReading } }
        case 1:
            try ImportFuzzing.run(text) {
                (try? PosRows($0, delimiter: UInt8(ascii: ";"), shop: nil)).map { $0 as any ImportReading }
            }
        default: try ImportFuzzing.run(text) { EventLines($0, shop: choice < 128 ? "main" : nil) }
        }
    }
}

enum ImportFuzzing {
    /// Where an import can be gone on with, and how many items came before.
    private struct Place {
        let position: Int64
        let line: Int64
        let items: Int
    }

    /// Reads a file to its end, and once more from the middle. `open` gives nil for one that cannot be read as a whole.
    static func run(_ bytes: [UInt8], _ open: (ByteReader) -> (any ImportReading)?) throws(FuzzFinding) {
        guard var reading = open(ByteReader(bytes)) else { return }
        let lines = bytes.count { $0 == 0x0A } + 1
        var items: [String] = []
        var places: [Place] = []
        while let item = reading.next() {
            try check(item, lines: lines)
            items.append("\(item)")
            guard items.count <= bytes.count else { throw FuzzFinding("more items than bytes") }
            let (position, line) = reading.checkpoint
            guard position <= bytes.count, 1...Int64(lines) ~= line, position >= places.last?.position ?? 0 else {
                throw FuzzFinding("a checkpoint that is nowhere: \(position), line \(line)")
            }
            if !reading.hasNotes { places.append(Place(position: position, line: line, items: items.count)) }
        }
        guard !places.isEmpty else { return }
        // Cut off there and gone on with, it brings the same.
        let place = places[bytes.count % places.count]
        let reader = ByteReader(bytes)
        guard var rest = open(reader) else { throw FuzzFinding("a file that was read once is not read again") }
        do {
            try reader.seek(to: place.position, line: place.line)
        } catch {
            throw FuzzFinding("a checkpoint that cannot be gone to")
        }
        var again: [String] = []
        while let item = rest.next() { again.append("\(item)") }
        guard again == Array(items.dropFirst(place.items)) else {
            throw FuzzFinding("gone on with at line \(place.line), the file brings other items")
        }
    }

    private static func check(_ item: ImportItem, lines: Int) throws(FuzzFinding) {
        switch item {
        case .rejected(let note):
            guard note.reason.unicodeScalars.count > 5, note.reason.utf8.count < 1000, 1...Int64(lines) ~= note.line
            else { throw FuzzFinding("a row refused in no words: \(note)") }
        case .event(let event, let line, let places):
            guard 1...Int64(lines) ~= line, places.allSatisfy({ line...Int64(lines) ~= $0 }) else {
                throw FuzzFinding("an event on no line: \(line), \(places)")
            }
            if let reason = EventForm.fault(of: event) {
                throw FuzzFinding("an event that cannot be written: \(reason)")
            }
            guard let payload = try? JSONValue(parsing: event.payload), payload.jsonText == event.payload,
                !event.payload.utf8.contains(0), !event.payload.contains("\\u0000")
            else { throw FuzzFinding("a payload that the database cannot hold") }
            try StockFuzzing.run(event.kind, event.payload)
        }
    }
}
