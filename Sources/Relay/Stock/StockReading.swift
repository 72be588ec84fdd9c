package import Fiscal

/// Reads what an event says about stock: a pure function of payload and settings.
///
/// Only product, store and quantity count, and a line that cannot be read stops no other: whether a receipt can be
/// built of the event is not asked here.
package struct StockReading: Sendable {
    /// Kinds of events that move stock.
    package static let kinds = [
        "pos.transaction", "order.shipped", "shipment.undone", "order.cancelled", "payment.refunded",
    ]

    /// Ids that the ledger gives itself; a till may not use them.
    static let reservedPrefixes = ["shipment:", "order:", "count:", "refund:"]

    let settings: StockSettings
    let language: FaultLanguage

    package init(settings: StockSettings, language: FaultLanguage) {
        self.settings = settings
        self.language = language
    }

    /// What to move.
    ///
    /// - Parameters:
    ///   - kind: One of ``kinds``.
    ///   - payload: The event's JSON text.
    ///   - occurredAt: Of the event, in seconds since 1970-01-01T00:00:00Z.
    /// - Returns: In the order of the lines; empty for an event that concerns no stock.
    package func changes(kind: String, payload: String, occurredAt: Int64) -> [StockChange] {
        guard let value = try? JSONValue(parsing: payload), case .object(let fields) = value,
            fields["v"]?.decimalText == "1"
        else {
            return [
                unreadable("the payload is no JSON object of version 1", "данные события — не объект JSON версии 1")
            ]
        }
        switch kind {
        case "pos.transaction": return pointOfSale(fields, occurredAt)
        case "order.shipped": return shipped(fields, occurredAt)
        case "shipment.undone": return undone(fields, occurredAt)
        case "payment.refunded": return refunded(fields, occurredAt)
        default: return cancelled(fields, occurredAt)
        }
    }

    // MARK: Kinds

    private func pointOfSale(_ fields: [String: JSONValue], _ occurredAt: Int64) -> [StockChange] {
        guard let transaction = Self.text(fields["transaction_id"], maximumLength: 200) else {
            return [unreadable("transaction_id: is missing", "transaction_id: не указан")]
        }
        guard !Self.reservedPrefixes.contains(where: transaction.hasPrefix) else {
            return [
                unreadable(
                    "transaction_id: must not begin with shipment:, order:, count: or refund:",
                    "transaction_id: не должен начинаться с shipment:, order:, count: или refund:", transaction)
            ]
        }
        // A sale against an order whose shipment takes the goods off says so.
        if fields["stock_effect"]?.decimalText == "none" { return [] }
        let original = Self.text(fields["original_transaction_id"], maximumLength: 200)
        let at = Self.moment(fields["occurred_at"]) ?? occurredAt
        let type = fields["type"]?.decimalText ?? "sale"
        var goods = Goods(
            kind: .sale, transaction: transaction, family: transaction,
            store: Self.text(fields["store_id"]) ?? settings.defaultStore, order: Self.order(fields), occurredAt: at,
            isPushed: settings.pushes("pos.transaction"), isStrict: true)
        switch type {
        case "sale":
            return lines(fields["items"], goods)
        case "refund":
            goods.kind = .refund
            goods.family = original ?? transaction
            // Without lines all of it comes back.
            guard case .array(let items)? = fields["items"], !items.isEmpty else {
                return whole(transaction, original, at)
            }
            return lines(fields["items"], goods)
        case "cancel":
            return whole(transaction, original, at)
        default:
            return [
                unreadable(
                    "type: allowed are sale, refund, cancel", "type: допустимы sale, refund, cancel", transaction)
            ]
        }
    }

    private func whole(_ transaction: String, _ original: String?, _ at: Int64) -> [StockChange] {
        guard let original else {
            return [
                unreadable(
                    "original_transaction_id: is missing", "original_transaction_id: не указан", transaction)
            ]
        }
        return [.cancel(.init(transaction: transaction, family: original, order: nil, until: nil, occurredAt: at))]
    }

    /// A shipment that left, was undone and left again moves stock each time: its moment tells one leaving from
    /// another.
    private func shipped(_ fields: [String: JSONValue], _ occurredAt: Int64) -> [StockChange] {
        let shipment = Self.object(fields["shipment"])
        guard let id = Self.text(shipment["id"]) else {
            return [unreadable("shipment.id: is missing", "shipment.id: не указан")]
        }
        let at = Self.moment(shipment["shipped_at"])
        let family = "shipment:\(id)"
        return lines(
            fields["items"],
            Goods(
                kind: .shipment, transaction: at.map { "\(family)@\($0)" } ?? family, family: family,
                store: settings.defaultStore, order: Self.order(fields), occurredAt: at ?? occurredAt,
                isPushed: settings.pushes("order.shipped"), isStrict: settings.pushes("order.shipped")))
    }

    private func undone(_ fields: [String: JSONValue], _ occurredAt: Int64) -> [StockChange] {
        let shipment = Self.object(fields["shipment"])
        guard let id = Self.text(shipment["id"]) else {
            return [unreadable("shipment.id: is missing", "shipment.id: не указан")]
        }
        let at = Self.moment(shipment["undone_at"]) ?? occurredAt
        return [
            .cancel(
                .init(
                    transaction: "shipment:\(id):undone@\(at)", family: "shipment:\(id)", order: nil, until: at,
                    occurredAt: at))
        ]
    }

    /// Lines of a refund say what came back of an order. Without lines it says nothing of goods: their shipment is
    /// undone, or their order cancelled.
    private func refunded(_ fields: [String: JSONValue], _ occurredAt: Int64) -> [StockChange] {
        guard case .array(let items)? = fields["items"], !items.isEmpty, let order = Self.order(fields) else {
            return []
        }
        let refund = Self.object(fields["refund"])
        guard let payment = Self.text(Self.object(fields["payment"])["id"]), let id = Self.text(refund["id"]) else {
            return [
                unreadable("payment.id and refund.id: both are needed", "payment.id и refund.id: нужны оба")
            ]
        }
        let transaction = "refund:\(payment):\(id)"
        let kind: StockChange.Line.Kind
        switch fields["stock_effect"] {
        case nil, .null?, .string("move")?: kind = .returned
        // Goods that stay with the buyer, or that never left: their money is counted all the same.
        case .string("none")?: kind = .kept
        default:
            return [
                unreadable("stock_effect: allowed are move, none", "stock_effect: допустимы move, none", transaction)
            ]
        }
        return lines(
            fields["items"],
            Goods(
                kind: kind, transaction: transaction, family: nil, store: nil, order: order,
                occurredAt: Self.moment(refund["refunded_at"]) ?? occurredAt,
                isPushed: kind == .returned && settings.pushes("order.shipped"), isStrict: true))
    }

    private func cancelled(_ fields: [String: JSONValue], _ occurredAt: Int64) -> [StockChange] {
        guard let order = Self.order(fields) else {
            return [unreadable("order.id: is missing", "order.id: не указан")]
        }
        let at = Self.moment(fields["cancelled_at"]) ?? occurredAt
        return [
            .cancel(
                .init(
                    transaction: "order:\(order):cancelled@\(at)", family: nil, order: order, until: at, occurredAt: at)
            )
        ]
    }

    private func unreadable(_ english: String, _ russian: String, _ transaction: String = "") -> StockChange {
        .fault(
            StockFault(
                code: .unreadable, place: 0, transaction: transaction, line: "",
                message: language == .russian ? russian : english))
    }
}
