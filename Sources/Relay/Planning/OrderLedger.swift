package import Fiscal

/// What our own receipts of one order say: what is prepaid, handed over, owed and given back.
///
/// The history of an order is read from our ledger and never from a provider's list, which lags and may belong to
/// several cash registers. A receipt that a correction has taken back is history no more, and neither is the document
/// that took it back.
package struct OrderLedger: Sendable {
    /// Oldest first; only receipts that live.
    package let receipts: [PastReceipt]
    /// By our key, the receipts that a repaired one stands for: goods returned of those are returned of it.
    private let repaired: [String: String]
    /// With those that were taken back: the numbers of coming in of their payments stay taken.
    private let everything: [PastReceipt]

    package init(receipts: [PastReceipt]) {
        var undone: Set<String> = []
        var repaired: [String: String] = [:]
        for document in receipts where document.isRepair {
            guard let wrong = receipts.first(where: { $0.externalID == document.originalExternalID }) else { continue }
            if document.body.type.ordinary == wrong.body.type.reversed {
                undone.formUnion([wrong.externalID, document.externalID])
            } else {
                repaired[document.externalID] = wrong.externalID
            }
        }
        self.receipts = receipts.filter { !undone.contains($0.externalID) }
        self.repaired = repaired
        everything = receipts
    }

    // MARK: Kinds of receipts

    package var sales: [PastReceipt] { receipts.filter { $0.body.type.ordinary == .sell } }

    /// Money taken before goods were handed over (methods 1 to 3).
    package var prepayments: [PastReceipt] { sales.filter(\.isPrepayment) }

    /// Goods handed over or sold at once (methods 4 to 6).
    package var handOvers: [PastReceipt] {
        sales.filter { $0.body.items.contains { !$0.method.isPrepayment && $0.method != .creditPayment } }
    }

    /// Hand-overs that settle no payment of their own but offset what was prepaid.
    package var shipments: [PastReceipt] { handOvers.filter { $0.paymentID == nil } }

    /// Whether goods or money of the order went back.
    package var hasReturns: Bool { receipts.contains { $0.body.type.ordinary == .sellReturn } }

    /// The first correction that carries sums alone (FFD 1.05), which do not say what was settled.
    package var withoutItems: PastReceipt? { sales.first { $0.body.items.isEmpty } }

    /// Receipts that gave something of this one back, oldest first.
    package func returns(of original: PastReceipt) -> [PastReceipt] {
        var keys: Set<String> = [original.externalID]
        var key = original.externalID
        while let former = repaired[key], keys.insert(former).inserted { key = former }
        return receipts.filter {
            $0.body.type.ordinary == .sellReturn && $0.originalExternalID.map(keys.contains) == true
        }
    }

    /// Kopecks of a receipt that were not given back.
    package func remaining(of receipt: PastReceipt) -> Int64 {
        receipt.body.total.kopecks - returns(of: receipt).reduce(0) { $0 + $1.body.total.kopecks }
    }

    // MARK: Prepayments

    /// What was prepaid and neither offset by a hand-over nor given back.
    package var openPrepayment: Money {
        let offset = shipments.reduce(Int64(0)) { $0 + $1.body.payments.prepaid.kopecks }
        return Money(kopecks: max(0, prepayments.reduce(0) { $0 + openSum(of: $1) } - offset))
    }

    /// The part of ``openPrepayment`` that was taken under a tax system, less what was offset under it.
    package func openPrepayment(under sno: TaxSystem) -> Money {
        let paid = prepayments.filter { $0.body.sno == sno }.reduce(Int64(0)) { $0 + openSum(of: $1) }
        let offset = shipments.filter { $0.body.sno == sno }
            .reduce(Int64(0)) { $0 + $1.body.payments.prepaid.kopecks }
        return Money(kopecks: min(openPrepayment.kopecks, max(0, paid - offset)))
    }

    /// Kopecks taken before hand-over by this receipt and not given back through it, whether offset or not.
    ///
    /// A mixed receipt may hold lines delivered at payment beside (R28).
    package func openSum(of receipt: PastReceipt) -> Int64 {
        receipt.prepaidSum - returns(of: receipt).reduce(0) { $0 + $1.prepaidSum }
    }

    /// By line, what earlier prepayments put on it and was not given back.
    package var prepaidByLine: [String: Money] {
        var sums: [String: Int64] = [:]
        for receipt in prepayments {
            for item in receipt.body.items where item.method.isPrepayment {
                sums[item.line, default: 0] += item.sum.kopecks
            }
            for item in returns(of: receipt).flatMap(\.body.items) where item.method.isPrepayment {
                sums[item.line, default: 0] -= item.sum.kopecks
            }
        }
        return sums.filter { $0.value > 0 }.mapValues(Money.init(kopecks:))
    }

    /// How much of a line was handed over, in thousandths, returns of it not counted back.
    package func handedOver(line: String) -> Int64 {
        handOvers.flatMap(\.body.items).filter { $0.line == line && !$0.method.isPrepayment }
            .reduce(0) { $0 + $1.quantity.thousandths }
    }

    // MARK: Payments

    /// The number of this coming-in of the payment: 1, or one more for each earlier one that was given back whole.
    package func occurrence(ofPayment payment: String) -> Int {
        let prefix = "payment:\(payment):in:"
        let latest = everything.filter { $0.paymentID == payment && $0.settlementKey.hasPrefix(prefix) }
            .compactMap { Int($0.settlementKey.dropFirst(prefix.count)) }.max()
        guard let latest else { return 1 }
        let isGivenBack = receipts.contains { $0.isRefund(of: payment) } && left(ofPayment: payment) <= 0
        return isGivenBack ? latest + 1 : latest
    }

    /// Kopecks of a payment that were not given back, whatever receipts the refunds were made against.
    package func left(ofPayment payment: String) -> Int64 {
        let own = sales.filter { $0.paymentID == payment }
        // What a return writes off of a hand-over's credit is no money of this payment, unless that is all it was (R20).
        let isOwed = own.contains { $0.body.payments.credit.isPositive }
        let back = receipts.filter { $0.isRefund(of: payment) }.reduce(Int64(0)) {
            $0 + $1.body.total.kopecks - (isOwed ? 0 : $1.body.payments.credit.kopecks)
        }
        return own.reduce(0) { $0 + $1.body.total.kopecks } - back
    }
}

extension PastReceipt {
    /// Whether it repairs another receipt, rather than settling or returning something by itself.
    var isRepair: Bool { settlementKey.hasPrefix("correction:") }

    /// Whether money was taken before hand-over by it.
    var isPrepayment: Bool { body.items.contains { $0.method.isPrepayment } }

    /// Kopecks of its items at methods 1 to 3.
    var prepaidSum: Int64 {
        body.items.filter(\.method.isPrepayment).reduce(0) { $0 + $1.sum.kopecks }
    }

    /// Whether it gives money of this payment back.
    func isRefund(of payment: String) -> Bool {
        body.type.ordinary == .sellReturn && !isRepair && paymentID == payment
    }
}
