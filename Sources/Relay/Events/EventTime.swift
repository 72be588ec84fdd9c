import Fiscal

/// Moments in payloads: ISO 8601 with an offset, such as `2026-11-21T12:00:00+03:00`.
package enum EventTime {
    /// Seconds since 1970-01-01T00:00:00Z, a fraction cut off; nil for anything that is not such a moment, also for days
    /// and hours that do not exist.
    package static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[10] == UInt8(ascii: "T"),
            let clock = CivilDateTime(String(decoding: bytes[0..<19], as: UTF8.self))
        else { return nil }
        var rest = bytes[19...]
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { isDigit($0) }
            guard !digits.isEmpty else { return nil }
            rest = rest.dropFirst(digits.count + 1)
        }
        return offset(Array(rest)).map(clock.secondsSince1970(utcOffset:))
    }

    /// `Z`, `+03:00`, `+0300` or `+03` in seconds east of UTC.
    private static func offset(_ bytes: [UInt8]) -> Int? {
        if bytes == [UInt8(ascii: "Z")] { return 0 }
        guard let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
        var digits = bytes.dropFirst()
        if digits.count == 5, digits[digits.startIndex + 2] == UInt8(ascii: ":") {
            digits.remove(at: digits.startIndex + 2)
        }
        guard digits.count == 2 || digits.count == 4, digits.allSatisfy(isDigit) else { return nil }
        let numbers = digits.map { Int($0 - UInt8(ascii: "0")) }
        let hours = numbers[0] * 10 + numbers[1]
        let minutes = numbers.count == 4 ? numbers[2] * 10 + numbers[3] : 0
        // No zone of the world is further from Greenwich.
        guard hours < 16, minutes < 60 else { return nil }
        return (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "+") ? 1 : -1)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

extension PayloadReader {
    /// A moment, in seconds since 1970-01-01T00:00:00Z.
    package func optionalMoment(_ name: String) -> Int64? {
        guard let text = optionalText(name, maximumLength: 40) else { return nil }
        guard let seconds = EventTime.seconds(text) else {
            report(.dateInvalid, name, found: text, allowed: ["2026-11-21T12:00:00+03:00"])
            return nil
        }
        return seconds
    }
}
