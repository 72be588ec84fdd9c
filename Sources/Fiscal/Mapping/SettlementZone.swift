/// The time zone of the place of settlement: its clock dates receipts and chooses rates (R43), its number is tag 1011.
///
/// Only zones of Russia, whose clocks have not been changed in summer since 2014, so an offset is enough. The offsets
/// are those since the end of 2020, when Volgograd changed for the last time.
package struct SettlementZone: Hashable, Sendable {
    /// The name in the IANA database, such as `Europe/Moscow`.
    package let name: String
    /// Seconds east of UTC.
    package let utcOffset: Int

    /// The zone of Moscow, the default of a shop.
    package static let moscow = SettlementZone(name: "Europe/Moscow", hours: 3)

    /// The zone of this IANA name.
    ///
    /// - Throws: ``FaultCode/timeZoneUnknown`` at `timezone`, with the names that are known.
    package init(name: String) throws(FiscalFault) {
        guard let hours = Self.hours[name] else {
            throw FiscalFault(
                .timeZoneUnknown, at: "timezone", found: String(name.prefix(60)), allowed: Self.hours.keys.sorted())
        }
        self.init(name: name, hours: hours)
    }

    private init(name: String, hours: Int) {
        self.name = name
        utcOffset = hours * 3600
    }

    /// Tag 1011: 1 for UTC+2 (Kaliningrad), 2 for UTC+3 (Moscow), up to 11 for UTC+12 (Kamchatka).
    package var tag1011: Int { utcOffset / 3600 - 1 }

    /// Tag 1011 for an offset in seconds east of UTC; nil where the tag has no value.
    package static func tag1011(utcOffset: Int) -> Int? {
        guard utcOffset % 3600 == 0, 2...12 ~= utcOffset / 3600 else { return nil }
        return utcOffset / 3600 - 1
    }

    /// What the clock of the zone shows; nil outside of the years 1 to 9999.
    ///
    /// - Parameter seconds: since 1970-01-01T00:00:00Z.
    /// - Returns: The local date and time.
    package func clock(secondsSince1970 seconds: Int64) -> CivilDateTime? {
        CivilDateTime(secondsSince1970: seconds, utcOffset: utcOffset)
    }

    private static let hours: [String: Int] = [
        "Europe/Kaliningrad": 2,
        "Europe/Moscow": 3, "Europe/Simferopol": 3, "Europe/Kirov": 3, "Europe/Volgograd": 3, "W-SU": 3,
        "Europe/Samara": 4, "Europe/Saratov": 4, "Europe/Astrakhan": 4, "Europe/Ulyanovsk": 4,
        "Asia/Yekaterinburg": 5,
        "Asia/Omsk": 6,
        "Asia/Novosibirsk": 7, "Asia/Barnaul": 7, "Asia/Tomsk": 7, "Asia/Novokuznetsk": 7, "Asia/Krasnoyarsk": 7,
        "Asia/Irkutsk": 8,
        "Asia/Chita": 9, "Asia/Yakutsk": 9, "Asia/Khandyga": 9,
        "Asia/Vladivostok": 10, "Asia/Ust-Nera": 10,
        "Asia/Magadan": 11, "Asia/Sakhalin": 11, "Asia/Srednekolymsk": 11,
        "Asia/Kamchatka": 12, "Asia/Anadyr": 12,
    ]
}

extension SettlementZone: Codable {
    /// Reads the IANA name.
    ///
    /// - Throws: ``FiscalFault``, or `DecodingError` if it is no string.
    package init(from decoder: any Decoder) throws {
        try self.init(name: decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
