/// The leaky bucket that stands before a portal.
struct IntensityBucket: Sendable {
    private let limit: BitrixPortal.Intensity
    /// In millionths of a request.
    private var level: Int64 = 0
    private var measuredAt: Int64 = 0

    init(_ limit: BitrixPortal.Intensity) {
        self.limit = limit
    }

    /// Whether one more request fits at that moment (microseconds since 1970); if so it is in.
    mutating func admits(at now: Int64) -> Bool {
        let elapsed = max(0, now - measuredAt)
        level = max(0, level - min(elapsed, 1_000_000_000) * Int64(limit.perSecond))
        measuredAt = now
        guard level + 1_000_000 <= Int64(limit.capacity) * 1_000_000 else { return false }
        level += 1_000_000
        return true
    }
}

/// How long a method has worked in the last ten minutes, by the minute.
struct OperatingWindow: Sendable {
    private static let minutes: Int64 = 10
    private var buckets: [(minute: Int64, milliseconds: Int)] = []

    /// Milliseconds within the window that ends at that moment (seconds since 1970).
    mutating func total(at seconds: Int64) -> Int {
        buckets.removeAll { $0.minute <= seconds / 60 - Self.minutes }
        return buckets.reduce(0) { $0 + $1.milliseconds }
    }

    /// Adds the work of one call.
    mutating func add(milliseconds: Int, at seconds: Int64) {
        guard milliseconds >= 100 else { return }
        if buckets.last?.minute == seconds / 60 {
            buckets[buckets.count - 1].milliseconds += milliseconds
        } else {
            buckets.append((seconds / 60, milliseconds))
        }
    }

    /// When the oldest minute leaves the window, seconds since 1970.
    func resetsAt(now seconds: Int64) -> Int64 { ((buckets.first?.minute ?? seconds / 60) + Self.minutes) * 60 }
}
