import FoundationEssentials
import Testing

@testable import Fiscal

/// Values that the database keeps as JSON are read back as they were written, and never unchecked.
@Suite struct StoredValuesTests {
    private static func roundTrip<Value: Codable & Equatable>(_ value: Value) throws {
        #expect(try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value)) == value)
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(json.utf8))
    }

    @Test("R60: what is kept of a receipt survives its storage")
    func roundTrips() throws {
        try Self.roundTrip(INN("7707083893"))
        try Self.roundTrip([PrincipalINN.foreign, PrincipalINN("7707083893")])
        try Self.roundTrip([
            BuyerContact(email: "Ivan@example.ru", phone: nil), BuyerContact(email: nil, phone: "89161234567"),
        ])
        try Self.roundTrip(
            Company(inn: "7712345671", sno: "esn", email: "a@b.ru", paymentAddress: "магазин.рф", ffd: "1.2"))
        try Self.roundTrip(BuyerCompany(name: "ООО «Ромашка»", inn: "7707083893"))
        let phone = try PhoneNumber("89161234567")
        let transfer = try PayingAgentData.TransferOperator(
            name: "Банк", address: "Москва", inn: INN("7707083893"), phones: [phone])
        let paying = try PayingAgentData(operation: "Оплата", phones: [phone], transferOperator: transfer)
        try Self.roundTrip(
            AgentData(
                kind: .payingAgent, principalINN: .foreign, principalName: "Имя", principalPhones: [phone],
                paying: paying))
        try Self.roundTrip(MarkingCode("0104601234567893215aBcDeFgHiJkL\u{1D}91EE11\u{1D}92AAA="))
        try Self.roundTrip(SettlementZone(name: "Asia/Omsk"))
        try Self.roundTrip(QRText(parsing: "t=20200115T2110&s=1030.00&fn=9251440300046840&i=29414&fp=1250830908&n=1"))
        try Self.roundTrip(FiscalSigns(fn: "9251440300046840", fd: "29414", fpd: "1250830908"))
        try Self.roundTrip(SectoralProperty.permission(request: "x", timestamp: 1))
        let faults = try #require(
            FiscalFaults([
                FiscalFault(.vatUnknown, at: "items[0].vat_rate", found: "18", allowed: ["22"]),
                FiscalFault(.nameEmpty, at: "items[1].name"),
            ]))
        try Self.roundTrip(faults)
    }

    @Test("R49: a stored name is not decoded a second time")
    func storedName() throws {
        let name = try ItemName("&amp;quot; чай")
        #expect(name.text == "&quot; чай")
        try Self.roundTrip(name)
    }

    @Test("R60: a stored result without its sign, or with a wrong value, is not read")
    func refused() {
        #expect(throws: (any Error).self) { try Self.decode(INN.self, "\"7707083894\"") }
        #expect(throws: (any Error).self) { try Self.decode(BuyerContact.self, "\"a@\"") }
        #expect(throws: (any Error).self) { try Self.decode(BuyerContact.self, "\"12\"") }
        #expect(throws: (any Error).self) { try Self.decode(MarkingCode.self, "\"фыва\"") }
        #expect(throws: (any Error).self) { try Self.decode(ItemName.self, "\"\"") }
        #expect(throws: (any Error).self) { try Self.decode(FiscalFaults.self, "[]") }
        #expect(throws: (any Error).self) { try Self.decode(PaymentAddress.self, "\"x\"") }
        #expect(throws: (any Error).self) { try Self.decode(QRText.self, "\"t=1\"") }
        #expect(throws: (any Error).self) {
            try Self.decode(FiscalSigns.self, #"{"fn":"9251440300046840","fd":"1"}"#)
        }
    }
}
