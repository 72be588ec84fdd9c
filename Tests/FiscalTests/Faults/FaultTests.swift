import Testing

@testable import Fiscal

@Suite struct FaultTests {
    @Test("C4: every fault code has a sentence in Russian and in English", arguments: FaultCode.allCases)
    func everyCodeHasTexts(code: FaultCode) {
        let bare = FiscalFault(code, at: "field")
        let full = FiscalFault(code, at: "field", found: "12.3456", limit: "100")
        let empty = FiscalFault(code, at: "field", found: "", limit: "100")
        for fault in [bare, full, empty] {
            #expect(fault.russian.hasSuffix("."))
            #expect(fault.russian.unicodeScalars.contains { 0x0410...0x044F ~= $0.value })
            #expect(fault.english.hasSuffix("."))
            #expect(!fault.english.unicodeScalars.contains { 0x0400...0x04FF ~= $0.value })
            #expect(!fault.russian.contains("  ") && !fault.english.contains("  "))
            #expect(!fault.russian.contains("()") && !fault.english.contains("()"))
        }
    }

    @Test("C4: codes are words of small letters, each used once")
    func codesAreStableWords() {
        let codes = FaultCode.allCases.map(\.rawValue)
        #expect(Set(codes).count == codes.count)
        for code in codes { #expect(code.utf8.allSatisfy { $0.isASCIILetter || $0 == UInt8(ascii: "_") }, "\(code)") }
    }

    @Test("C14: a rate out of force is explained as on a receipt, with the day as people write it")
    func rateIsExplained() {
        let fault = FiscalFault(
            .vatNotInForce, at: FieldPath.item(2).field("vat_rate"), found: "vat20", limit: "2026-03-05",
            allowed: ["vat10", "vat22"])
        #expect(
            fault.message(in: .russian)
                == "Позиция 3. Ставка НДС (20%) не действует на дату расчёта 05.03.2026. Исправьте ставку товара. "
                + "Допустимо: vat10, vat22.")
        #expect(fault.message(in: .english).hasPrefix("Line 3. The VAT rate (20%) is not in force"))
        #expect(fault.description.hasPrefix("vat_not_in_force at items[2].vat_rate: "))
    }

    @Test(
        "C4: a fault seen from further out lies at the longer path",
        arguments: [
            ("vat_rate", "items[2]", "items[2].vat_rate"), ("", "items[2]", "items[2]"), ("inn", "", "inn"),
            ("[0]", "marks", "marks[0]"), ("items[0].name", "right", "right.items[0].name"),
        ])
    func pathsNest(inner: String, outer: String, expected: String) {
        #expect(FieldPath(inner).within(FieldPath(outer)).text == expected)
    }

    @Test(
        "C4: the line of a path is counted as a bookkeeper counts",
        arguments: [
            ("items[0].name", "Позиция 1"), ("items[41]", "Позиция 42"), ("items[].name", nil), ("items[x]", nil),
            ("items[-1]", nil), ("items[9223372036854775807]", nil), ("items[9", nil), ("delivery", nil), ("", nil),
        ] as [(String, String?)])
    func placeOfPath(path: String, place: String?) {
        #expect(FieldPath(path).place(in: .russian) == place)
    }

    @Test("C4: faults are gathered in order, each once, and there is always at least one")
    func faultsAreGathered() throws {
        #expect(FiscalFaults([]) == nil)
        var collector = FaultCollector()
        try collector.finish()
        let name = FiscalFault(.nameEmpty, at: "items[0].name")
        let rate = FiscalFault(.vatUnknown, at: "items[1].vat_rate")
        collector.add(name)
        collector.add(rate)
        collector.add(name)
        let value: Int? = collector.value(within: "items[2]") { () throws(FiscalFault) in
            throw FiscalFault(.vatUnknown, at: "vat_rate")
        }
        #expect(value == nil)
        let faults = try #require(collector.result)
        #expect(faults.first == name)
        #expect(faults.all.map(\.field.text) == ["items[0].name", "items[1].vat_rate", "items[2].vat_rate"])
        #expect(faults.codes == [.nameEmpty, .vatUnknown])
        #expect(throws: faults) { try collector.finish() }
        #expect(faults.within("right").first.field == "right.items[0].name")
    }
}
