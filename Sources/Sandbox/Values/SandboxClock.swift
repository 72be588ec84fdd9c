internal import FoundationEssentials
internal import Synchronization

/// The clock by which the sandbox judges delays and limits.
package struct SandboxClock: Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    package let microseconds: @Sendable () -> Int64

    /// Makes a clock from a function; tests hand in one that they move by hand.
    package init(microseconds: @escaping @Sendable () -> Int64) {
        self.microseconds = microseconds
    }

    /// The clock of this machine.
    package static let system = SandboxClock { Int64(Date().timeIntervalSince1970 * 1_000_000) }

    /// Whole seconds since 1970-01-01T00:00:00Z.
    package var seconds: Int64 { microseconds() / 1_000_000 }
}

/// A clock that moves only when told.
package final class ManualClock: Sendable {
    private let now: Mutex<Int64>

    /// Starts at a moment given in seconds since 1970-01-01T00:00:00Z.
    package init(startingAt seconds: Int64) {
        now = Mutex(seconds * 1_000_000)
    }

    /// Moves the clock forward.
    package func advance(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        now.withLock { $0 += seconds * 1_000_000 + attoseconds / 1_000_000_000_000 }
    }

    /// This clock as the sandbox reads it.
    package var clock: SandboxClock {
        SandboxClock { self.now.withLock { $0 } }
    }
}
