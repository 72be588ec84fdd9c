import Relay
import Testing

@Suite("What one transaction of an import takes")
struct ImportBatchTests {
    /// A file of events and faults, by the bytes of their payloads; nil is a fault.
    private struct File: ImportReading {
        let payloads: [Int?]
        /// The row up to which notes have to be told before a checkpoint.
        var notesUntil = 0
        private(set) var place = 0

        var hasNotes: Bool { place < notesUntil }
        var checkpoint: (position: Int64, line: Int64) { (Int64(place), Int64(place + 1)) }

        init(_ payloads: [Int?], notesUntil: Int = 0) {
            self.payloads = payloads
            self.notesUntil = notesUntil
        }

        mutating func next() -> ImportItem? {
            guard place < payloads.count else { return nil }
            place += 1
            guard let size = payloads[place - 1] else {
                return .rejected(ImportNote(.rejected, line: Int64(place), "is wrong"))
            }
            let payload = String(repeating: "x", count: size)
            return .event(
                EventStore.NewEvent(shop: "main", kind: "k", eventKey: "\(place)", subject: "", payload: payload),
                line: Int64(place), items: [Int64(place)])
        }
    }

    /// Rows of each batch of a file, until its last one.
    private func sizes(_ file: File) -> [Int] {
        var (file, sizes) = (file, [Int]())
        while sizes.count < 100 {
            let batch = ImportBatch(from: &file)
            sizes.append(batch.events.count + batch.notes.count)
            if batch.isLast { return sizes }
        }
        return sizes
    }

    @Test("It is full with 32 MiB of payloads, of which the last may go beyond")
    func bytes() {
        let mebibyte = 1 << 20
        #expect(sizes(File([8, 8, 8, 8, 8].map { $0 * mebibyte })) == [4, 1])
        #expect(sizes(File([16 * mebibyte, 16 * mebibyte - 1, 16 * mebibyte, 1])) == [3, 1])
        #expect(sizes(File([31 * mebibyte, 16 * mebibyte, 1])) == [2, 1])
    }

    @Test("It is full with 2000 rows, taken or not")
    func rows() {
        #expect(sizes(File(Array(repeating: 1, count: 2001))) == [2000, 1])
        #expect(sizes(File(Array(repeating: nil, count: 2000))) == [2000, 0])
        #expect(sizes(File([])) == [0])
    }

    @Test("What a person should know of an event counts as a row")
    func doubts() {
        var file = File(Array(repeating: 1, count: 1001))
        let batch = ImportBatch(from: &file) { event, line, items in
            [ImportNote(.doubtful, line: line, "\(event.eventKey) \(items)")]
        }
        #expect(batch.events.count == 1000 && batch.notes.count == 1000 && !batch.isLast)
        #expect(batch.notes.last == ImportNote(.doubtful, line: 1000, "1000 [1000]"))
        #expect(batch.events.map(\.line) == batch.notes.map(\.line))
    }

    @Test("Rows that were read already are told with it, however full it is")
    func notesBeforeACheckpoint() {
        #expect(sizes(File(Array(repeating: nil, count: 2100), notesUntil: 2050)) == [2050, 50])
        #expect(sizes(File([33 << 20, nil, nil, 1], notesUntil: 3)) == [3, 1])
    }
}
