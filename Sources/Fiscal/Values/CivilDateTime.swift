/// Local date and time of a settlement, to the second, in the zone of the place of settlement.
///
/// It carries no zone of its own: the offset stands beside it in the document (tag 1011), because the tax office wants
/// the wall clock of the shop.
package struct CivilDateTime: Hashable, Sendable {
    package let date: CivilDate
    /// Seconds since local midnight, 0…86399.
    package let secondOfDay: Int

    /// - Returns: nil if the clock cannot show that time.
    package init?(date: CivilDate, hour: Int, minute: Int, second: Int = 0) {
        guard 0...23 ~= hour, 0...59 ~= minute, 0...59 ~= second else { return nil }
        self.date = date
        secondOfDay = hour * 3600 + minute * 60 + second
    }

    /// The wall clock of a zone at an instant; nil outside of the years 1…9999.
    /// - Parameters:
    ///   - seconds: since 1970-01-01T00:00:00Z.
    ///   - offset: of the zone, in seconds east of UTC.
    package init?(secondsSince1970 seconds: Int64, utcOffset offset: Int) {
        let (local, overflowed) = seconds.addingReportingOverflow(Int64(offset))
        guard !overflowed else { return nil }
        let days = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        guard let date = CivilDate(daysSince1970: Int(days)) else { return nil }
        self.date = date
        secondOfDay = Int(local - days * 86_400)
    }

    /// Reads `2026-03-05T09:07:59`, with `T` or a blank, seconds optional; no zone may follow.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16 || bytes.count == 19, [UInt8(ascii: "T"), UInt8(ascii: " ")].contains(bytes[10]),
            bytes[13] == UInt8(ascii: ":"), bytes.count == 16 || bytes[16] == UInt8(ascii: ":"),
            let date = CivilDate(String(decoding: bytes[0..<10], as: UTF8.self)),
            let hour = CivilDigits.value(bytes[11..<13]), let minute = CivilDigits.value(bytes[14..<16]),
            let second = bytes.count == 19 ? CivilDigits.value(bytes[17..<19]) : 0
        else { return nil }
        self.init(date: date, hour: hour, minute: minute, second: second)
    }

    package var hour: Int { secondOfDay / 3600 }

    package var minute: Int { secondOfDay / 60 % 60 }

    package var second: Int { secondOfDay % 60 }

    /// Seconds since 1970-01-01T00:00:00Z, if the wall clock is `offset` seconds east of UTC.
    package func secondsSince1970(utcOffset offset: Int) -> Int64 {
        Int64(date.daysSince1970) * 86_400 + Int64(secondOfDay) - Int64(offset)
    }

    /// `05.03.2026 12:40:00`, the form of the ATOL and CloudKassir protocols.
    package var russianText: String {
        let date = [
            CivilDigits.padded(date.day, 2), CivilDigits.padded(date.month, 2), CivilDigits.padded(date.year, 4),
        ]
        return date.joined(separator: ".") + " " + clockText
    }

    private var clockText: String {
        "\(CivilDigits.padded(hour, 2)):\(CivilDigits.padded(minute, 2)):\(CivilDigits.padded(second, 2))"
    }
}

extension CivilDateTime: Comparable {
    package static func < (left: Self, right: Self) -> Bool {
        (left.date, left.secondOfDay) < (right.date, right.secondOfDay)
    }
}

extension CivilDateTime: CustomStringConvertible {
    /// `2026-03-05T09:07:59`.
    package var description: String { "\(date)T\(clockText)" }
}

extension CivilDateTime: Codable {
    /// - Throws: `DecodingError` unless it is a string such as `2026-03-05T09:07:59`.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = CivilDateTime(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\"\(text.prefix(40))\" is not a time such as 2026-03-05T09:07:59")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
