/// Pieces taken back out of a receipt.
///
/// Inside a line from the last item backwards, so the dearest pieces come first and the buyer never loses a kopeck; what
/// is left of an item goes with its last piece, so that returning everything returns every kopeck.
struct Taking {
    struct Piece {
        /// Position of the item in the receipt.
        let item: Int
        let quantity: Quantity
        let sum: Money
    }

    let original: ReceiptBody
    /// In the order of taking.
    private(set) var pieces: [Piece] = []
    /// What is left of each item, in thousandths and kopecks.
    private var remaining: [(quantity: Int64, sum: Int64)]
    /// The item of the first piece that would cost nothing although its item does: a fault once amounts are checked (C4).
    private var worthless: Int?

    /// - Throws: ``FiscalFault`` `receipt_inconsistent` at an item of the receipt that no till can have printed: its price
    ///   or sum negative or above the limit, or its quantity.
    init(from original: ReceiptBody) throws(FiscalFault) {
        for (position, item) in original.items.enumerated() {
            guard Money.zero...Money.receiptLimit ~= item.price, Money.zero...Money.receiptLimit ~= item.sum,
                item.quantity.isPositive, item.quantity <= .receiptLimit
            else {
                throw FiscalFault(
                    .receiptInconsistent, at: FieldPath("original").field("items").element(position))
            }
        }
        self.original = original
        remaining = original.items.map { ($0.quantity.thousandths, $0.sum.kopecks) }
    }

    /// Replays what was returned before, then takes what is returned now.
    /// - Throws: ``FiscalFault`` `quantity_…`, `return_exceeds`.
    mutating func pull(_ request: ReturnRequest) throws(FiscalFault) {
        for (position, earlier) in request.alreadyReturned.enumerated() where earlier.quantity != .zero {
            let field = FieldPath("already_returned").element(position)
            guard earlier.quantity <= Quantity.receiptLimit.decimal else {
                throw FiscalFault(
                    .returnExceeds, at: field.field("quantity"), found: earlier.quantity.description,
                    limit: Quantity.receiptLimit.description)
            }
            let quantity = try CheckedQuantity.checked(earlier.quantity, at: field.field("quantity"))
            try pull(earlier.line, quantity, at: field)
        }
        let worthlessBefore = worthless
        for (position, earlier) in request.earlierReturns.enumerated() {
            try replay(earlier, at: FieldPath("earlier_returns").element(position))
        }
        worthless = worthlessBefore  // what was issued is no fault of this return
        pieces.removeAll(keepingCapacity: true)
        for (position, wanted) in request.returns.enumerated() {
            let field = FieldPath.item(position)
            let quantity = try CheckedQuantity.checked(wanted.quantity, at: field.field("quantity"))
            try pull(wanted.line, quantity, at: field)
        }
    }

    /// Takes what an earlier receipt returned, line by line, and with the sums that it returned: where it took a part of
    /// an item, what it did not give back of that item's price is still there.
    private mutating func replay(_ earlier: ReceiptBody, at field: FieldPath) throws(FiscalFault) {
        var lines: [(id: String, quantity: Int64, sum: Int64)] = []
        for item in earlier.items {
            if let known = lines.firstIndex(where: { $0.id == item.line }) {
                lines[known].quantity += item.quantity.thousandths
                lines[known].sum += item.sum.kopecks
            } else {
                lines.append((item.line, item.quantity.thousandths, item.sum.kopecks))
            }
        }
        for line in lines {
            let first = pieces.endIndex
            try pull(line.id, Quantity(thousandths: line.quantity), at: field)
            guard let last = pieces.last else { continue }
            let difference = line.sum - pieces[first...].reduce(0) { $0 + $1.sum.kopecks }
            remaining[last.item].sum -= difference
            guard remaining[last.item].sum >= 0 else {
                throw FiscalFault(
                    .returnExceeds, at: field, found: Money(kopecks: line.sum).description,
                    limit: Money(kopecks: line.sum + remaining[last.item].sum).description)
            }
        }
    }

    /// Takes a quantity of one line.
    /// - Throws: ``FiscalFault`` `return_exceeds`: more than is left, or no such line. Nothing was taken then.
    private mutating func pull(_ line: String, _ quantity: Quantity, at field: FieldPath) throws(FiscalFault) {
        var available: Int64 = 0
        for (index, item) in original.items.enumerated() where item.line == line {
            available += remaining[index].quantity
        }
        guard quantity.thousandths <= available else {
            throw FiscalFault(
                .returnExceeds, at: field.field("quantity"), found: quantity.description,
                limit: Quantity(thousandths: available).description)
        }
        var wanted = quantity.thousandths
        for index in original.items.indices.reversed() where wanted > 0 && original.items[index].line == line {
            let left = remaining[index]
            guard left.quantity > 0 else { continue }
            let taken = min(wanted, left.quantity)
            let price = original.items[index].price.kopecks
            let sum =
                taken == left.quantity
                ? left.sum : min(left.sum, Rounding.halfUp(price, times: taken, by: 1000) ?? left.sum)
            if sum == 0, original.items[index].sum.isPositive, worthless == nil { worthless = index }
            pieces.append(
                Piece(item: index, quantity: Quantity(thousandths: taken), sum: Money(kopecks: sum)))
            remaining[index] = (left.quantity - taken, left.sum - sum)
            wanted -= taken
        }
    }

    func total() throws(FiscalFault) -> Money {
        var total = Money.zero
        do {
            for piece in pieces { total = try total.adding(piece.sum) }
        } catch {
            throw .limitSum(at: "total")
        }
        return total
    }

    /// The pieces in the order of the original receipt, each brought into form by C8; method, object, measure and rate are
    /// copied, VAT is computed anew.
    /// - Throws: ``FiscalFault`` `price_below_minimum`.
    func draft() throws(FiscalFault) -> ReceiptDraft {
        if let worthless { throw LineForm.belowMinimum(at: FieldPath("original").field("items").element(worthless)) }
        var draft = ReceiptDraft(
            original.type.reversed, sno: original.sno, expectedItems: pieces.count + 2)
        let ordered = pieces.indices.sorted { (pieces[$0].item, $0) < (pieces[$1].item, $1) }
        for index in ordered {
            let piece = pieces[index]
            let item = original.items[piece.item]
            try LineForm.parts(
                price: item.price, quantity: piece.quantity, net: piece.sum,
                at: FieldPath("original").field("items").element(piece.item)
            ) { part in
                draft.add(
                    line: item.line, name: item.name, part: part, method: item.method, object: item.object,
                    measure: item.measure, vat: item.vat, mark: item.mark, agent: item.agent)
            }
        }
        return draft
    }
}
