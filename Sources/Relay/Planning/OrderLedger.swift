package import Fiscal

/// What our own receipts of one order say: what is prepaid, handed over, owed and given back.
///
/// The history of an order is read from our ledger and never from a provider's list, which lags and may belong to
/// several cash registers.
package struct OrderLedger: Sendable {
    /// Oldest first; only receipts that live.
    package let receipts: [PastReceipt]

    package init(receipts: [PastReceipt]) {
        self.receipts = receipts
    }

    // MARK: Kinds of receipts

    /// Money taken before goods were handed over (methods 1 to 3).
    package var prepayments: [PastReceipt] {
        sales.filter { $0.body.items.contains { $0.method.isPrepayment } }
    }

    /// Goods handed over or sold at once (methods 4 to 6).
    package var handOvers: [PastReceipt] {
        sales.filter { $0.body.items.contains { !$0.method.isPrepayment && $0.method != .creditPayment } }
    }

    package var sales: [PastReceipt] { receipts.filter { $0.body.type.ordinary == .sell } }

    package func returns(of original: PastReceipt) -> [PastReceipt] {
        receipts.filter { $0.body.type.ordinary == .sellReturn && $0.originalExternalID == original.externalID }
    }

    /// What was given back of a receipt so far, in the order in which it happened.
    package func alreadyReturned(of original: PastReceipt) -> [LineQuantity] {
        returns(of: original).flatMap { past in
            past.body.items.map { LineQuantity(line: $0.line, quantity: $0.quantity.decimal) }
        }
    }

    // MARK: Prepayments

    /// What was prepaid and neither offset by a hand-over nor given back.
    package var openPrepayment: Money {
        let paid = prepayments.reduce(Int64(0)) { sum, receipt in
            sum + prepaidSum(of: receipt) - returns(of: receipt).reduce(0) { $0 + $1.body.total.kopecks }
        }
        let offset = handOvers.reduce(Int64(0)) { $0 + $1.body.payments.prepaid.kopecks }
        return Money(kopecks: max(0, paid - offset))
    }

    /// The part of a receipt that was taken before hand-over: a mixed one may hold lines delivered at payment (R28).
    private func prepaidSum(of receipt: PastReceipt) -> Int64 {
        receipt.body.items.filter(\.method.isPrepayment).reduce(0) { $0 + $1.sum.kopecks }
    }

    /// By line, what earlier prepayments put on it and was not given back.
    package var prepaidByLine: [String: Money] {
        var sums: [String: Int64] = [:]
        for receipt in prepayments {
            for item in receipt.body.items where item.method.isPrepayment {
                sums[item.line, default: 0] += item.sum.kopecks
            }
            for past in returns(of: receipt) {
                for item in past.body.items { sums[item.line, default: 0] -= item.sum.kopecks }
            }
        }
        return sums.filter { $0.value > 0 }.mapValues(Money.init(kopecks:))
    }

    /// How much of a line was handed over, in thousandths, returns of it not counted back.
    package func handedOver(line: String) -> Int64 {
        handOvers.reduce(0) { sum, receipt in
            sum
                + receipt.body.items.filter { $0.line == line && !$0.method.isPrepayment }
                .reduce(0) { $0 + $1.quantity.thousandths }
        }
    }

    // MARK: Credit

    /// What the buyer still owes for goods handed over on credit, and on which day they were handed over.
    package var credit: (balances: [CreditBalance], shipDate: CivilDate)? {
        guard let handOver = handOvers.last(where: { $0.body.creditBalances != nil }),
            let owed = handOver.body.creditBalances
        else { return nil }
        var left = owed.mapValues(\.kopecks)
        for receipt in sales {
            for item in receipt.body.items where item.method == .creditPayment {
                left[item.line, default: 0] -= item.sum.kopecks
            }
        }
        var seen: Set<String> = []
        let balances = handOver.body.items.compactMap { item -> CreditBalance? in
            guard let balance = left[item.line], balance > 0, seen.insert(item.line).inserted else { return nil }
            return CreditBalance(
                line: item.line, name: item.name, vat: item.vat.plain.rawValue, balance: Money(kopecks: balance))
        }
        return (balances, handOver.document.settledAt.date)
    }

    // MARK: Payments

    /// The number of this coming-in of the payment: 1, or one more for each earlier one that was given back whole.
    package func occurrence(ofPayment payment: String) -> Int {
        let earlier = sales.filter { $0.paymentID == payment && $0.settlementKey.hasPrefix("payment:\(payment):in:") }
        let times = Set(earlier.map(\.settlementKey))
        let givenBack = times.filter { key in
            earlier.filter { $0.settlementKey == key }.allSatisfy { remaining(of: $0) == 0 }
        }
        return givenBack.count + 1
    }

    /// Kopecks of a receipt that were not given back.
    package func remaining(of receipt: PastReceipt) -> Int64 {
        receipt.body.total.kopecks - returns(of: receipt).reduce(0) { $0 + $1.body.total.kopecks }
    }
}
