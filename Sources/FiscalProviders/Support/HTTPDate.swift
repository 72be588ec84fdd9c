import Fiscal

/// The three spellings of a date in HTTP (RFC 9110, 5.6.7), all of them in GMT.
enum HTTPDate {
    /// Seconds since 1970, or nil if the text is none of the three.
    ///
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
    static func secondsSince1970(_ text: String) -> Int64? {
        let parts = text.split(whereSeparator: { " ,-".contains($0) })
        guard parts.count >= 5 else { return nil }
        let isAscii = Int(parts[1]) == nil  // asctime has the month before the day
        let day = Int(parts[isAscii ? 2 : 1])
        let month = months[parts[isAscii ? 1 : 2].lowercased()]
        let clock = parts[isAscii ? 3 : 4].split(separator: ":").map { Int($0) }
        guard let day, let month, let year = year(parts[isAscii ? 4 : 3]), clock.count == 3,
            let hour = clock[0], let minute = clock[1], let second = clock[2],
            let date = CivilDate(year: year, month: month, day: day),
            // A leap second reads as the second before it.
            let moment = CivilDateTime(date: date, hour: hour, minute: minute, second: min(second, 59))
        else { return nil }
        return moment.secondsSince1970(utcOffset: 0)
    }

    private static func year(_ text: Substring) -> Int? {
        guard let year = Int(text), year >= 0 else { return nil }
        return text.count > 2 ? year : year < 70 ? 2000 + year : 1900 + year
    }

    private static let months: [String: Int] = [
        "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
        "dec": 12,
    ]
}
