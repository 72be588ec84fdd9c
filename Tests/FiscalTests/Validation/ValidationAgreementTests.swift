import Testing

@testable import Fiscal

/// Validation and builder, side by side over random orders, most of them with something wrong.
@Suite struct ValidationAgreementTests {
    /// Faults of values that the builder only copies; all others are the builder's too.
    private static let beyondBuilder: Set<FaultCode> = [
        .nameEmpty, .lineDuplicate, .lineIDEmpty, .itemsEmpty, .markInvalid, .markDuplicate,
    ]

    @Test("C4, C17: what passes is built, what the builder refuses is reported, and nothing else", arguments: 1...8)
    func orders(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var passed = 0
        var refused: Set<FaultCode> = []
        for round in 0..<1500 {
            let order = OrderGenerator(cleanliness: round % 4).order(&random)
            let faults = Validation.faults(in: order)
            do {
                _ = try ReceiptBuilder.build(order)
                passed += faults == nil ? 1 : 0
                for fault in faults?.all ?? [] where !Self.isBeyondBuilder(fault, order) {
                    Issue.record("\(fault) reported for order \(round) of seed \(seed), which is built")
                }
            } catch {
                refused.insert(error.code)
                #expect(
                    faults?.all.contains { $0.code == error.code } == true,
                    "\(error) of the builder is not reported: order \(round) of seed \(seed)")
            }
        }
        #expect(passed > 200)
        #expect(refused.count > 8)
    }

    @Test("C13: the same for returns", arguments: 1...4)
    func returns(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var passed = 0
        for _ in 0..<1000 {
            let order = OrderGenerator(cleanliness: 3).order(&random)
            guard let original = try? ReceiptBuilder.build(order).first, !original.items.isEmpty else { continue }
            func quantity() -> LineQuantity {
                let item = original.items[Int.random(in: 0..<original.items.count, using: &random)]
                let thousandths = Int64.random(in: 0...(item.quantity.thousandths * 5 / 4), using: &random)
                let isWhole = Bool.random(using: &random)
                return LineQuantity(
                    line: Int.random(in: 0..<20, using: &random) == 0 ? "?" : item.line,
                    quantity: Quantity(thousandths: isWhole ? thousandths / 1000 * 1000 : thousandths).decimal)
            }
            let request = ReturnRequest(
                original: original, returns: (0..<Int.random(in: 0...3, using: &random)).map { _ in quantity() },
                alreadyReturned: (0..<Int.random(in: 0...1, using: &random)).map { _ in quantity() })
            let faults = Validation.faults(in: request)
            do {
                _ = try ReceiptBuilder.return(request)
                passed += 1
                #expect(faults == nil, "\(request)")
            } catch {
                #expect(faults?.all.contains { $0.code == error.code } == true, "\(error): \(request)")
            }
        }
        #expect(passed > 100)
    }

    /// A marked object without codes, too, is only copied by the builder, and a negative prepayment only subtracted.
    private static func isBeyondBuilder(_ fault: FiscalFault, _ order: Order) -> Bool {
        if fault.field.text.hasPrefix("already_prepaid") { return true }
        if fault.code == .marksMismatch, let position = fault.field.itemPosition {
            return order.lines[position].marks.isEmpty
        }
        return beyondBuilder.contains(fault.code)
    }
}

/// Random orders of every settlement.
struct OrderGenerator {
    /// 0: anything goes; 3: nearly every line is sound.
    let cleanliness: Int

    func order(_ random: inout SplitMix64) -> Order {
        let lines = (0..<Int.random(in: isClean(&random) ? 1...5 : 0...4, using: &random)).map { line($0, &random) }
        let gross = lines.reduce(Int64(0)) { sum, line in
            let price = (try? UnitPrice(exactly: line.price))?.tenThousandths ?? 0
            let quantity = (try? Quantity(exactly: line.quantity))?.thousandths ?? 0
            return sum &+ (price / 100) &* quantity / 1000
        }
        var order = Order(
            date: pick([.known(2025, 12, 31), .known(2026, 1, 1), .known(2026, 3, 5), .known(2024, 12, 31)], &random),
            sno: pick(isClean(&random) ? [.osn, .usnIncome] : TaxSystem.allCases, &random), settlement: .fullPayment,
            lines: lines)
        if isClean(&random) { order.date = .known(2026, 3, 5) }
        order.settlement = settlement(gross, &random)
        if Bool.random(using: &random) { order.orderDiscount = amount(gross / 3, &random) }
        if Int.random(in: 0..<4, using: &random) == 0 { order.bonus = amount(gross / 5, &random) }
        if Bool.random(using: &random) { order.zeroLines = .keep }
        return order
    }

