import Testing

@testable import Fiscal

@Suite struct CivilDateTests {
    @Test("Days count without gaps from year 1 to 9999, and back")
    func everyDay() throws {
        var previous = try #require(CivilDate(daysSince1970: -719_162))
        #expect(previous.description == "0001-01-01")
        for day in stride(from: -719_162 + 1, through: 2_932_896, by: 1) {
            let date = try #require(CivilDate(daysSince1970: day))
            guard date.daysSince1970 == day, previous < date else {
                Issue.record("day \(day)")
                return
            }
            previous = date
        }
        #expect(previous.description == "9999-12-31")
        #expect(CivilDate(daysSince1970: 2_932_897) == nil)
    }

    @Test(
        "Only days that exist, in ISO form",
        arguments: [
            "2026-02-29", "2100-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "26-01-01", "2026-1-01", "0000-01-01",
            "2026-01-01T00:00", "",
        ])
    func noSuchDay(text: String) {
        #expect(CivilDate(text) == nil)
    }

    @Test(
        "Known days", arguments: [("1970-01-01", 0), ("2024-02-29", 19782), ("2026-01-01", 20454), ("1969-12-31", -1)])
    func known(text: String, days: Int) throws {
        let date = try #require(CivilDate(text))
        #expect(date.daysSince1970 == days)
        #expect(date.description == text)
    }

    @Test("R43: the wall clock of the place of settlement, across the turn of a year")
    func wallClock() throws {
        let instant: Int64 = 1_767_214_800  // 2025-12-31T21:00:00Z
        let moscow = try #require(CivilDateTime(secondsSince1970: instant, utcOffset: 3 * 3600))
        #expect(moscow.description == "2026-01-01T00:00:00")
        #expect(moscow.russianText == "01.01.2026 00:00:00")
        #expect(moscow.date >= VATRate.generalRateChange)
        let kaliningrad = try #require(CivilDateTime(secondsSince1970: instant, utcOffset: 2 * 3600))
        #expect(kaliningrad.description == "2025-12-31T23:00:00")
        #expect(moscow.secondsSince1970(utcOffset: 3 * 3600) == instant)
        #expect(CivilDateTime(secondsSince1970: -1, utcOffset: 0)?.description == "1969-12-31T23:59:59")
        #expect(CivilDateTime(secondsSince1970: .max, utcOffset: 1) == nil)
    }

    @Test(
        "Local times are read with T or a blank, seconds optional",
        arguments: [("2026-03-05T09:07:59", 32879), ("2026-03-06 23:00", 82800)])
    func reading(text: String, second: Int) throws {
        #expect(try #require(CivilDateTime(text)).secondOfDay == second)
    }

    @Test(
        "Other times are refused",
        arguments: [
            "2026-03-05", "2026-03-05T24:00", "2026-03-05T09:60", "2026-03-05T09:07:60", "2026-03-05T09:07:59Z",
            "2026-03-05_09:07",
        ])
    func refused(text: String) {
        #expect(CivilDateTime(text) == nil)
    }
}
