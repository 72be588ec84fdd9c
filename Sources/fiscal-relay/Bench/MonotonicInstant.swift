import Glibc

/// A moment by this machine's CLOCK_MONOTONIC, which all its processes share.
///
/// `ContinuousClock` reads another clock and hides its zero.
struct MonotonicInstant: Hashable, Comparable, Sendable {
    let nanoseconds: Int64

    static var now: MonotonicInstant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// Reads what ``text`` writes; `nil` for anything but a plain decimal number.
    init?(text: some StringProtocol) {
        guard let seconds = Double(text) else { return nil }
        nanoseconds = Int64((seconds * 1_000_000_000).rounded())
    }

    init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Seconds with six decimals.
    var text: String {
        let microseconds = String(nanoseconds / 1000 % 1_000_000)
        return "\(nanoseconds / 1_000_000_000)." + String(repeating: "0", count: 6 - microseconds.count) + microseconds
    }

    func advanced(bySeconds seconds: Double) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: nanoseconds + Int64(seconds * 1_000_000_000))
    }

    /// Seconds from `start` to here.
    func seconds(since start: MonotonicInstant) -> Double {
        Double(nanoseconds - start.nanoseconds) / 1_000_000_000
    }

    static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool { left.nanoseconds < right.nanoseconds }
}
