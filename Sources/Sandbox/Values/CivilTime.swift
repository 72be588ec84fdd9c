/// A date and time of day on the wall, without a zone.
package struct CivilTime: Hashable, Sendable, Comparable {
    /// Year, 1…9999.
    package let year: Int
    /// Month, 1…12.
    package let month: Int
    /// Day of the month, from 1.
    package let day: Int
    /// Hour, 0…23.
    package let hour: Int
    /// Minute, 0…59.
    package let minute: Int
    /// Second, 0…59.
    package let second: Int

    /// Nil if there is no such moment in the Gregorian calendar.
    package init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= Self.days(of: month, in: year),
            (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// Reads `dd.mm.yyyy HH:MM:SS`, every part with all its digits; nil for anything else.
    package init?(russian text: String) {
        let halves = text.split(separator: " ", omittingEmptySubsequences: false)
        guard halves.count == 2, let date = CivilTime(russianDate: String(halves[0])) else { return nil }
        let time = halves[1].split(separator: ":", omittingEmptySubsequences: false)
        guard time.count == 3, let hour = Self.digits(time[0], 2), let minute = Self.digits(time[1], 2),
            let second = Self.digits(time[2], 2)
        else { return nil }
        self.init(year: date.year, month: date.month, day: date.day, hour: hour, minute: minute, second: second)
    }

    /// Reads `dd.mm.yyyy`; nil for anything else.
    package init?(russianDate text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let day = Self.digits(parts[0], 2), let month = Self.digits(parts[1], 2),
            let year = Self.digits(parts[2], 4)
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// Reads `yyyy-mm-dd`; nil for anything else.
    package init?(isoDate text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let year = Self.digits(parts[0], 4), let month = Self.digits(parts[1], 2),
            let day = Self.digits(parts[2], 2)
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The moment so many seconds after 1970-01-01T00:00:00Z, in a zone that is `offset` seconds east of UTC.
    package init(seconds: Int64, offset: Int = 0) {
        let local = seconds + Int64(offset)
        var days = local / 86400
        var rest = local % 86400
        if rest < 0 {
            rest += 86400
            days -= 1
        }
        // Days since 0000-03-01, in eras of 400 years: the usual civil-from-days computation.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * monthIndex + 2) / 5 + 1)
        month = Int(monthIndex < 10 ? monthIndex + 3 : monthIndex - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        hour = Int(rest / 3600)
        minute = Int(rest % 3600 / 60)
        second = Int(rest % 60)
    }

    private static func digits(_ text: Substring, _ count: Int) -> Int? {
        guard text.utf8.count == count, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Int(text)
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private var ordinal: [Int] { [year, month, day, hour, minute, second] }

    /// Order in time.
    package static func < (left: CivilTime, right: CivilTime) -> Bool {
        left.ordinal.lexicographicallyPrecedes(right.ordinal)
    }

    private static func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    /// `YYYYMMDDTHHMM`, as tag t of a receipt's QR text.
    package var qrText: String {
        "\(year)\(Self.padded(month))\(Self.padded(day))T\(Self.padded(hour))\(Self.padded(minute))"
    }

    /// ISO 8601 with an offset of `offset` seconds, e.g. `2026-03-05T12:40:00+03:00`.
    package func iso8601(offset: Int) -> String {
        let minutes = abs(offset) / 60
        return "\(year)-\(Self.padded(month))-\(Self.padded(day))T"
            + "\(Self.padded(hour)):\(Self.padded(minute)):\(Self.padded(second))"
            + "\(offset < 0 ? "-" : "+")\(Self.padded(minutes / 60)):\(Self.padded(minutes % 60))"
    }
}
