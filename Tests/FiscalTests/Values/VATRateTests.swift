import Testing

@testable import Fiscal

@Suite struct VATRateTests {
    private static let day = CivilDate.known(2026, 3, 5)

    @Test(
        "R32: the codes of tag 1199",
        arguments: [
            (VATRate.vat20, 1), (.vat10, 2), (.vat120, 3), (.vat110, 4), (.vat0, 5), (.none, 6), (.vat5, 7), (.vat7, 8),
            (.vat105, 9), (.vat107, 10), (.vat22, 11), (.vat122, 12),
        ])
    func codes(rate: VATRate, code: Int) {
        #expect(rate.tag1199 == code)
    }

    @Test("R32: no two rates share a code")
    func codesAreDistinct() {
        #expect(Set(VATRate.allCases.map(\.tag1199)) == Set(1...12))
    }

    @Test(
        "R37, C9: methods 1 to 3 carry the calculated form, 4 to 7 the plain one; vat0 and none have one form",
        arguments: SettlementMethod.allCases)
    func forms(method: SettlementMethod) {
        let isBefore = method.tag1214 <= 3
        #expect(method.isPrepayment == isBefore)
        for (plain, calculated) in [
            (VATRate.vat22, VATRate.vat122), (.vat20, .vat120), (.vat10, .vat110), (.vat7, .vat107), (.vat5, .vat105),
            (.vat0, .vat0), (.none, .none),
        ] {
            #expect(plain.form(for: method) == (isBefore ? calculated : plain))
            #expect(calculated.form(for: method) == (isBefore ? calculated : plain))
            #expect(plain.percent == calculated.percent)
            #expect(!plain.isCalculated)
            #expect(calculated.isCalculated == (calculated != plain))
        }
    }

    @Test(
        "C9: the tax in a sum is half-up of sum × r/(100 + r)",
        arguments: [
            ("11940.00", VATRate.vat22, "2153.11"), ("10.00", .vat7, "0.65"), ("153.15", .vat10, "13.92"),
            ("1000.00", .vat122, "180.33"), ("0.03", .vat20, "0.01"), ("0.02", .vat20, "0.00"),
            ("100.00", .vat0, "0.00"),
            ("100.00", .none, "0.00"), ("105.00", .vat105, "5.00"),
        ])
    func tax(sum: String, rate: VATRate, tax: String) throws {
        #expect(rate.tax(in: try Money(decimalText: sum)).description == tax)
    }

    @Test(
        "R33, C14: which rate may be used on which day and under which tax system",
        arguments: [
            ("vat20", "2025-12-31", TaxSystem.osn, nil), ("vat20", "2026-01-01", .osn, FaultCode.vatNotInForce),
            ("vat22", "2025-12-31", .osn, .vatNotInForce), ("vat22", "2026-01-01", .osn, nil),
            ("vat5", "2024-12-31", .usnIncome, .vatNotInForce), ("vat5", "2025-01-01", .usnIncome, nil),
            ("vat7", "2025-01-01", .usnIncomeOutcome, nil), ("vat7", "2026-03-05", .osn, .vatTaxSystemMismatch),
            ("vat5", "2026-03-05", .esn, .vatTaxSystemMismatch), ("vat5", "2024-12-31", .osn, .vatNotInForce),
            ("vat10", "2026-03-05", .patent, .vatTaxSystemMismatch),
            ("vat0", "2026-03-05", .patent, .vatTaxSystemMismatch),
            ("none", "2026-03-05", .patent, nil), ("none", "2020-01-01", .osn, nil), ("vat22", "2026-03-05", .esn, nil),
            ("vat22", "2026-03-05", .usnIncome, nil), ("vat18", "2018-06-01", .osn, .vatNotInForce),
            ("vat118", "2018-06-01", .osn, .vatNotInForce), ("vat122", "2026-03-05", .osn, .vatUnknown),
            ("vat12", "2026-03-05", .osn, .vatUnknown), ("", "2026-03-05", .osn, .vatUnknown),
            ("VAT22", "2026-03-05", .osn, .vatUnknown),
        ] as [(String, String, TaxSystem, FaultCode?)])
    func usable(name: String, date: String, sno: TaxSystem, code: FaultCode?) throws {
        let date = try #require(CivilDate(date))
        var found: FaultCode?
        do {
            let rate = try VATRate.usable(name, on: date, under: sno, isAgentItem: false, at: "vat_rate")
            #expect(rate.rawValue == name)
        } catch {
            found = error.code
            #expect(error.field == "vat_rate")
        }
        #expect(found == code)
    }

    @Test("R58, C14: an agent's item is spared only the check of the tax system")
    func agents() throws {
        #expect(try VATRate.usable("vat22", on: Self.day, under: .patent, isAgentItem: true, at: "v") == .vat22)
        #expect(try VATRate.usable("vat5", on: Self.day, under: .osn, isAgentItem: true, at: "v") == .vat5)
        #expect(throws: FiscalFault.self) {
            try VATRate.usable("vat20", on: Self.day, under: .patent, isAgentItem: true, at: "v")
        }
    }

    @Test("A refused rate comes with those that are allowed there")
    func allowedRates() {
        do {
            _ = try VATRate.usable("vat20", on: Self.day, under: .osn, isAgentItem: false, at: "v")
            Issue.record("20 % was taken in 2026")
        } catch {
            #expect(error.allowed == ["none", "vat0", "vat10", "vat22"])
        }
    }

    @Test("Totals per rate keep the order of tag 1199, however they were added")
    func totals() throws {
        var totals = VATTotals()
        for rate in [VATRate.vat122, .none, .vat10, .vat20, .none] { try totals.add(Money(kopecks: 1), under: rate) }
        #expect(totals.entries.map(\.rate) == [.vat20, .vat10, .none, .vat122])
        #expect(totals[.none] == Money(kopecks: 2))
        #expect(totals[.vat7] == nil)
    }
}
