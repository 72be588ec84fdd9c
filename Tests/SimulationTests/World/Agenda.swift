/// What is to happen when, in microseconds of simulated time. What is due at the same moment happens in the order in
/// which it was added.
struct Agenda {
    /// Small, so that the heap moves numbers and not closures.
    private struct Entry {
        let at: Int64
        let number: Int
        let slot: Int

        func comes(before other: Entry) -> Bool {
            at < other.at || at == other.at && number < other.number
        }
    }

    private var heap: [Entry] = []
    private var actions: [() -> Void] = []
    private var freeSlots: [Int] = []
    private var count = 0

    private static func nothing() {}

    mutating func add(at moment: Int64, _ action: @escaping () -> Void) {
        count += 1
        var slot = actions.count
        if let free = freeSlots.popLast() {
            slot = free
            actions[slot] = action
        } else {
            actions.append(action)
        }
        let entry = Entry(at: moment, number: count, slot: slot)
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entry.comes(before: heap[parent]) else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = entry
    }

    mutating func next() -> (at: Int64, action: () -> Void)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty { sink(last) }
        let action = actions[first.slot]
        actions[first.slot] = Self.nothing
        freeSlots.append(first.slot)
        return (first.at, action)
    }

    /// Puts `entry` in the place of the first one.
    private mutating func sink(_ entry: Entry) {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].comes(before: heap[child]) { child += 1 }
            guard heap[child].comes(before: entry) else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = entry
    }
}
