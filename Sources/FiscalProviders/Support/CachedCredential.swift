import Synchronization

/// A secret that is read once, and again after it was refused.
final class CachedCredential: Sendable {
    private let read: @Sendable () throws -> String
    private let value = Mutex<String?>(nil)

    init(reading read: @escaping @Sendable () throws -> String) {
        self.read = read
    }

    /// The present value, or nil if it cannot be read.
    func current() -> String? {
        if let known = value.withLock({ $0 }) { return known }
        guard let fresh = try? read(), !fresh.isEmpty else { return nil }
        value.withLock { $0 = fresh }
        return fresh
    }

    /// Notes that `used` was refused.
    /// - Returns: another value to try at once, or nil if the source still holds the refused one.
    func replacement(for used: String) -> String? {
        value.withLock { if $0 == used { $0 = nil } }
        guard let fresh = current(), fresh != used else { return nil }
        return fresh
    }
}
