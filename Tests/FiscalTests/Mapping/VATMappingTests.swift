import Testing

@testable import Fiscal

@Suite struct VATMappingTests {
    @Test(
        "R40: a fraction and a percentage give the same rate",
        arguments: [
            ("0.22", VATRate.vat22), ("22.0000", .vat22), ("22", .vat22), ("0.2", .vat20), ("20", .vat20),
            ("0.10", .vat10),
            ("10", .vat10), ("0.07", .vat7), ("7.00", .vat7), ("0.05", .vat5), ("5", .vat5), ("", .none),
            (nil, .none), (" 22 ", .vat22), ("0.2200004", .vat22), ("21.9999996", .vat22), ("00022", .vat22),
            ("0.2200000000000000011102230246251565404236316680908203125", .vat22),
            ("0.21999999999999999999999999999999999999999999999999999999", .vat22),
        ] as [(String?, VATRate)])
    func mapped(text: String?, expected: VATRate) throws {
        #expect(try VATMapping().rate(for: text) == expected)
    }

    @Test(
        "R40: what is no rate of today is an error, never 'without VAT'",
        arguments: [
            "1", "12", "18", "0.18", "0.12", "22%", ".05", "НДС 22", "-22", "-0.22", "abc", " ", "0,22", "22,0", "1e1",
            "+22",
            "0.225", "22.5", "100", "0.5", "2200", "0.220001", "1.0", "0.999999", "22.000001", "NaN", "inf", "null",
            "--22",
            "22.", "0x16", "٢٢", "99999999999999999999999999999999999999999", "0.22 ₽", ".", "-",
        ])
    func unknown(text: String) {
        let fault = #expect(throws: FiscalFault.self) { try VATMapping(zeroMeans: .none).rate(for: text) }
        #expect(fault?.code == .vatUnknown)
        #expect(fault?.field == "vat_rate")
    }

    @Test(
        "R39, R40: a rate of zero means what the shop has said, and nothing before",
        arguments: ["0", "0.0000", "0.0", "00", "-0", "0.0000004"])
    func zero(text: String) throws {
        #expect(try VATMapping(zeroMeans: .vat0).rate(for: text) == .vat0)
        #expect(try VATMapping(zeroMeans: .none).rate(for: text) == VATRate.none)
        let fault = #expect(throws: FiscalFault.self) { try VATMapping().rate(for: text) }
        #expect(fault?.code == .vatAmbiguous)
    }

    @Test("R40: a taxed line in a shop that does not pay VAT is a mismatch", arguments: ["0.2", "22", "5"])
    func payer(text: String) throws {
        let mapping = VATMapping(isPayer: false, zeroMeans: .none)
        let fault = #expect(throws: FiscalFault.self) { try mapping.rate(for: text) }
        #expect(fault?.code == .vatPayerMismatch)
        #expect(try mapping.rate(for: nil as String?) == .none)
        #expect(try mapping.rate(for: "0") == .none)
        let unknown = #expect(throws: FiscalFault.self) { try mapping.rate(for: "18") }
        #expect(unknown?.code == .vatUnknown)
    }

    @Test("R40: a number of JSON is mapped like its text")
    func numbers() throws {
        #expect(try VATMapping().rate(for: ExactDecimal("0.07")) == .vat7)
        #expect(try VATMapping().rate(for: ExactDecimal("22")) == .vat22)
        #expect(try VATMapping().rate(for: nil as ExactDecimal?) == .none)
        #expect(throws: FiscalFault.self) { try VATMapping().rate(for: ExactDecimal("1")) }
    }
}
