import Fiscal
import Postgres
import Relay
import Testing

/// The bookkeeper's day, and the file it is given in.
@Suite struct DayReportTests {
    private func receipt(
        _ id: Int64, of event: Int64, _ type: ReceiptType, _ payments: Payments, _ state: ReceiptState = .fiscalised
    ) throws -> BookedReceipt {
        BookedReceipt(
            id: id, eventID: event, settlementKey: "k\(id)", type: type, total: try payments.total, payments: payments,
            state: state, destination: "d")
    }

    private func event(_ id: Int64, _ kind: String, _ amount: Int64?) -> BookedEvent {
        BookedEvent(
            id: id, kind: kind, occurredAt: Timestamp(microsecondsSince1970: 0),
            amount: amount.map(Money.init(kopecks:)), fate: .ended("fiscalised"))
    }

    @Test func checksOfBitrixsRegisterArePaymentsAndRefunds() throws {
        func check(_ id: Int64, _ kopecks: Int64, isReturned: Bool = false) -> BookedEvent {
            var event = event(id, "cashbox.check", 9999)
            event.check = BookedEvent.CheckMoney(sum: Money(kopecks: kopecks), isReturned: isReturned)
            return event
        }
        let report = DayReport(
            shop: "main", day: try #require(CivilDate("2026-11-21")),
            events: [check(1, 10_000), check(2, 500), check(3, 700, isReturned: true), check(4, 0)], receipts: [],
            discrepancies: [], openPrepayments: .zero)
        #expect(report.paid.count == 2 && report.paid.sum == Money(kopecks: 10_500))
        #expect(report.refunds.count == 1 && report.refunds.sum == Money(kopecks: 700))
    }

    @Test func eachColumnHasItsOwnSource() throws {
        let day = try #require(CivilDate("2026-11-21"))
        var closing = Payments(.prepaid, Money(kopecks: 30_000))
        closing.credit = Money(kopecks: 5000)
        closing.cash = Money(kopecks: 1)
        var back = Payments(.electronic, Money(kopecks: 2500))
        back.credit = Money(kopecks: 500)
        let report = DayReport(
            shop: "main", day: day,
            events: [
                event(1, "order.paid", 10_000), event(2, "order.paid", 20_050), event(3, "order.shipped", nil),
                event(4, "payment.refunded", nil), event(5, "payment.refunded", 700),
                event(6, "receipt.correction", nil),
            ],
            receipts: [
                try receipt(1, of: 1, .sell, Payments(.electronic, Money(kopecks: 10_000))),
                try receipt(2, of: 2, .sell, Payments(.electronic, Money(kopecks: 20_050)), .refused),
                try receipt(3, of: 3, .sell, closing), try receipt(4, of: 4, .sellReturn, back),
                try receipt(6, of: 6, .sellCorrection, Payments(.other, Money(kopecks: 99))),
                try receipt(7, of: 6, .sellReturnCorrection, Payments(.cash, Money(kopecks: 200))),
                try receipt(8, of: 4, .sellReturn, Payments(.cash, Money(kopecks: 10))),
                try receipt(9, of: 4, .sellReturn, Payments(.other, Money(kopecks: 20))),
            ],
            discrepancies: [
                Discrepancy(
                    .missing, day: day, event: event(2, "order.paid", 20_050), expected: Money(kopecks: 20_050), ""),
                Discrepancy(.different, day: day, expected: Money(kopecks: 1), ""),
                Discrepancy(.missing, day: CivilDate("2026-11-20"), expected: Money(kopecks: 1), ""),
            ],
            openPrepayments: Money(kopecks: -100))
        let columns = Dictionary(uniqueKeysWithValues: zip(DayReport.heading, report.columns))
        #expect(DayReport.heading.count == report.columns.count)
        #expect(
            columns == [
                "shop": "main", "day": "2026-11-21", "paid_count": "2", "paid": "300.50", "receipts_count": "2",
                "receipts": "450.01", "cash": "0.01", "electronic": "100.00", "prepaid": "300.00", "credit": "50.00",
                "other": "0.00", "refunds_count": "2", "refunds": "32.30", "returns_count": "3", "returns": "30.30",
                "corrections_count": "2", "corrections": "2.99", "missing_count": "1", "missing": "200.50",
                "open_prepayments": "-1.00", "returned_cash": "0.10", "returned_electronic": "25.00",
                "returned_other": "0.20", "corrections_in": "0.99", "corrections_out": "2.00",
            ])
    }

    @Test func theHeadingIsAContract() {
        #expect(
            CSVText.line(DayReport.heading)
                == "shop,day,paid_count,paid,receipts_count,receipts,cash,electronic,prepaid,credit,other,refunds_count,"
                + "refunds,returns_count,returns,corrections_count,corrections,missing_count,missing,open_prepayments,"
                + "returned_cash,returned_electronic,returned_other,corrections_in,corrections_out\r\n"
        )
    }

    @Test func fieldsAreQuotedWhereTheyMustBe() {
        #expect(CSVText.line(["a", "", "б в"]) == "a,,б в\r\n")
        #expect(
            CSVText.line(["a,b", "say \"x\"", "two\nlines", "\r"])
                == "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\"\r\"\r\n")
        #expect(CSVText.line(["a\r\nb"]) == "\"a\r\nb\"\r\n")
    }
}
