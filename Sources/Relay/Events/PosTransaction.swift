package import Fiscal

/// A transaction at a point of sale: the payload of `pos.transaction`, as receipts need it.
///
/// Stock is read from the same payload by itself, line by line, see ``StockReading``.
package struct PosTransaction: Sendable {
    package static let kind = "pos.transaction"

    package enum Kind: String, Sendable, CaseIterable {
        case sale, refund, cancel
    }

    /// Who makes the receipt.
    package enum Fiscaliser: String, Sendable, CaseIterable {
        case terminal, cloud
    }

    /// Whether stock moves by it.
    enum StockEffect: String, CaseIterable {
        case move, none
    }

    package var id: String
    package var type: Kind
    /// Of a refund or a cancel: the transaction that it takes back.
    package var originalID: String?
    /// nil: a sale without an order.
    package var order: OrderPayload?
    /// Seconds since 1970-01-01T00:00:00Z; nil: the event's own time.
    package var occurredAt: Int64?
    package var fiscaliser: Fiscaliser
    /// The signs of a receipt that is printed.
    package var signs: FiscalSigns?
    /// nil: as the original was paid, else electronically.
    package var means: PaymentMeans?
    package var sum: Money?
    package var customer: CustomerPayload?
    /// What was bought, or comes back; nil where the lines say no more than what of the original comes back.
    package var goods: GoodsPayload?
    /// Of a refund: lines of the original; nil: all that is left of it.
    package var returned: [RefundedPayment.Line]?

    /// Whether the receipt was made elsewhere, so that none of ours is due.
    package var isPrinted: Bool { signs != nil || fiscaliser == .terminal }

    /// Whether a terminal makes the receipt and tells nothing of it. Then nothing of the payload but its stock concerns us,
    /// and its lines need no names and prices.
    package static func isLeftToTerminal(payload: String) -> Bool {
        guard let value = try? JSONValue(parsing: payload), case .object(let fields) = value,
            case .string(Fiscaliser.terminal.rawValue)? = fields["fiscalized_by"]
        else { return false }
        return fields["fiscal"] == nil || fields["fiscal"] == .null
    }

    /// Names this sale among the payments of receipts on record.
    package static func payment(of transaction: String) -> String { "pos:\(transaction)" }

    /// - Throws: ``FiscalFaults`` with every fault of the payload's form.
    package init(payload: String) throws(FiscalFaults) {
        let reader = try PayloadReader(payload: payload)
        let id = reader.text("transaction_id", maximumLength: 200)
        let type = reader.choice("type", default: Kind.sale) ?? .sale
        originalID = reader.optionalText("original_transaction_id", maximumLength: 200)
        if let id, StockReading.reservedPrefixes.contains(where: id.hasPrefix) {
            reader.report(.valueUnknown, "transaction_id", found: String(id.prefix(40)))
        }
        if type == .cancel || type == .refund && !reader.has("items"), originalID == nil,
            !reader.has("original_transaction_id")
        {
            reader.report(.valueMissing, "original_transaction_id")
        }
        order = reader.optionalObject("order") { OrderPayload(from: $0) }
        _ = reader.optionalText("terminal", maximumLength: 100)
        _ = reader.optionalText("store_id", maximumLength: 100)
        _ = reader.optionalChoice("stock_effect", StockEffect.self)
        occurredAt = reader.optionalMoment("occurred_at")
        let signs = reader.optionalObject("fiscal") { Self.signs(from: $0) }
        self.signs = signs
        let fiscaliser = reader.optionalChoice("fiscalized_by", Fiscaliser.self)
        if fiscaliser == nil, !reader.has("fiscalized_by"), !reader.has("fiscal") {
            reader.report(.valueMissing, "fiscalized_by", allowed: Fiscaliser.allCases.map(\.rawValue))
        }
        self.fiscaliser = fiscaliser ?? .terminal
        means = reader.optionalChoice("means", PaymentMeans.self)
        sum = reader.optionalMoney("sum")
        customer = reader.optionalObject("customer") { CustomerPayload(from: $0) }
        if type == .sale {
            goods = GoodsPayload(from: reader, itemsRequired: true)
        } else {
            returned = reader.optionalList("items", maximumCount: GoodsPayload.maximumLines) { item in
                let line = item.text("id", maximumLength: 100)
                let quantity = item.decimal("quantity", fault: .quantityInvalid)
                guard let line, let quantity else { return nil }
                return RefundedPayment.Line(id: line, quantity: quantity)
            }
            if returned?.isEmpty == true { returned = nil }
        }
        try reader.gathered.faults.finish()
        guard let id else { throw FiscalFaults(.payloadUnreadable, at: .whole) }
        self.id = id
        self.type = type
        // A refund may describe its goods in full: then it needs no original.
        if type != .sale, let full = try? PayloadReader(payload: payload) {
            let goods = GoodsPayload(from: full, itemsRequired: true)
            self.goods = full.gathered.faults.isEmpty ? goods : nil
        }
    }

    private static func signs(from reader: borrowing PayloadReader) -> FiscalSigns? {
        let fn = reader.text("fn", maximumLength: 40)
        let fd = reader.text("fd", maximumLength: 40)
        let fpd = reader.text("fpd", maximumLength: 40)
        guard let fn, let fd, let fpd else { return nil }
        do {
            return try FiscalSigns(fn: fn, fd: fd, fpd: fpd)
        } catch {
            for fault in error.all { reader.gathered.add(fault.within(reader.at(""))) }
            return nil
        }
    }
}
