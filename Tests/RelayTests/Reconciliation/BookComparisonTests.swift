import Fiscal
import Postgres
import Relay
import Testing

/// The comparison of the books, as values.
@Suite struct BookComparisonTests {
    private let comparison = BookComparison(
        zone: .moscow, now: Timestamp(microsecondsSince1970: 1_790_000_000_000_000), deadline: .seconds(86_400))

    /// An event of two days before the present.
    private func event(
        _ id: Int64 = 1, _ kind: String = "order.paid", amount: Int64? = 10_000,
        fate: BookedEvent.Fate = .ended("fiscalised"), hoursAgo: Int64 = 48
    ) -> BookedEvent {
        BookedEvent(
            id: id, kind: kind,
            occurredAt: Timestamp(microsecondsSince1970: (1_790_000_000 - hoursAgo * 3600) * 1_000_000),
            amount: amount.map(Money.init(kopecks:)), order: "1001", payment: "5", fate: fate)
    }

    private func receipt(
        _ id: Int64 = 1, of event: Int64 = 1, part: Int = 1, edition: Int = 1, total: Int64 = 10_000,
        credit: Int64 = 0, _ state: ReceiptState = .fiscalised, type: ReceiptType = .sell, fd: String? = nil,
        settlement: String = "payment:5:in:1"
    ) -> BookedReceipt {
        var payments = Payments(.electronic, Money(kopecks: total - credit))
        payments.credit = Money(kopecks: credit)
        return BookedReceipt(
            id: id, eventID: event, part: part, edition: edition, settlementKey: settlement, order: "1001", type: type,
            total: Money(kopecks: total), payments: payments, state: state, destination: "cloudkassir:main",
            providerID: "n\(id)", fn: "9999078900001234", fd: fd ?? "\(id)", fpd: "\(id)77")
    }

    private func kinds(
        _ events: [BookedEvent], _ receipts: [BookedReceipt], _ statements: [Int64: ProviderStatement] = [:]
    ) -> [Discrepancy.Kind] {
        comparison.discrepancies(events, receipts, statements).map(\.kind)
    }

    private func printed(_ receipt: BookedReceipt, total: Money? = nil) -> ProviderStatement {
        .printed(fn: receipt.fn ?? "", fd: receipt.fd ?? "", fpd: receipt.fpd ?? "", total: total ?? receipt.total)
    }

    // MARK: Events

    @Test func whatAgreesIsSilent() {
        #expect(kinds([event()], [receipt()], [1: printed(receipt())]).isEmpty)
        let parts = [receipt(1, total: 4000), receipt(2, part: 2, total: 6000)]
        #expect(kinds([event()], parts).isEmpty)
        #expect(kinds([event(amount: nil)], [receipt()]).isEmpty)
        #expect(kinds([event(fate: .ended("nothing_due"))], []).isEmpty)
        #expect(kinds([event(fate: .ended("shadow"))], [receipt(1, .shadow)]).isEmpty)
    }

    @Test(arguments: [
        (BookedEvent.Fate.dead("amount_mismatch"), 1), (.lost, 1), (.ended("fiscalised"), 1), (.ended("cancelled"), 1),
        (.open, 1),
    ])
    func moneyWithoutAReceiptIsMissing(fate: BookedEvent.Fate, count: Int) {
        let found = comparison.discrepancies([event(fate: fate)], [receipt(1, .planned)])
        #expect(found.map(\.kind) == [.missing])
        #expect(found.first?.expected == Money(kopecks: 10_000))
        #expect(found.first?.found == nil)
        #expect(found.first?.day == CivilDate("2026-09-19"))
        #expect(found.first?.order == "1001" && found.first?.payment == "5")
    }

    @Test func whatIsStillInTimeIsNotMissing() {
        #expect(kinds([event(fate: .open, hoursAgo: 23)], []).isEmpty)
        #expect(kinds([event(fate: .open, hoursAgo: 25)], []) == [.missing])
        #expect(kinds([event(fate: .dead("x"), hoursAgo: 1)], []) == [.missing])
    }

    @Test func halfOfTheReceiptsIsToldWithWhatIsThere() {
        let parts = [receipt(1, total: 4000), receipt(2, part: 2, total: 6000, .refused)]
        let found = comparison.discrepancies([event(fate: .dead("bad_inn"))], parts)
        #expect(found.first?.found == Money(kopecks: 4000))
        #expect(found.first?.detail.contains("bad_inn") == true)
    }

    @Test func anotherAmountIsDifferent() {
        let found = comparison.discrepancies([event()], [receipt(total: 9999)])
        #expect(found.map(\.kind) == [.different])
        #expect(found.first?.expected == Money(kopecks: 10_000) && found.first?.found == Money(kopecks: 9999))
    }

