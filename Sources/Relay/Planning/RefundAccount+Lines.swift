import Fiscal

/// What is left of single lines of a receipt, and the receipts that give them back.
extension RefundAccount {
    /// How much of a line can still be given back against a receipt, in thousandths.
    func available(_ line: String, in original: PastReceipt) -> Int64 {
        guard original.body.items.contains(where: { $0.line == line && $0.method.isPrepayment }) else {
            return leftOver(of: line, in: original)
        }
        return unused > 0 && tellsQuantity(of: line, original) ? notHandedOver(line, of: original) : 0
    }

    /// What was sold of a line by a receipt and not returned, in thousandths.
    func leftOver(of line: String, in original: PastReceipt) -> Int64 {
        let sold = Self.quantity(of: line, in: [original.body])
        return max(0, sold - Self.quantity(of: line, in: ledger.returns(of: original).map(\.body)))
    }

    /// Kopecks of a line of a receipt that did not go back.
    func leftOverSum(of line: String, in original: PastReceipt) -> Int64 {
        let sum = { (body: ReceiptBody) in
            body.items.filter { $0.line == line }.reduce(Int64(0)) { $0 + $1.sum.kopecks }
        }
        return sum(original.body) - ledger.returns(of: original).reduce(0) { $0 + sum($1.body) }
    }

    /// What was prepaid of a line by a receipt and neither given back nor handed over, in thousandths.
    func notHandedOver(_ line: String, of original: PastReceipt) -> Int64 {
        max(0, leftOver(of: line, in: original) - ledger.handedOver(line: line))
    }

    /// Whether the quantity of a prepaid line is that of the goods: not so where it stands for a sum of money, and no
    /// longer once a part of it went back by its sum.
    func tellsQuantity(of line: String, _ original: PastReceipt) -> Bool {
        let items = original.body.items.filter { $0.line == line }
        guard items.allSatisfy({ $0.method != .prepayment && $0.method != .advance }) else { return false }
        return ledger.returns(of: original).flatMap(\.body.items).allSatisfy { past in
            past.line != line || items.contains { $0.object == past.object && $0.price == past.price }
        }
    }

    /// Whether prepaid money is held for the line, for which no quantity tells how much.
    func holdsMoney(for line: String, _ original: PastReceipt) -> Bool {
        original.body.items.contains { $0.line == line && $0.method.isPrepayment }
            && !tellsQuantity(of: line, original) && openMoney(of: line, in: original) > 0
    }

    /// Kopecks that a receipt took for a line before hand-over and did not give back.
    func openMoney(of line: String, in original: PastReceipt) -> Int64 {
        let sums = { (body: ReceiptBody) in
            body.items.filter { $0.line == line && $0.method.isPrepayment }.reduce(Int64(0)) { $0 + $1.sum.kopecks }
        }
        return sums(original.body) - ledger.returns(of: original).reduce(0) { $0 + sums($1.body) }
    }

    private static func quantity(of line: String, in bodies: [ReceiptBody]) -> Int64 {
        bodies.flatMap(\.items).filter { $0.line == line }.reduce(0) { $0 + $1.quantity.thousandths }
    }

    // MARK: Receipts

    /// Lines of a receipt at its prices and rates, what went back before taken off.
    func returned(_ lines: [LineQuantity], of original: PastReceipt) throws(PlanningFault) -> ReceiptBody {
        let wanted = Set(lines.map(\.line))
        // A line that went back by its sum has no quantities to be taken off, and is not asked for by quantity.
        let earlier = ledger.returns(of: original).map(\.body).map { body in
            var body = body
            body.items = body.items.filter { wanted.contains($0.line) }
            return body
        }
        do {
            let bodies = try ReceiptBuilder.return(
                ReturnRequest(original: original.body, returns: lines, earlierReturns: earlier))
            guard let body = bodies.first else { throw FiscalFault(.returnExceeds, at: "items") }
            return body
        } catch let fault as FiscalFault {
            throw .faults(FiscalFaults(fault))
        } catch {
            throw .faults(FiscalFaults(.returnExceeds, at: "items"))
        }
    }

    /// A sum of what a receipt took before hand-over, spread over what no goods were handed over for (R21).
    ///
    /// - Parameters:
    ///   - kopecks: Above zero.
    ///   - original: The receipt of the prepayment.
    ///   - lines: nil: any line.
    /// - Returns: The return of that sum.
    /// - Throws: ``PlanningFault/faults(_:)`` when less than that is held for the lines.
    func money(
        _ kopecks: Int64, of original: PastReceipt, lines: Set<String>? = nil
    ) throws(PlanningFault) -> RefundTaking {
        var body = original.body
        if let lines { body.items = body.items.filter { lines.contains($0.line) } }
        let back = ledger.returns(of: original).map(\.body)
        let sum = Money(kopecks: kopecks)
        // Several payments may have prepaid what was handed over: then only what went back is taken off.
        if let part = try? ReceiptBuilder.returnPrepayment(
            sum, of: body, alreadyReturned: back + shipments.map(\.body))
        {
            return RefundTaking(original: original, body: part)
        }
        do {
            return RefundTaking(
                original: original,
                body: try ReceiptBuilder.returnPrepayment(sum, of: body, alreadyReturned: back))
        } catch {
            throw .faults(FiscalFaults(error))
        }
    }
}
