import Foundation
import Testing

@testable import Fiscal

/// What holds for every order. `FISCAL_PROPERTY_ORDERS` sets how many are made (3,000; in the long form 100,000 and
/// more), `FISCAL_PROPERTY_SEED` which; a failing one is named by its seed.
@Suite struct OrderPropertyTests {
    private static let count = Int(ProcessInfo.processInfo.environment["FISCAL_PROPERTY_ORDERS"] ?? "") ?? 3000
    private static let seed = UInt64(ProcessInfo.processInfo.environment["FISCAL_PROPERTY_SEED"] ?? "") ?? 54

    /// Runs `body` for each generated order, with a generator of its own.
    private func forEachOrder(
        marked: Bool = true, divided: Int = 1, _ body: (Order, inout SplitMix64) throws -> Void
    ) {
        for index in 0..<UInt64(Self.count / divided) {
            let seed = Self.seed &* 1_000_000_007 &+ index
            var random = SplitMix64(seed: seed)
            let order = GeneratedOrder.order(&random, marked: marked)
            do {
                try body(order, &random)
            } catch {
                Issue.record("seed \(seed): \(error)")
                return
            }
        }
    }

    private struct Broken: Error {
        let what: String
        init(_ what: String) { self.what = what }
    }

    private func demand(_ holds: Bool, _ what: @autoclosure () -> String) throws {
        guard holds else { throw Broken(what()) }
    }

    /// The receipts, or nil where the order has one of the faults that an order may have.
    private func built(_ order: Order) throws -> [ReceiptBody]? {
        do {
            return try ReceiptBuilder.build(order)
        } catch {
            let lawful: [FaultCode] = [.discountExceeds, .zeroMarkedItem, .priceBelowMinimum, .limitSum]
            try demand(lawful.contains(error.code), "unexpected \(error)")
            return nil
        }
    }

    @Test(
        "R30, R31, C5–C8, C10: sums agree, nothing is negative, lines keep their order, and a second reckoning agrees")
    func sumsAgree() {
        forEachOrder { order, _ in
            guard let receipts = try built(order) else { return }
            try demand(receipts.count <= 1, "one tax system, \(receipts.count) receipts")
            let nets = try #require(OrderOracle.nets(of: order))
            try demand(receipts.reduce(0) { $0 + $1.total.kopecks } == nets.reduce(0, +), "total")
            guard let receipt = receipts.first else { return }
            try check(receipt)
            for (line, net) in zip(order.lines, nets) {
                let items = receipt.items.filter { $0.line == line.id }
                try demand(items.reduce(0) { $0 + $1.sum.kopecks } == net, "net of line \(line.id)")
                let quantity = try Quantity(exactly: line.quantity).thousandths
                let sold = items.reduce(0) { $0 + $1.quantity.thousandths }
                try demand(
                    sold == quantity || (net == 0 && sold == 0 && order.zeroLines == .omit), "quantity of \(line.id)")
                if line.isMarked, net > 0 {
                    try demand(items.map(\.mark) == line.marks, "codes of \(line.id)")
                } else if net > 0 {
                    let price = try #require(OrderOracle.price(of: line))
                    let expected = try #require(Oracle.form(price: price, quantity: quantity, net: net))
                    try demand(
                        items.map { [$0.price.kopecks, $0.quantity.thousandths, $0.sum.kopecks] } == expected,
                        "form of \(line.id)")
                }
            }
            let positions = receipt.items.map { item in order.lines.firstIndex { $0.id == item.line } ?? -1 }
            try demand(positions == positions.sorted(), "order of lines")
        }
    }

    private func check(_ receipt: ReceiptBody) throws {
        var vats: [VATRate: Int64] = [:]
        for item in receipt.items {
            try demand(item.sum.kopecks >= 0 && item.price.kopecks >= 0 && item.quantity.isPositive, "negative")
            try demand(Oracle.product(item.price.kopecks, item.quantity.thousandths) == item.sum.kopecks, "R31")
            try demand(OrderOracle.tax(item) == item.vatSum.kopecks, "VAT of \(item.line)")
            vats[item.vat, default: 0] +=
                item.vat == .none || item.vat == .vat0 ? item.sum.kopecks : item.vatSum.kopecks
        }
        try demand(receipt.items.reduce(0) { $0 + $1.sum.kopecks } == receipt.total.kopecks, "R30: items")
        try demand(receipt.payments.entries.reduce(0) { $0 + $1.sum.kopecks } == receipt.total.kopecks, "R30: payments")
        try demand(
            Dictionary(uniqueKeysWithValues: receipt.vats.entries.map { ($0.rate, $0.amount.kopecks) }) == vats,
            "VAT per rate")
        try demand(receipt.items.count <= 100 && receipt.total <= .receiptLimit, "limits")
    }

