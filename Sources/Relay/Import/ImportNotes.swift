/// What is to be told of an import, in bounded memory: its first notes, and how many there are of each kind.
package struct ImportNotes: Sendable {
    /// Notes that are kept. Of a file that is full of faults the first ones tell what is wrong with it.
    package static let limit = 10_000

    /// The first ones, in the order in which they came.
    package private(set) var first: [ImportNote] = []
    /// All that came, also those that are not kept.
    package private(set) var count = 0

    package init() {}

    /// - Parameters:
    ///   - first: The first ones of an earlier run, at most ``limit``.
    ///   - count: All that it had.
    package init(first: [ImportNote], count: Int) {
        self.first = first
        self.count = max(count, first.count)
    }

    package var isEmpty: Bool { count == 0 }

    /// Notes that were counted and not kept.
    package var untold: Int { count - first.count }

    package mutating func add(_ notes: [ImportNote]) {
        count += notes.count
        first += notes.prefix(max(0, Self.limit - first.count))
    }
}
