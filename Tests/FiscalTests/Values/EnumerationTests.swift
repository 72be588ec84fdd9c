import Foundation
import Testing

@testable import Fiscal

@Suite struct EnumerationTests {
    @Test("R8, R9: the numbers of tag 1054, and what undoes what")
    func receiptTypes() {
        #expect(ReceiptType.allCases.map(\.tag1054) == [1, 2, 3, 4, 1, 2, 3, 4])
        for type in ReceiptType.allCases {
            #expect(type.reversed.reversed == type.ordinary)
            #expect(type.correction.ordinary == type.ordinary)
            #expect(type.isCorrection == type.rawValue.hasSuffix("_correction"))
        }
        #expect(ReceiptType.sellCorrection.reversed == .sellReturn)
    }

    @Test("Tag 1214: 1 to 7")
    func methods() {
        #expect(SettlementMethod.allCases.map(\.tag1214) == Array(1...7))
        #expect(SettlementMethod.allCases.filter(\.isHandOver) == [.fullPayment, .partialPayment, .credit])
    }

    @Test("Tag 1212: each object has its own code; 30 to 33 need FFD 1.2")
    func objects() {
        let codes = SettlementObject.allCases.map(\.tag1212)
        #expect(codes == [1, 2, 3, 4, 9, 10, 11, 12, 13, 14, 19, 30, 31, 32, 33])
        #expect(SettlementObject.allCases.filter(\.requiresFFD12).map(\.tag1212) == [30, 31, 32, 33])
        #expect(SettlementObject.allCases.filter(\.carriesMark) == [.exciseMark, .mark])
    }

    @Test("R48: tag 1055, and envd is no tax system any more")
    func taxSystems() throws {
        #expect(TaxSystem.allCases.map(\.tag1055) == [1, 2, 4, 16, 32])
        #expect(throws: FiscalFault.self) { try TaxSystem.named("envd", at: "sno") }
        do {
            _ = try JSONDecoder().decode([TaxSystem].self, from: Data(#"["osn", "envd"]"#.utf8))
            Issue.record("envd was taken")
        } catch let fault as FiscalFault {
            #expect(fault.code == .taxSystemInvalid)
            #expect(fault.field == "[1]")
            #expect(fault.allowed == ["osn", "usn_income", "usn_income_outcome", "esn", "patent"])
        }
    }

    @Test("R30: payments add up, and zero entries are absent in JSON")
    func payments() throws {
        var payments = Payments(.prepaid, Money(kopecks: 100_000))
        payments.electronic = Money(kopecks: 1)
        #expect(try payments.total == Money(kopecks: 100_001))
        #expect(payments.entries.map(\.means.tag) == [1081, 1215])
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try encoder.encode(payments)
        #expect(String(decoding: json, as: UTF8.self) == #"{"electronic":"0.01","prepaid":"1000.00"}"#)
        #expect(try JSONDecoder().decode(Payments.self, from: json) == payments)
        #expect(PaymentMeans.allCases.map(\.tag) == [1031, 1081, 1215, 1216, 1217])
    }
}
