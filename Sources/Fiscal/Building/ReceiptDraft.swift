/// A receipt in the making: items with their VAT (C9), and the sums over them (C10).
struct ReceiptDraft {
    let type: ReceiptType
    let sno: TaxSystem
    private(set) var items: [ReceiptItem] = []

    init(_ type: ReceiptType, sno: TaxSystem, expectedItems: Int) {
        self.type = type
        self.sno = sno
        items.reserveCapacity(expectedItems)
    }

    var isEmpty: Bool { items.isEmpty }

    /// Adds an item; its VAT is half-up of sum × r/(100 + r) at `vat`, taken as it is.
    @inline(__always)
    mutating func add(
        line: String, name: String, part: LineForm.Part, method: SettlementMethod, object: SettlementObject,
        measure: Measure, vat: VATRate, mark: String? = nil, agent: AgentData? = nil
    ) {
        items.append(
            ReceiptItem(
                line: line, name: name, price: part.price, quantity: part.quantity, sum: part.sum, method: method,
                object: object, measure: measure, vat: vat, vatSum: vat.tax(in: part.sum), mark: mark, agent: agent))
    }

    /// Adds an item of quantity 1 that stands for money: object `payment`, measure 0 (C11).
    mutating func addPayment(
        line: String, name: String, sum: Money, method: SettlementMethod, vat: VATRate, agent: AgentData? = nil
    ) {
        add(
            line: line, name: name, part: LineForm.Part(price: sum, quantity: .one, sum: sum), method: method,
            object: .payment, measure: .piece, vat: vat, agent: agent)
    }

    /// Adds the items of a whole order line by C7, C8 and C8m; none if the line costs nothing and is to be omitted.
    ///
    /// - Throws: ``FiscalFault`` `zero_marked_item`, `price_below_minimum`, `limit_sum`.
    mutating func add(
        _ line: PricedLine, from source: OrderLine, method: SettlementMethod, zeroLines: ZeroLinePolicy
    ) throws(FiscalFault) {
        let isHandedOver = !method.isPrepayment
        let vat = line.vat.form(for: method)
        // Before hand-over a marked article is an ordinary line without a code, and its object is the money (C11).
        let object = source.isMarked && !isHandedOver ? .payment : source.object
        if line.net.isZero {
            guard !source.isMarked || !isHandedOver else {
                throw FiscalFault(.zeroMarkedItem, at: FieldPath.item(line.position))
            }
            guard zeroLines == .keep else { return }
            add(
                line: source.id, name: source.name,
                part: LineForm.Part(price: .zero, quantity: line.quantity, sum: .zero), method: method, object: object,
                measure: source.measure, vat: vat, agent: source.agent)
        } else if source.isMarked, isHandedOver {
            try MarkedUnits.units(
                of: line.net, marks: source.marks, at: FieldPath.item(line.position).field("price")
            ) { price, mark in
                add(
                    line: source.id, name: source.name,
                    part: LineForm.Part(price: price, quantity: .one, sum: price), method: method, object: object,
                    measure: .piece, vat: vat, mark: mark, agent: source.agent)
            }
        } else {
            try LineForm.parts(
                price: line.price, quantity: line.quantity, net: line.net,
                at: FieldPath.item(line.position).field("price")
            ) { part in
                add(
                    line: source.id, name: source.name, part: part, method: method, object: object,
                    measure: source.measure, vat: vat, agent: source.agent)
            }
        }
    }

    /// Σ item sums.
    /// - Throws: ``FiscalFault`` `limit_sum` if 64 bits cannot hold it.
    func total() throws(FiscalFault) -> Money {
        var total = Money.zero
        do {
            for item in items { total = try total.adding(item.sum) }
        } catch {
            throw .limitSum(at: "total")
        }
        return total
    }

    /// The receipt, paid as given; its VAT per rate is the sum of the items' (C10).
    func receipt(total: Money, payments: Payments) throws(FiscalFault) -> ReceiptBody {
        ReceiptBody(
            type: type, sno: sno, items: items, payments: payments, total: total,
            vats: try VATComputation.totals(of: items))
    }
}