    @Test("R20, C13: building and returning everything at once nets to zero in every tag")
    func returningEverything() {
        forEachOrder { order, _ in
            guard let sale = try built(order)?.first else { return }
            let quantities = Self.quantities(of: sale)
            guard
                let back = try self.back(
                    ReturnRequest(
                        original: sale,
                        returns: quantities.map { LineQuantity(line: $0.line, quantity: $0.quantity.decimal) }))
            else { return }
            try demand(back.type == .sellReturn, "type")
            try demand(back.total == sale.total, "total")
            try demand(back.vats == sale.vats, "VAT")
            try demand(back.items == sale.items, "items")
            try demand(back.payments == sale.payments, "payments")
        }
    }

    /// The quantities of each line of a receipt.
    private static func quantities(of receipt: ReceiptBody) -> [(line: String, quantity: Quantity)] {
        var sums: [(line: String, quantity: Quantity)] = []
        for item in receipt.items {
            if let last = sums.last, last.line == item.line {
                sums[sums.count - 1].quantity = Quantity(
                    thousandths: last.quantity.thousandths + item.quantity.thousandths)
            } else {
                sums.append((item.line, item.quantity))
            }
        }
        return sums
    }

    /// The receipt of a return; nil where a piece would cost nothing, which is refused.
    private func back(_ request: ReturnRequest) throws -> ReceiptBody? {
        do {
            return try ReceiptBuilder.return(request).first
        } catch {
            try demand(error.code == .priceBelowMinimum, "unexpected \(error)")
            return nil
        }
    }

    @Test("C13: splitting the returns in any way and any order never loses a kopeck", arguments: [false, true])
    func returningInParts(byReceipts: Bool) {
        forEachOrder { order, random in
            guard let sale = try built(order)?.first else { return }
            var left = Self.quantities(of: sale)
            var earlier: [ReceiptBody] = []
            var already: [LineQuantity] = []
            var attempts = 0
            while !left.isEmpty, attempts < 60 {
                attempts += 1
                let index = Int.random(in: left.indices, using: &random)
                let rest = left[index].quantity.thousandths
                let isWhole = left[index].quantity.isWhole
                let taken =
                    isWhole
                    ? Int64.random(in: 1...(rest / 1000), using: &random) * 1000
                    : (attempts > 20 ? rest : Int64.random(in: 1...rest, using: &random))
                let wanted = LineQuantity(line: left[index].line, quantity: Quantity(thousandths: taken).decimal)
                let request =
                    byReceipts
                    ? ReturnRequest(original: sale, returns: [wanted], earlierReturns: earlier)
                    : ReturnRequest(original: sale, returns: [wanted], alreadyReturned: already)
                guard let back = try self.back(request) else { continue }
                try check(back)
                earlier.append(back)
                already.append(wanted)
                left[index].quantity = Quantity(thousandths: rest - taken)
                if left[index].quantity.isZero { left.remove(at: index) }
            }
            let returned = earlier.reduce(Int64(0)) { $0 + $1.total.kopecks }
            try demand(returned <= sale.total.kopecks, "more went back than was paid")
            // A part that stays worthless to the end can only be returned with its item.
            if left.isEmpty { try demand(returned == sale.total.kopecks, "\(returned) of \(sale.total.kopecks)") }
        }
    }

    @Test(
        "R12, R17, R19, C11, C12: several prepayments and several shipments net out, and 1215 carries each rouble once")
    func prepaymentsAndShipments() {
        forEachOrder(marked: false, divided: 3) { order, random in
            var order = order
            order.zeroLines = .omit
            guard let total = try built(order)?.first?.total.kopecks, total > 2 else { return }
            var prepaid: [String: Money] = [:]
            var open: Int64 = 0
            for _ in 0..<Int.random(in: 1...3, using: &random) where total - open > 1 {
                let amount = Money(kopecks: Int64.random(in: 1...(total - open - 1), using: &random))
                order.settlement = .prepayment(amount: amount, alreadyPrepaid: prepaid)
                let receipt = try #require(try ReceiptBuilder.build(order).first)
                try check(receipt)
                try demand(receipt.total == amount && receipt.payments.electronic == amount, "prepayment")
                for item in receipt.items { prepaid[item.line] = try (prepaid[item.line] ?? .zero).adding(item.sum) }
                open += amount.kopecks
            }
            let nets = try PricedOrder(order).lines.map(\.net)
            for (line, net) in zip(order.lines, nets) {
                try demand(prepaid[line.id] ?? .zero <= net, "line \(line.id) prepaid above its net")
            }
            // Each line is shipped by itself, its discount in its price, first shipments first.
            var revenue: Int64 = 0
            var offset: Int64 = 0
            var paid: Int64 = 0
            for (line, net) in zip(order.lines, nets) where net.isPositive {
                var shipped = line
                shipped.isDiscountable = true
                let gross = try PricedLine(line, at: 0, rateDate: order.date, sno: order.sno).gross
                var shipment = order
                shipment.lines = [shipped]
                shipment.orderDiscount = try gross.subtracting(net)
                shipment.bonus = .zero
                let used = min(open - offset, net.kopecks)
                shipment.settlement = .close(
                    HandOver(prepaid: Money(kopecks: used), paidNow: Money(kopecks: net.kopecks - used)))
                let receipt = try #require(try ReceiptBuilder.build(shipment).first)
                try check(receipt)
                offset += receipt.payments.prepaid.kopecks
                paid += receipt.payments.electronic.kopecks
                revenue += receipt.total.kopecks
            }
            try demand(revenue == total && offset == open && offset + paid == total, "\(revenue), \(offset), \(open)")
        }
    }

