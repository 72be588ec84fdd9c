/// What a file of events brings, in its order.
package enum ImportItem: Sendable {
    /// An event to be taken. `places` are the lines of the file on which it stands: the whole first, then each of its items.
    case event(EventStore.NewEvent, line: Int64, items: [Int64])
    /// A row that cannot be taken.
    case rejected(ImportNote)
}

/// What a person must know of a row.
package struct ImportNote: Hashable, Sendable, Encodable {
    package enum Kind: String, Hashable, Sendable {
        /// Not taken.
        case rejected
        /// Its key is known with another content; the first stands.
        case conflict
        /// Taken, but part of it is wrong and waits for a person.
        case doubtful
    }

    package let kind: Kind
    package let line: Int64
    package let reason: String

    enum CodingKeys: String, CodingKey {
        case line, reason
    }

    package init(_ kind: Kind, line: Int64, _ reason: String) {
        self.kind = kind
        self.line = line
        self.reason = reason
    }
}

/// Reads a file event by event.
package protocol ImportReading {
    /// The next one; nil at the end.
    mutating func next() -> ImportItem?
    /// Whether rows behind the last event were read already, of which there is something to tell before a checkpoint.
    var hasNotes: Bool { get }
    /// From where reading can go on once all that was returned has been taken.
    var checkpoint: (position: Int64, line: Int64) { get }
}
