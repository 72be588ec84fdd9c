import Testing

@testable import Fiscal

@Suite struct ValidationTests {
    private static func codes(_ faults: FiscalFaults?) -> [String] {
        faults?.all.map { "\($0.field) \($0.code.rawValue)" } ?? []
    }

    @Test("C4: every fault of an order is reported at once, each at its field")
    func everythingAtOnce() throws {
        let code = "0104601234567893215aBcDeFgHiJkL\u{1D}91EE11\u{1D}92AAA="
        var draft = try SettlementDraft(
            order: Order(
                date: ReceiptSample.day, settlement: .fullPayment,
                lines: [
                    ReceiptSample.line("1", " ", "-1", "1.2345", vat: "vat20"),
                    ReceiptSample.line("1", "Сыр", "100.12345", "0.5", vat: "vat23"),
                    ReceiptSample.line("", "Чай", "1", "0"),
                    ReceiptSample.line("3", "Шуба", "1", "2", object: .mark, marks: [code, code, "фыва"]),
                    ReceiptSample.line("4", "Мёд", "1", "100000", vat: "vat5"),
                ], orderDiscount: Money(kopecks: -1), bonus: Money(kopecks: -1)),
            email: "a@b", phone: nil)
        draft.companyINN = "12"
        draft.currency = "USD"
        draft.ffd = .v105
        #expect(
            Self.codes(Validation.faults(in: draft)) == [
                "order.currency currency_unsupported", "items[0].name name_empty",
                "items[0].quantity quantity_precision", "items[0].price price_negative",
                "items[0].vat_rate vat_not_in_force", "items[1].id line_duplicate", "items[1].price price_invalid",
                "items[1].vat_rate vat_unknown", "items[1].measure measure_required", "items[2].id line_id_empty",
                "items[2].quantity quantity_nonpositive", "items[3].marks marks_mismatch",
                "items[3].object object_unsupported", "items[3].marks[1] mark_duplicate",
                "items[3].marks[2] mark_invalid",
                "items[4].quantity limit_quantity", "items[4].vat_rate vat_sno_mismatch",
                "order_discount amount_invalid", "bonus amount_invalid", "customer contact_invalid",
                "customer.name value_missing", "customer.inn inn_invalid",
            ])
    }

    @Test("R30: money that is not the money of the receipts is a fault of the payment, before anything is sent")
    func paid() throws {
        let order = try Order(
            date: ReceiptSample.day, settlement: .fullPrepayment, lines: [ReceiptSample.line("1", "Чай", "250.00", "2")]
        )
        var draft = SettlementDraft(order: order, email: "a@b.ru", phone: nil, paid: Money(kopecks: 50_000))
        #expect(Validation.faults(in: draft) == nil)
        draft.paid = Money(kopecks: 50_001)
        let faults = try #require(Validation.faults(in: draft))
        #expect(Self.codes(faults) == ["payment.sum amount_mismatch"])
        #expect(faults.first.russian == "Сумма не сходится (500.01): должно быть 500.00.")
        draft.order.settlement = .close(HandOver(prepaid: Money(kopecks: 30_000), paidNow: Money(kopecks: 20_000)))
        draft.paid = Money(kopecks: 20_000)
        #expect(Validation.faults(in: draft) == nil)
    }

    @Test("R40: a rate that was refused while it was mapped is not reported twice")
    func knownFaults() throws {
        let known = FiscalFault(.vatAmbiguous, at: "items[0].vat_rate")
        let order = try Order(
            date: ReceiptSample.day, settlement: .fullPayment,
            lines: [ReceiptSample.line("1", "Чай", "250.00", "0", vat: "")])
        let draft = SettlementDraft(order: order, email: "a@b.ru", phone: nil, known: [known])
        #expect(
            Self.codes(Validation.faults(in: draft)) == [
                "items[0].vat_rate vat_ambiguous", "items[0].quantity quantity_nonpositive",
            ])
    }

    @Test("C7, C8: every line that a discount leaves with too little is named")
    func tooLittle() throws {
        let code = "0104601234567893215aBcDeFgHiJkL\u{1D}91"
        let order = try Order(
            date: ReceiptSample.day, settlement: .fullPayment,
            lines: [
                ReceiptSample.line("1", "Гвоздь", "0.01", "1000"),
                ReceiptSample.line("2", "Пакет", "0.00", "1", object: .mark, marks: [code]),
                ReceiptSample.line("3", "Шуруп", "0.01", "500"),
            ], orderDiscount: Money(kopecks: 750))
        #expect(
            Self.codes(Validation.faults(in: order)) == [
                "items[0].price price_below_minimum", "items[1] zero_marked_item", "items[2].price price_below_minimum",
            ])
    }

    @Test("C11, C12: amounts and rates of a settlement without lines are judged too")
    func withoutLines() throws {
        let advance = Order(
            date: ReceiptSample.day, sno: .patent,
            settlement: .advance(Advance(name: "", amount: .zero, vat: "vat22")))
        #expect(
            Self.codes(Validation.faults(in: advance)) == [
                "name name_empty", "vat_rate vat_sno_mismatch", "amount amount_mismatch",
            ])
        let balances = [
            CreditBalance(line: "1", name: "Чай", vat: "vat20", balance: Money(kopecks: 100)),
            CreditBalance(line: "2", name: "\t", vat: "vat1", balance: Money(kopecks: -1)),
        ]
        let credit = Order(
            date: ReceiptSample.day,
            settlement: .creditPayment(
                CreditPayment(amount: Money(kopecks: 1), shipDate: ReceiptSample.day, balances: balances)))
        #expect(
            Self.codes(Validation.faults(in: credit)) == [
                "credit_balances[0].vat_rate vat_not_in_force", "credit_balances[1].name name_empty",
                "credit_balances[1] amount_mismatch", "credit_balances[1].vat_rate vat_unknown",
            ])
        let close = Order(
            date: ReceiptSample.day,
            settlement: .close(
                HandOver(
                    prepaid: Money(kopecks: -1), paidNow: Money(kopecks: -1),
                    burn: BurntRemainder(name: " ", sum: Money(kopecks: -1)))))
        #expect(
            Self.codes(Validation.faults(in: close)) == [
                "items items_empty", "prepaid amount_mismatch", "paid_now amount_mismatch", "burn.name name_empty",
                "burn amount_mismatch",
            ])
    }

    @Test("C13: every position of a return that asks for too much is named")
    func returns() throws {
        let original = try #require(
            ReceiptBuilder.build(
                Order(
                    date: ReceiptSample.day, settlement: .fullPayment,
                    lines: [ReceiptSample.line("1", "Чай", "10", "3"), ReceiptSample.line("2", "Сыр", "10", "1")])
            ).first)
        func quantity(_ line: String, _ text: String) throws -> LineQuantity {
            try LineQuantity(line: line, quantity: ExactDecimal(text))
        }
        let request = try ReturnRequest(
            original: original,
            returns: [
                quantity("1", "2"), quantity("1", "1"), quantity("2", "0"), quantity("9", "1"), quantity("2", "1.0001"),
                quantity("2", "1"),
            ], alreadyReturned: [quantity("1", "1")])
        #expect(
            Self.codes(Validation.faults(in: request)) == [
                "items[1].quantity return_exceeds", "items[2].quantity quantity_nonpositive",
                "items[3].quantity return_exceeds", "items[4].quantity quantity_precision",
            ])
        let fine = try ReturnRequest(original: original, returns: [quantity("2", "1"), quantity("1", "3")])
        #expect(Validation.faults(in: fine) == nil)
        var paidWrong = fine
        paidWrong.payments = Payments(.electronic, Money(kopecks: 1))
        #expect(Self.codes(Validation.faults(in: paidWrong)) == ["payments amount_mismatch"])
    }

    @Test("C15: an exchange names the faults of both sides")
    func exchange() throws {
        let original = try #require(
            ReceiptBuilder.build(
                Order(
                    date: ReceiptSample.day, settlement: .fullPayment,
                    lines: [ReceiptSample.line("1", "Чай", "10", "3")])
            ).first)
        var request = try ExchangeRequest(
            returned: ReturnRequest(
                original: original, returns: [LineQuantity(line: "1", quantity: ExactDecimal("4"))]),
            replacement: Order(
                date: ReceiptSample.day, settlement: .fullPrepayment,
                lines: [ReceiptSample.line("n", "Сыр", "10", "0.5")]))
        #expect(
            Self.codes(Validation.faults(in: request)) == [
                "returned.items[0].quantity return_exceeds", "replacement.items[0].measure measure_required",
            ])
        request.returned.returns = [LineQuantity(line: "1", quantity: try ExactDecimal("3"))]
        request.replacement.lines[0].measure = .kilogram
        #expect(Validation.faults(in: request) == nil)
    }

    @Test("R70, R74, R76: a repair needs its number, a day that was, the sign it repairs, and rates of that day")
    func corrections() throws {
        let right = try Order(
            date: ReceiptSample.day, settlement: .fullPayment,
            lines: [ReceiptSample.line("1", "Чай", "10", "3", vat: "vat22")])
        let wrong = try #require(ReceiptBuilder.build(right).first)
        let last = CivilDate.known(2025, 12, 31)
        let request = CorrectionRequest(
            ffd: .v12, repair: .wrong(wrong, fpd: "4294967296", right: right), baseType: .instruction, baseDate: last,
            baseNumber: " ")
        #expect(
            Self.codes(Validation.faults(in: request, today: CivilDate.known(2025, 12, 30))) == [
                "correction.base_number correction_number_required", "correction.base_date correction_date_future",
                "wrong_fpd fiscal_sign_invalid", "right.items[0].vat_rate vat_not_in_force",
            ])
        let duplicate = CorrectionRequest(
            ffd: .v105, repair: .duplicate(wrong, fpd: "3522207165"), baseType: .own, baseDate: ReceiptSample.day)
        #expect(Validation.faults(in: duplicate, today: ReceiptSample.day) == nil)
        var empty = wrong
        empty.items = []
        let nothing = CorrectionRequest(
            ffd: .v105, repair: .duplicate(empty, fpd: ""), baseType: .own, baseDate: ReceiptSample.day)
        #expect(
            Self.codes(Validation.faults(in: nothing, today: ReceiptSample.day)) == [
                "wrong_receipt correction_receipt_required", "wrong_fpd fiscal_sign_invalid",
            ])
    }

    @Test("R55: an object with a code needs it at hand-over, not when money comes first")
    func codesAtHandOver() throws {
        var order = try Order(
            date: ReceiptSample.day, settlement: .fullPayment,
            lines: [ReceiptSample.line("1", "Шуба", "10", "1", object: .mark)])
        #expect(Self.codes(Validation.faults(in: order)) == ["items[0].marks marks_mismatch"])
        order.settlement = .fullPrepayment
        #expect(Validation.faults(in: order) == nil)
    }
}
