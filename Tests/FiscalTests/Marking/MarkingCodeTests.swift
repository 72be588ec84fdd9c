import Testing

@testable import Fiscal

@Suite struct MarkingCodeTests {
    private static let code = "0104601234567893215aBcDeFgHiJkL\u{1D}91EE11\u{1D}92AAA="

    @Test(
        "R54: what a scanner shows for FNC1 is cut, all else is kept byte for byte",
        arguments: ["", "]d2", "è", "\u{1D}", "]C1", "]d2\u{1D}", "]d2è"])
    func leadingFNC1(prefix: String) throws {
        let code = try MarkingCode(prefix + Self.code)
        #expect(code.text == Self.code)
        #expect(code.bytes.filter { $0 == MarkingCode.groupSeparator }.count == 2)
    }

    @Test("R54: an FNC1 that arrived as the single byte E8 is cut too")
    func rawByte() throws {
        #expect(try MarkingCode(bytes: [0xE8] + Array(Self.code.utf8)).text == Self.code)
    }

    @Test(
        "R53: the parts of a code are told by its identifiers, not by fixed offsets",
        arguments: [
            (code, "04601234567893", "5aBcDeFgHiJkL", true),
            ("0104601234567893215!aB\"%\u{1D}93dGVz", "04601234567893", "5!aB\"%", true),
            ("01046012345678932112345678901234567890", "04601234567893", "12345678901234567890", false),
            ("00000046198488X?io+qCABm8wAYa", "00000046198488", "X?io+qC", nil),
        ] as [(String, String, String, Bool?)])
    func parts(text: String, gtin: String, serial: String, hasKey: Bool?) throws {
        let content = try MarkingCode(text).content
        #expect(content.gtin == gtin)
        #expect(content.serial == serial)
        if let hasKey {
            #expect(content == .identified(gtin: gtin, serial: serial, hasKey: hasKey))
        } else {
            #expect(content == .tobaccoPack(gtin: gtin, serial: serial))
        }
    }

    @Test(
        "R53: codes of other groups pass untouched",
        arguments: ["RU-430302-ABC1234567", "4600266011725", "22N0000154NUCNYHD8SBKJ0V91D36KD46", "x"])
    func otherCodes(text: String) throws {
        let code = try MarkingCode(text)
        #expect(code.text == text)
        #expect(code.content.gtin == nil)
        #expect(code.content.isOfOnePiece == (text != "4600266011725"))
    }

    @Test(
        "R54: a code that lost its separators or its alphabet is refused, and the fault does not show it",
        arguments: [
            "", "]d2", "\u{1D}", "(01)04601234567893(21)5aBcDeFgHiJkL",
            "0104601234567893215aBcDeFgHiJkL91EE1192AAAAAAAA=",
            "0104601234567893215aBcDeFgHiJkL 91EE11 92AAA=", "0104601234567893215фИсВ\u{1D}91",
            "0104601234567893\n215a",
            "01046012345678932\u{0}", String(repeating: "x", count: 201),
        ])
    func refused(text: String) {
        let fault = #expect(throws: FiscalFault.self) { try MarkingCode(text) }
        #expect(fault?.code == .markInvalid)
        if text.count > 4 { #expect(fault?.russian.contains(text.suffix(6)) == false) }
    }

    @Test("R54: tag 1162 is 444D, six bytes of the article's number, and the serial")
    func tag1162() throws {
        let code = try MarkingCode(Self.code)
        #expect(
            try code.tag1162() == [0x44, 0x4D, 0x04, 0x2F, 0x4E, 0xF3, 0xB2, 0xD5] + Array("5aBcDeFgHiJkL".utf8))
        #expect(
            try code.tag1162Text() == "44 4D 04 2F 4E F3 B2 D5 35 61 42 63 44 65 46 67 48 69 4A 6B 4C")
        let most = try MarkingCode("0199999999999999" + "21" + String(repeating: "z", count: 20)).tag1162()
        #expect(most.count == 28)
        #expect(most[2..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } == 99_999_999_999_999)
    }

    @Test("R54: a code without an article's number has no form in FFD 1.05", arguments: ["x", "4600266011725"])
    func noTag1162(text: String) throws {
        let code = try MarkingCode(text)
        #expect(throws: FiscalFault.self) { try code.tag1162() }
    }

    @Test("R65: a code shows only its article in a log")
    func masked() throws {
        let code = try MarkingCode(Self.code)
        #expect("\(code)" == "GTIN 04601234567893…")
        #expect(try "\(MarkingCode("RU-430302-ABC1234567"))" == "20 characters")
    }

    @Test("R55: objects 31 and 33 have a code, 30 and 32 have none")
    func objects() {
        #expect(SettlementObject.marked(excisable: true, hasCode: false).tag1212 == 30)
        #expect(SettlementObject.marked(excisable: true, hasCode: true).tag1212 == 31)
        #expect(SettlementObject.marked(excisable: false, hasCode: false).tag1212 == 32)
        #expect(SettlementObject.marked(excisable: false, hasCode: true).tag1212 == 33)
    }

    @Test("R29: a till of an earlier format takes marked goods as ordinary ones", arguments: FFDVersion.allCases)
    func objectsOfFormats(ffd: FFDVersion) {
        for object in SettlementObject.allCases {
            let supported = object.supported(by: ffd)
            if ffd == .v12 || !object.requiresFFD12 { #expect(supported == object) }
            if ffd != .v12 { #expect(!supported.requiresFFD12) }
        }
        if ffd == .v105 {
            #expect(SettlementObject.mark.supported(by: ffd) == .commodity)
            #expect(SettlementObject.exciseMark.supported(by: ffd) == .excise)
        }
    }

    @Test(
        "R55: the planned status follows the kind of the receipt",
        arguments: [
            (ReceiptType.sell, false, 1), (.sell, true, 2), (.sellReturn, false, 3), (.sellReturn, true, 4),
            (.buy, false, 3), (.buyReturn, false, 1), (.sellCorrection, false, 255), (.sellReturnCorrection, true, 255),
        ])
    func plannedStatus(type: ReceiptType, isPart: Bool, status: Int) {
        #expect(PlannedMarkStatus(for: type, isPart: isPart).rawValue == status)
    }

    @Test("R55: a part of a pack is more than nothing and less than the pack")
    func parts() throws {
        #expect(try "\(MarkedPart(numerator: 3, denominator: 10))" == "3/10")
        for (numerator, denominator) in [(0, 10), (10, 10), (11, 10), (-1, 10), (1, 0), (1, -5)] {
            #expect(throws: FiscalFault.self) { try MarkedPart(numerator: numerator, denominator: denominator) }
        }
    }

    @Test("R56: the answer of the permission mode becomes an industry property")
    func permission() {
        let property = SectoralProperty.permission(request: "7d5c-11", timestamp: 1_735_689_600_123)
        #expect(property.authority == "030" && property.actDate == "21.11.2023" && property.actNumber == "1944")
        #expect(property.value == "UUID=7d5c-11&Time=1735689600123")
    }
}
