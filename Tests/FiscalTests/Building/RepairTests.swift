import Testing

@testable import Fiscal

@Suite struct RepairTests {
    private let right = Sample.order([Sample.line("1", "122.00")])

    private func request(
        _ ffd: FFDVersion, _ repair: Repair, type: CorrectionType = .own, number: String? = nil,
        date: CivilDate = .known(2026, 3, 1)
    ) -> CorrectionRequest {
        CorrectionRequest(ffd: ffd, repair: repair, baseType: type, baseDate: date, baseNumber: number)
    }

    private func wrong(_ type: ReceiptType = .sell) throws -> ReceiptBody {
        var receipt = try #require(
            try ReceiptBuilder.build(Sample.order([Sample.line("1", "100.00", vat: "vat10")])).first)
        receipt.type = type
        return receipt
    }

    @Test(
        "R70, R75, C16: a missed receipt is a correction, in FFD 1.05 one with sums alone",
        arguments: FFDVersion.allCases)
    func missed(ffd: FFDVersion) throws {
        let documents = try ReceiptBuilder.correct(request(ffd, .missed(right: right)))
        let document = try #require(documents.first)
        #expect(documents.count == 1)
        #expect(document.type == .sellCorrection)
        #expect(document.items.isEmpty == (ffd == .v105))
        #expect(document.total == Sample.money("122"))
        #expect(document.paid == ["electronic 122.00"])
        #expect(document.vats[.vat22] == Sample.money("22"))
        #expect(document.correction == Correction(type: .own, baseDate: .known(2026, 3, 1)))
        #expect(document.additionalCheckProps == nil)
    }

    @Test("R71, R72, C16: wrong data are reversed and made right, both with 1192", arguments: FFDVersion.allCases)
    func wrongData(ffd: FFDVersion) throws {
        let wrong = try wrong()
        let documents = try ReceiptBuilder.correct(request(ffd, .wrong(wrong, fpd: "42", right: right)))
        #expect(
            documents.map(\.type) == (ffd == .v105 ? [.sellReturn, .sell] : [.sellReturnCorrection, .sellCorrection]))
        #expect(documents.map(\.additionalCheckProps) == ["42", "42"])
        #expect(documents.allSatisfy { ($0.correction == nil) == (ffd == .v105) })
        #expect(documents[0].items == wrong.items)
        #expect(documents[0].vats == wrong.vats)
        #expect(documents[1].vats[.vat22] == Sample.money("22"))
    }

    @Test("R73, C16: a duplicate is only reversed, also one of a return", arguments: [ReceiptType.sell, .sellReturn])
    func duplicate(type: ReceiptType) throws {
        let new = try ReceiptBuilder.correct(request(.v12, .duplicate(wrong(type), fpd: "7")))
        #expect(new.map(\.type) == [type == .sell ? .sellReturnCorrection : .sellCorrection])
        let old = try ReceiptBuilder.correct(request(.v105, .duplicate(wrong(type), fpd: "7")))
        #expect(old.map(\.type) == [type == .sell ? .sellReturn : .sell])
    }

    @Test("R74, C16: an instruction needs its number, before any other fault; a repair of one's own carries none")
    func number() throws {
        let bad = Sample.order([Sample.line("1", "-1")])
        for ffd in FFDVersion.allCases {
            for repair in [
                Repair.missed(right: bad), .wrong(try wrong(), fpd: "1", right: bad), .duplicate(try wrong(), fpd: "1"),
            ] {
                for number in [nil, ""] {
                    #expect(
                        Sample.code { () throws(FiscalFault) in
                            try ReceiptBuilder.correct(request(ffd, repair, type: .instruction, number: number))
                        } == .correctionNumberRequired)
                }
            }
        }
        let ordered = try ReceiptBuilder.correct(
            request(.v12, .missed(right: right), type: .instruction, number: "12-3/4"))
        #expect(ordered.first?.correction?.baseNumber == "12-3/4")
        let own = try ReceiptBuilder.correct(request(.v12, .missed(right: right), number: "12-3/4"))
        #expect(own.first?.correction?.baseNumber == nil)
    }

    @Test("R34, R76: the rates are those of the corrected day, for a credit payment those of its hand-over")
    func rates() throws {
        var order = Sample.order([Sample.line("1", "120.00", vat: "vat20")])
        order.rateDate = Sample.day
        let old = CivilDate.known(2025, 12, 30)
        let repaired = try ReceiptBuilder.correct(request(.v12, .missed(right: order), date: old))
        #expect(repaired.first?.vats[.vat20] == Sample.money("20"))
        #expect(
            Sample.code { () throws(FiscalFault) in
                try ReceiptBuilder.correct(request(.v12, .missed(right: right), date: old))
            } == .vatNotInForce)
        let payment = CreditPayment(
            amount: Sample.money("12"), shipDate: old,
            balances: [CreditBalance(line: "1", name: "А", vat: "vat20", balance: Sample.money("12"))])
        let credit = try ReceiptBuilder.correct(
            request(.v12, .missed(right: Sample.order(.creditPayment(payment), []))))
        #expect(credit.first?.vats[.vat20] == Sample.money("2"))
    }

    @Test("R71: what was wrong is copied as issued, even if it breaks every rule")
    func copiedAsIssued() throws {
        var wrong = try wrong()
        wrong.items[0].price = Sample.money("99")
        wrong.total = Sample.money("1")
        let documents = try ReceiptBuilder.correct(request(.v12, .duplicate(wrong, fpd: "1")))
        #expect(documents.first?.total == Sample.money("1"))
        #expect(documents.first?.items == wrong.items)
    }
}
