import Fiscal
import Postgres
import Relay
import Testing

/// Orders whose prepayment is still open.
@Suite struct PrepaymentAccountTests {
    private static let lines = [Payload.line("1", "100.00")]

    @Test func anOrderIsOpenUntilItIsClosedOrGivenBack() throws {
        var books = Books(try TestShop.settings())
        #expect(PrepaymentAccount(order: "1001", receipts: books.receipts) == nil)
        try books.paid(Payload.paid("5", sum: "100.00", "full_prepayment", Self.lines))
        let account = try #require(PrepaymentAccount(order: "1001", receipts: books.receipts))
        #expect(account.open == Money(kopecks: 10_000))
        #expect(account.since == books.receipts.first?.document.secondsSince1970)
        var closed = books
        try closed.shipped(Payload.shipped(Self.lines))
        #expect(PrepaymentAccount(order: "1001", receipts: closed.receipts) == nil)
        try books.refunded(Payload.refunded("5", "1", sum: "40.00"))
        #expect(PrepaymentAccount(order: "1001", receipts: books.receipts)?.open == Money(kopecks: 6000))
    }

    @Test func onlyAgeOrAShipmentMakesItADiscrepancy() {
        let account = PrepaymentAccount(order: "1001", open: Money(kopecks: 10_000), since: 1_790_000_000)
        func kind(days: Int64, shipped: Bool) -> Discrepancy.Kind? {
            account.discrepancy(
                patience: .seconds(30 * 86_400), shipped: shipped,
                now: Timestamp(microsecondsSince1970: (1_790_000_000 + days * 86_400) * 1_000_000), zone: .moscow)?.kind
        }
        #expect(kind(days: 30, shipped: false) == nil)
        #expect(kind(days: 31, shipped: false) == .unclosed)
        #expect(kind(days: 0, shipped: true) == .unreported)
        #expect(kind(days: 31, shipped: true) == .unreported)
    }
}
