/// Deadlines in order of time. One that no longer matters is removed when its time comes or the heap grows.
struct DeadlineHeap<ID: Hashable> {
    private typealias Entry = (instant: ContinuousClock.Instant, id: ID)

    private var entries: [Entry] = []

    var count: Int { entries.count }

    /// The earliest, whether or not it still matters.
    var first: ContinuousClock.Instant? { entries.first?.instant }

    mutating func insert(_ id: ID, at instant: ContinuousClock.Instant) {
        entries.append((instant, id))
        var child = entries.count - 1
        while child > 0, entries[child].instant < entries[(child - 1) / 2].instant {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes the earliest one not after `now`.
    mutating func popExpired(_ now: ContinuousClock.Instant) -> ID? {
        guard let first = entries.first, first.instant <= now else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        sink(from: 0)
        return first.id
    }

    /// Drops the entries of ids that no longer matter once they outnumber the `live` ones that do.
    mutating func compact(live: Int, where matters: (ID) -> Bool) {
        guard entries.count > 2 * live + 64 else { return }
        entries.removeAll { !matters($0.id) }
        for index in stride(from: entries.count / 2 - 1, through: 0, by: -1) { sink(from: index) }
    }

    private mutating func sink(from start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
                if entries[child].instant < entries[least].instant { least = child }
            }
            if least == parent { return }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}
