import Testing

@testable import Fiscal

@Suite struct SettlementZoneTests {
    @Test(
        "R52: tag 1011 of the zones of Russia",
        arguments: [
            ("Europe/Kaliningrad", 2, 1), ("Europe/Moscow", 3, 2), ("Europe/Samara", 4, 3),
            ("Asia/Yekaterinburg", 5, 4),
            ("Asia/Omsk", 6, 5), ("Asia/Krasnoyarsk", 7, 6), ("Asia/Irkutsk", 8, 7), ("Asia/Yakutsk", 9, 8),
            ("Asia/Vladivostok", 10, 9), ("Asia/Magadan", 11, 10), ("Asia/Kamchatka", 12, 11),
            ("Europe/Volgograd", 3, 2),
        ])
    func tag1011(name: String, hours: Int, tag: Int) throws {
        let zone = try SettlementZone(name: name)
        #expect(zone.utcOffset == hours * 3600)
        #expect(zone.tag1011 == tag)
        #expect(SettlementZone.tag1011(utcOffset: hours * 3600) == tag)
    }

    @Test(
        "R52: an offset that the tag has no value for gives none", arguments: [0, 3600, 13 * 3600, 12_600, -10_800, 1])
    func noTag(offset: Int) {
        #expect(SettlementZone.tag1011(utcOffset: offset) == nil)
    }

    @Test(
        "R52: another zone is refused with those that are known",
        arguments: ["", "UTC", "Europe/Berlin", "MSK", "+03:00"])
    func unknown(name: String) {
        let fault = #expect(throws: FiscalFault.self) { try SettlementZone(name: name) }
        #expect(fault?.code == .timeZoneUnknown)
        #expect(fault?.allowed.contains("Europe/Moscow") == true)
    }

    @Test("R43: the rate changes at midnight of the shop, not of the server")
    func yearSwitch() throws {
        let moscowMidnight: Int64 = 1_767_214_800  // 2025-12-31T21:00:00Z
        let zone = SettlementZone.moscow
        let before = try #require(zone.clock(secondsSince1970: moscowMidnight - 1))
        let after = try #require(zone.clock(secondsSince1970: moscowMidnight))
        #expect("\(before)" == "2025-12-31T23:59:59")
        #expect("\(after)" == "2026-01-01T00:00:00")
        #expect(VATRate.vat20.isInForce(on: before.date) && !VATRate.vat22.isInForce(on: before.date))
        #expect(VATRate.vat22.isInForce(on: after.date) && !VATRate.vat20.isInForce(on: after.date))
        let kamchatka = try #require(
            SettlementZone(name: "Asia/Kamchatka").clock(secondsSince1970: moscowMidnight - 9 * 3600))
        #expect(VATRate.vat22.isInForce(on: kamchatka.date))
    }
}