    @Test(
        "C12: prepaid, paid now, credit and its instalments make up the order; the excess of a prepayment goes back whole"
    )
    func handOver() {
        forEachOrder(divided: 3) { order, random in
            var order = order
            guard let total = try built(order)?.first?.total.kopecks, total > 1 else { return }
            let prepaid = Int64.random(in: 0...(total + 500), using: &random)
            let paidNow = prepaid >= total ? 0 : Int64.random(in: 0...(total - prepaid), using: &random)
            let prepaidLines = [
                PrepaidLine(line: order.lines[0].id, name: "А", sum: Money(kopecks: prepaid / 3), vat: .vat122),
                PrepaidLine(line: "gone", name: "Б", sum: Money(kopecks: prepaid - prepaid / 3), vat: .vat110),
            ]
            order.settlement = .close(
                HandOver(
                    prepaid: Money(kopecks: prepaid), paidNow: Money(kopecks: paidNow), prepaidLines: prepaidLines,
                    prepaidMethod: .prepayment))
            let receipts = try ReceiptBuilder.build(order)
            for receipt in receipts { try check(receipt) }
            let closing = try #require(receipts.last)
            try demand(
                closing.total.kopecks == total && closing.payments.prepaid.kopecks == min(prepaid, total), "closing")
            let back = receipts.dropLast().reduce(Int64(0)) { $0 + $1.total.kopecks }
            try demand(back == max(0, prepaid - total), "excess")
            var balances = try self.balances(of: closing)
            var owed = closing.payments.credit.kopecks
            try demand(balances.reduce(0) { $0 + $1.balance.kopecks } == owed, "balances")
            while owed > 0 {
                let amount = Int64.random(in: max(1, owed / 4)...owed, using: &random)
                order.settlement = .creditPayment(
                    CreditPayment(amount: Money(kopecks: amount), shipDate: order.date, balances: balances))
                let instalment = try #require(try ReceiptBuilder.build(order).first)
                try check(instalment)
                for item in instalment.items {
                    let index = try #require(balances.firstIndex { $0.line == item.line })
                    balances[index].balance = try balances[index].balance.subtracting(item.sum)
                    try demand(!balances[index].balance.isNegative, "balance of \(item.line)")
                }
                owed -= amount
            }
            try demand(balances.allSatisfy(\.balance.isZero), "paid off")
        }
    }

    private func balances(of closing: ReceiptBody) throws -> [CreditBalance] {
        var seen: Set<String> = []
        return closing.items.compactMap { item in
            guard let balance = closing.creditBalances?[item.line], seen.insert(item.line).inserted else { return nil }
            return CreditBalance(line: item.line, name: item.name, vat: item.vat.rawValue, balance: balance)
        }
    }

    @Test("C15: in an exchange what is carried over is equal on both sides, and money moves only one way")
    func exchanges() {
        forEachOrder(divided: 3) { order, random in
            guard let sale = try built(order)?.first else { return }
            let replacement = GeneratedOrder.order(&random)
            guard try built(replacement) != nil else { return }
            let taken = try #require(Self.quantities(of: sale).randomElement(using: &random))
            let receipts = try ReceiptBuilder.exchange(
                ExchangeRequest(
                    returned: ReturnRequest(
                        original: sale,
                        returns: [LineQuantity(line: taken.line, quantity: taken.quantity.decimal)]),
                    replacement: replacement))
            for receipt in receipts { try check(receipt) }
            if receipts.count == 2 {
                try demand(receipts[0].payments.other == receipts[1].payments.other, "carried over")
                try demand(receipts.contains { $0.payments.electronic.isZero }, "money both ways")
            }
        }
    }
}
