/// What one transaction of an import takes: bounded by its rows, and by the bytes of their payloads.
package struct ImportBatch: Sendable {
    /// Rows of one transaction. More win little, and are lost together when it is cut off.
    package static let mostRows = 2000
    /// Bytes of payloads with which it is full: a line may be long. The last one may go beyond by its own length.
    package static let mostBytes = 32 << 20

    package private(set) var events: [(event: EventStore.NewEvent, line: Int64)] = []
    package private(set) var notes: [ImportNote] = []
    /// Whether the file ended with it.
    package private(set) var isLast = false

    /// Reads until it is full or the file ends. It goes on beyond that only for notes of rows that were read already,
    /// so that reading can go on behind it.
    ///
    /// - Parameters:
    ///   - items: The file, behind the batch before.
    ///   - doubts: What a person should know of an event that is taken, by its line and those of its items.
    package init<Items: ImportReading>(
        from items: inout Items,
        doubts: (_ event: EventStore.NewEvent, _ line: Int64, _ items: [Int64]) -> [ImportNote] = { _, _, _ in [] }
    ) {
        var bytes = 0
        while events.count + notes.count < Self.mostRows && bytes < Self.mostBytes || items.hasNotes {
            switch items.next() {
            case .event(let event, let line, let places):
                events.append((event, line))
                bytes += event.payload.utf8.count
                notes += doubts(event, line, places)
            case .rejected(let note): notes.append(note)
            case nil:
                isLast = true
                return
            }
        }
    }
}
