/// A moment by the database's clock, or to be given to it: microseconds since 1970-01-01T00:00:00Z.
///
/// An integer, because `Date` is a binary float of seconds and loses microseconds.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z. `Int64.max` and `Int64.min` stand for the infinities.
    package let microsecondsSince1970: Int64

    /// Wraps microseconds since 1970-01-01T00:00:00Z.
    package init(microsecondsSince1970: Int64) {
        self.microsecondsSince1970 = microsecondsSince1970
    }

    /// Later than every moment: `infinity` in SQL.
    package static let infinity = Timestamp(microsecondsSince1970: .max)
    /// Earlier than every moment: `-infinity` in SQL.
    package static let negativeInfinity = Timestamp(microsecondsSince1970: .min)

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microsecondsSince1970 < right.microsecondsSince1970
    }

    /// Whether this is a moment and not one of the infinities.
    package var isFinite: Bool { self != .infinity && self != .negativeInfinity }

    /// The moment `duration` later, to the microsecond; saturates at the infinities, which stay what they are.
    package func advanced(by duration: Duration) -> Timestamp {
        guard isFinite else { return self }
        let (sum, overflowed) = microsecondsSince1970.addingReportingOverflow(duration.wholeMicroseconds)
        guard overflowed else { return Timestamp(microsecondsSince1970: sum) }
        return duration < .zero ? .negativeInfinity : .infinity
    }

    /// How long it is from here to `other`; negative if `other` is earlier. Saturates.
    package func duration(to other: Timestamp) -> Duration {
        let (difference, overflowed) = other.microsecondsSince1970.subtractingReportingOverflow(microsecondsSince1970)
        guard overflowed else { return .microseconds(difference) }
        return .microseconds(other > self ? Int64.max : Int64.min)
    }
}

extension Timestamp: CustomStringConvertible {
    /// `2026-11-21T09:00:00.123456Z`; `infinity` and `-infinity` for the infinities.
    package var description: String {
        guard isFinite else { return self == .infinity ? "infinity" : "-infinity" }
        let perDay: Int64 = 86_400_000_000
        let day = microsecondsSince1970.flooredQuotient(by: perDay)
        let time = microsecondsSince1970 - day * perDay
        let (year, month, dayOfMonth) = Self.civil(fromDays: day)
        let seconds = time / 1_000_000
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))"
        let clock = "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        return "\(date)T\(clock).\(padded(time % 1_000_000, 6))Z"
    }

    /// Year, month and day of a day number counted from 1970-01-01, in the proleptic Gregorian calendar.
    ///
    /// Howard Hinnant's `civil_from_days`: eras of 400 years that begin on the first of March.
    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value.magnitude)
        let zeros = String(repeating: "0", count: max(0, width - digits.count))
        return (value < 0 ? "-" : "") + zeros + digits
    }
}

extension Int64 {
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
