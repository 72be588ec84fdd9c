package import Fiscal
package import Postgres

/// Whole days of a shop's calendar, the first and the last included.
package struct ReconciliationPeriod: Hashable, Sendable {
    package let first: CivilDate
    package let last: CivilDate
    package let zone: SettlementZone

    /// - Returns: nil if the last day comes before the first.
    package init?(from first: CivilDate, to last: CivilDate, in zone: SettlementZone) {
        guard first <= last else { return nil }
        self.first = first
        self.last = last
        self.zone = zone
    }

    /// The days before the one on which `moment` falls, `count` of them; nil outside of the calendar.
    package init?(daysBefore moment: Timestamp, count: Int, in zone: SettlementZone) {
        guard count >= 1, let today = Self.day(of: moment, in: zone),
            let first = CivilDate(daysSince1970: today.daysSince1970 - count),
            let last = CivilDate(daysSince1970: today.daysSince1970 - 1)
        else { return nil }
        self.init(from: first, to: last, in: zone)
    }

    package var days: [CivilDate] {
        (first.daysSince1970...last.daysSince1970).compactMap { CivilDate(daysSince1970: $0) }
    }

    /// One of its days as a period.
    package func only(_ day: CivilDate) -> ReconciliationPeriod? {
        ReconciliationPeriod(from: day, to: day, in: zone)
    }

    /// The first instant.
    package var start: Timestamp { midnight(first, 0) }

    /// The first instant after it.
    package var end: Timestamp { midnight(last, 1) }

    /// The day of the zone on which an instant falls; nil outside of the years 1 to 9999.
    package static func day(of moment: Timestamp, in zone: SettlementZone) -> CivilDate? {
        zone.clock(secondsSince1970: moment.secondsSince1970)?.date
    }

    private func midnight(_ day: CivilDate, _ later: Int64) -> Timestamp {
        let seconds = (Int64(day.daysSince1970) + later) * 86_400 - Int64(zone.utcOffset)
        return Timestamp(microsecondsSince1970: seconds * 1_000_000)
    }
}
