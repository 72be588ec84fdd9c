import Fiscal
import Relay
import Testing

@Suite("Random histories of orders")
struct OrderHistoryTests {
    @Test("No money is lost, doubled or negative, whatever happens to an order", arguments: 0..<8)
    func histories(_ block: Int) throws {
        let shop = try TestShop.settings()
        for seed in UInt64(block * 50)..<UInt64(block * 50 + 50) {
            var history = OrderHistory(seed: seed, shop: shop)
            try history.pay()
            var random = SplitMix64(seed: seed ^ 0xABCD)
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                if Bool.random(using: &random) { try history.ship() } else { history.refund() }
                check(history, seed)
            }
            history.refundAll()
            check(history, seed)
            if history.payments.count == 1 { checkAllBack(history, seed) }
        }
    }

    /// What holds at every moment.
    private func check(_ history: OrderHistory, _ seed: UInt64) {
        let ledger = history.books.ledger
        let taken = ledger.prepayments.reduce(Int64(0)) { $0 + ledger.openSum(of: $1) }
        let offset = ledger.shipments.reduce(Int64(0)) { $0 + $1.body.payments.prepaid.kopecks }
        #expect(offset <= taken, "seed \(seed): offset twice: \(history.log)")
        #expect(ledger.receipts.reduce(0) { $0 + $1.cashFlow } >= 0, "seed \(seed): \(history.log)")
        for payment in history.payments {
            #expect(ledger.left(ofPayment: payment) >= 0, "seed \(seed): \(payment) \(history.log)")
        }
        for receipt in ledger.receipts {
            let body = receipt.body
            #expect(body.items.allSatisfy { $0.sum.isPositive && $0.quantity.isPositive }, "seed \(seed)")
            #expect(body.total.kopecks == body.items.reduce(0) { $0 + $1.sum.kopecks }, "seed \(seed)")
            if receipt.body.type == .sell {
                #expect(ledger.remaining(of: receipt) >= 0, "seed \(seed): \(history.log)")
            }
        }
        for line in history.lines {
            let back = ledger.receipts.filter { $0.body.type == .sellReturn }.flatMap(\.body.items)
                .filter { $0.line == line.id && $0.object != .payment }
                .reduce(Int64(0)) { $0 + $1.quantity.thousandths }
            #expect(back <= line.quantity, "seed \(seed): line \(line.id) \(history.log)")
        }
    }

    /// When the only payment went back whole, nothing is left under any tag.
    private func checkAllBack(_ history: OrderHistory, _ seed: UInt64) {
        let ledger = history.books.ledger
        guard let payment = history.payments.first, ledger.left(ofPayment: payment) == 0 else {
            // Goods on credit may be worth more than the payment: then lines have to be told.
            let owes = !ledger.openCredits.isEmpty || ledger.shipments.contains { !$0.body.payments.credit.isZero }
            #expect(owes, "seed \(seed): nothing stands in the way of giving all back: \(history.log)")
            return
        }
        #expect(ledger.receipts.reduce(0) { $0 + $1.cashFlow } == 0, "seed \(seed): \(history.log)")
        #expect(ledger.openPrepayment == .zero, "seed \(seed): \(history.log)")
        var sums: [VATRate: Int64] = [:]
        for receipt in ledger.receipts {
            let sign: Int64 = receipt.body.type == .sell ? 1 : -1
            for item in receipt.body.items where !item.method.isPrepayment {
                sums[item.vat, default: 0] += sign * item.sum.kopecks
            }
        }
        guard ledger.shipments.allSatisfy({ $0.body.payments.credit.isZero }) else { return }
        #expect(sums.values.allSatisfy { $0 == 0 }, "seed \(seed): \(sums) \(history.log)")
    }
}
