import Fiscal
import Postgres
import Relay
import Testing

/// Days of a shop, in its own zone.
@Suite struct ReconciliationPeriodTests {
    private func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

    @Test func aDayBeginsAtMidnightOfTheShop() throws {
        let period = try #require(
            ReconciliationPeriod(from: day("2026-11-21"), to: day("2026-11-22"), in: .moscow))
        #expect(period.start.description == "2026-11-20T21:00:00.000000Z")
        #expect(period.end.description == "2026-11-22T21:00:00.000000Z")
        #expect(period.days.map(\.description) == ["2026-11-21", "2026-11-22"])
        let kamchatka = try #require(
            try ReconciliationPeriod(
                from: day("2026-11-21"), to: day("2026-11-21"), in: SettlementZone(name: "Asia/Kamchatka")))
        #expect(kamchatka.start.description == "2026-11-20T12:00:00.000000Z")
    }

    @Test func eachInstantBelongsToOneDay() throws {
        let period = try #require(
            ReconciliationPeriod(from: day("2026-12-31"), to: day("2026-12-31"), in: .moscow))
        func dayOf(_ moment: Timestamp) -> String? {
            ReconciliationPeriod.day(of: moment, in: .moscow)?.description
        }
        #expect(dayOf(period.start) == "2026-12-31")
        #expect(dayOf(period.start.advanced(by: .microseconds(-1))) == "2026-12-30")
        #expect(dayOf(period.end) == "2027-01-01")
        #expect(dayOf(period.end.advanced(by: .microseconds(-1))) == "2026-12-31")
    }

    @Test func theLastDayOfAScheduleIsYesterday() throws {
        // 00:30 of the 22nd in Moscow.
        let now = Timestamp(microsecondsSince1970: 1_795_296_600_000_000)
        #expect(now.description == "2026-11-21T21:30:00.000000Z")
        let period = try #require(ReconciliationPeriod(daysBefore: now, count: 3, in: .moscow))
        #expect(period.days.map(\.description) == ["2026-11-19", "2026-11-20", "2026-11-21"])
    }

    @Test func theLastDayIsNotBeforeTheFirst() throws {
        #expect(ReconciliationPeriod(from: try day("2026-11-22"), to: try day("2026-11-21"), in: .moscow) == nil)
    }
}