    private func isClean(_ random: inout SplitMix64) -> Bool {
        [4, 10, 40, 400].indices.contains(cleanliness)
            && Int.random(in: 0..<[4, 10, 40, 400][cleanliness], using: &random) != 0
    }

    private func pick<Value>(_ values: [Value], _ random: inout SplitMix64) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    private func amount(_ most: Int64, _ random: inout SplitMix64) -> Money {
        guard isClean(&random) else { return pick([Money(kopecks: -1), .zero, Money(kopecks: .max)], &random) }
        return Money(kopecks: Int64.random(in: 0...max(1, abs(most)), using: &random))
    }

    private func line(_ position: Int, _ random: inout SplitMix64) -> OrderLine {
        let isWhole = Bool.random(using: &random)
        var line = OrderLine(
            id: "\(position)", name: "Товар",
            price: ExactDecimal(units: Int128.random(in: 0...99_999, using: &random), scale: 2),
            quantity: isWhole
                ? ExactDecimal(units: Int128.random(in: 1...40, using: &random), scale: 0)
                : ExactDecimal(units: Int128.random(in: 1...9999, using: &random), scale: 3),
            vat: pick(["vat22", "vat10", "none", "vat0"], &random), measure: isWhole ? .piece : .kilogram)
        line.isDiscountable = Int.random(in: 0..<4, using: &random) != 0
        line.isVATIncluded = Int.random(in: 0..<4, using: &random) != 0
        if isWhole, line.quantity < ExactDecimal(units: 5, scale: 0), Bool.random(using: &random) {
            line.object = .mark
            line.marks = (0..<Int(line.quantity.units)).map { "0104601234567893215\(position)x\($0)\u{1D}93abcd" }
        }
        if Int.random(in: 0..<8, using: &random) == 0 { line.price = .zero }
        if Int.random(in: 0..<8, using: &random) == 0 { line.sno = pick(TaxSystem.allCases, &random) }
        if !isClean(&random) { spoil(&line, &random) }
        return line
    }

    private func spoil(_ line: inout OrderLine, _ random: inout SplitMix64) {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: line.price = ExactDecimal(units: -1, scale: 2)
        case 1: line.price = ExactDecimal(units: 123_456, scale: 5)
        case 2: line.price = ExactDecimal(units: Int128(Int64.max), scale: pick([0, 2, 4], &random))
        case 3: line.quantity = ExactDecimal(units: 12_345, scale: 4)
        case 4: line.quantity = ExactDecimal(units: pick([0, -1, 100_000], &random), scale: 0)
        case 5: line.quantity = ExactDecimal(units: Int128.max / 4, scale: 0)
        case 6: line.measure = .piece
        case 7: line.vat = pick(["vat20", "vat5", "vat7", "vat18", "vat23", "vat122", ""], &random)
        case 8: line.marks = ["x"]
        case 9: line.name = pick(["", " ", "\u{200B}"], &random)
        case 10: line.id = pick(["", "0"], &random)
        default: line.marks = ["фыва", "фыва"]
        }
    }

    private func settlement(_ gross: Int64, _ random: inout SplitMix64) -> Settlement {
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1: return .fullPayment
        case 2: return .fullPrepayment
        case 3, 4:
            let already = Bool.random(using: &random) ? ["0": amount(gross / 9, &random)] : [:]
            return .prepayment(amount: amount(gross / 2, &random), alreadyPrepaid: already)
        case 5:
            return .advance(
                Advance(
                    name: "Аванс", amount: amount(100_000, &random), vat: pick(["vat22", "vat10", "vat1"], &random)))
        case 6:
            let balances = (0..<Int.random(in: 0...4, using: &random)).map { position in
                CreditBalance(
                    line: "\(position)", name: "Товар", vat: pick(["vat22", "vat22", "vat20"], &random),
                    balance: amount(10_000, &random))
            }
            return .creditPayment(
                CreditPayment(amount: amount(9000, &random), shipDate: .known(2026, 1, 5), balances: balances))
        default:
            var handOver = HandOver(prepaid: amount(gross, &random), paidNow: .zero)
            if Bool.random(using: &random) { handOver.paidNow = amount(gross / 4, &random) }
            if Bool.random(using: &random) {
                handOver.prepaidLines = [PrepaidLine(line: "0", name: "Товар", sum: handOver.prepaid, vat: .vat122)]
                handOver.prepaidMethod = .fullPrepayment
            }
            if Int.random(in: 0..<3, using: &random) == 0 {
                handOver.burn = BurntRemainder(name: "Превышение номинала", sum: amount(5000, &random))
            }
            return .close(handOver)
        }
    }
}