    @Test func aReturnOnCreditGivesBackLessThanItsTotal() {
        let refund = event(1, "payment.refunded", amount: 6000)
        #expect(kinds([refund], [receipt(total: 10_000, credit: 4000, type: .sellReturn)]).isEmpty)
        #expect(kinds([refund], [receipt(total: 10_000, credit: 3000, type: .sellReturn)]) == [.different])
        // Of a sale the credit counts: it is what the event says was sold.
        #expect(kinds([event()], [receipt(credit: 4000)]).isEmpty)
    }

    // MARK: Doubles

    @Test func oneDocumentForTwoReceiptsIsDoubled() {
        let receipts = [
            receipt(1, settlement: "payment:5:in:1"), receipt(2, of: 2, fd: "1", settlement: "payment:6:in:1"),
        ]
        let found = comparison.discrepancies([event(1), event(2)], receipts)
        #expect(found.map(\.kind) == [.doubled])
        #expect(found.first?.receiptID == 2)
    }

    @Test func oneSettlementReceiptedTwiceIsDoubled() {
        let found = comparison.discrepancies([event(1), event(2)], [receipt(1), receipt(2, of: 2)])
        #expect(found.map(\.kind) == [.doubled])
        #expect(found.first?.found == Money(kopecks: 10_000))
        #expect(kinds([event(1)], [receipt(1, total: 5000), receipt(2, part: 2, total: 5000)]).isEmpty)
        #expect(kinds([event(1), event(2)], [receipt(1, .refused), receipt(2, of: 2)]) == [.missing])
    }

    @Test func anEditionThatWasGivenUpAndPrintedAllTheSameIsDoubled() {
        let receipts = [receipt(1, .refused), receipt(2, edition: 2)]
        let said: [Int64: ProviderStatement] = [1: printed(receipts[0]), 2: printed(receipts[1])]
        let found = comparison.discrepancies([event()], receipts, said)
        #expect(found.map(\.kind) == [.doubled])
        #expect(found.first?.receiptID == 1)
    }

    // MARK: The provider

    @Test func otherSignsAndOtherAmountsAreDifferent() {
        let ours = receipt()
        for said: ProviderStatement in [
            .printed(fn: "9999078900009999", fd: "1", fpd: "177", total: ours.total),
            .printed(fn: "9999078900001234", fd: "2", fpd: "177", total: ours.total),
            .printed(fn: "9999078900001234", fd: "1", fpd: "178", total: ours.total),
            printed(ours, total: Money(kopecks: 10_001)), .waiting, .failed("kkt_offline"), .unknown,
        ] { #expect(kinds([event()], [ours], [1: said]) == [.different], "\(said)") }
        #expect(
            kinds([event()], [ours], [1: .printed(fn: "9999078900001234", fd: "1", fpd: "177", total: nil)]).isEmpty)
    }

    @Test func whatIsUnderWayMayLagBehindTheProvider() {
        let ours = receipt(1, .submitted)
        let open = event(fate: .open, hoursAgo: 1)
        for said: ProviderStatement in [printed(ours), .waiting, .failed("x"), .unknown] {
            #expect(kinds([open], [ours], [1: said]).isEmpty, "\(said)")
        }
        let dead = event(fate: .dead("in_doubt"))
        #expect(kinds([dead], [ours], [1: printed(ours)]) == [.missing, .different])
        #expect(kinds([dead], [ours], [1: .unknown]) == [.missing, .different])
    }

    @Test func whatCouldNotBeAskedIsToldOnce() {
        let receipts = (1...3).map { receipt(Int64($0), of: Int64($0), settlement: "payment:\($0):in:1") }
        let events = (1...3).map { event(Int64($0)) }
        let said: [Int64: ProviderStatement] = [
            1: printed(receipts[0]), 2: .unasked("network"), 3: .unasked("network"),
        ]
        let found = comparison.discrepancies(events, receipts, said)
        #expect(found.map(\.kind) == [.unasked])
        #expect(found.first?.detail.contains("network × 2") == true)
    }

    @Test func moneyBackForGoodsThatNobodySpeaksOfIsSaidWhileItIsRecent() throws {
        var refund = event(2, "payment.refunded")
        #expect(comparison.discrepancies([refund], [receipt(of: 2, type: .sellReturn)]).isEmpty)
        refund.leavesGoodsOut = true
        let found = comparison.discrepancies([refund], [receipt(of: 2, type: .sellReturn)])
        #expect(found.map(\.kind) == [.unreturned])
        #expect(found.first?.isGivenUp == true && found.first?.eventID == 2 && found.first?.order == "1001")
        #expect(found.first?.detail.contains("undo their shipment") == true)
    }
}
