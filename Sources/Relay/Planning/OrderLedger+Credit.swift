package import Fiscal

/// What a buyer still owes for one hand-over on credit.
package struct OpenCredit: Sendable {
    package let handOver: PastReceipt
    /// Above zero each, in the order of the receipt's lines.
    package let balances: [CreditBalance]

    /// Kopecks.
    package var total: Int64 { balances.reduce(0) { $0 + $1.balance.kopecks } }
}

extension OrderLedger {
    /// Hand-overs that are not paid for yet, oldest first, with what is owed for each line (R14, R15).
    ///
    /// A payment of a credit belongs to the oldest hand-over of its lines that was owed for; one that was given back is
    /// owed again. What a return wrote off is owed no more (R20).
    package var openCredits: [OpenCredit] {
        var open: [(handOver: PastReceipt, owed: [String: Int64])] = []
        for handOver in handOvers {
            guard var owed = handOver.body.creditBalances?.mapValues(\.kopecks) else { continue }
            for past in returns(of: handOver) { Self.writeOff(past.body, from: &owed) }
            open.append((handOver, owed))
        }
        for payment in sales {
            var paid: [String: Int64] = [:]
            for item in payment.body.items where item.method == .creditPayment {
                paid[item.line, default: 0] += item.sum.kopecks
            }
            for item in returns(of: payment).flatMap(\.body.items) where item.method == .creditPayment {
                paid[item.line, default: 0] -= item.sum.kopecks
            }
            for (line, sum) in paid {
                var sum = sum
                for index in open.indices where sum > 0 {
                    let part = min(sum, open[index].owed[line] ?? 0)
                    open[index].owed[line, default: 0] -= part
                    sum -= part
                }
            }
        }
        return open.compactMap { handOver, owed in
            var seen: Set<String> = []
            let balances = handOver.body.items.compactMap { item -> CreditBalance? in
                guard let balance = owed[item.line], balance > 0, seen.insert(item.line).inserted else { return nil }
                return CreditBalance(
                    line: item.line, name: item.name, vat: item.vat.plain.rawValue, balance: Money(kopecks: balance),
                    agent: item.agent)
            }
            return balances.isEmpty ? nil : OpenCredit(handOver: handOver, balances: balances)
        }
    }

    /// The debt that a return cancels: first of its own lines, then of the others.
    private static func writeOff(_ body: ReceiptBody, from owed: inout [String: Int64]) {
        var left = body.payments.credit.kopecks
        for item in body.items {
            let part = min(left, item.sum.kopecks, owed[item.line] ?? 0)
            owed[item.line, default: 0] -= part
            left -= part
        }
        for line in owed.keys.sorted() where left > 0 {
            let part = min(left, owed[line] ?? 0)
            owed[line, default: 0] -= part
            left -= part
        }
    }
}
