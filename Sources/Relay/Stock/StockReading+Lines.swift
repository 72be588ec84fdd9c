import Fiscal

extension StockReading {
    /// What all lines of an event share.
    struct Goods {
        var kind: StockChange.Line.Kind
        var transaction: String
        var family: String?
        /// Of lines that name none.
        var store: String?
        var order: String?
        var occurredAt: Int64
        var isPushed: Bool
        /// Whether a line without product or store is a fault. A shipment of a shop that keeps its stock elsewhere is
        /// free to name neither.
        var isStrict: Bool

        /// Whether they come back to a store, of which the line that left tells which.
        var comesBack: Bool { kind == .refund || isOfOrder }

        /// Whether a refund of an order says so: its lines have names alone, those of the sale.
        var isOfOrder: Bool { kind == .returned || kind == .kept }
    }

    /// What is no goods and moves no stock.
    private static let intangible: Set<String> = [
        "service", "job", "intellectual_activity", "payment", "agent_commission", "property_right", "deposit",
    ]

    /// Digits before the point that the ledger holds, and after it.
    private static let mostWholeDigits = 15
    private static let mostDecimals = 6

    func lines(_ items: JSONValue?, _ goods: Goods) -> [StockChange] {
        guard let items, items != .null else { return [] }
        guard case .array(let elements) = items, elements.count <= GoodsPayload.maximumLines else {
            return [
                .fault(
                    fault(
                        .unreadable, at: 0, "", goods, "items: a list of at most \(GoodsPayload.maximumLines) lines",
                        "items: нужен список не более чем из \(GoodsPayload.maximumLines) строк"))
            ]
        }
        var changes: [StockChange] = []
        var seen: Set<String> = []
        for (index, element) in elements.enumerated() {
            if let change = line(element, at: index + 1, goods, &seen) { changes.append(change) }
        }
        return changes
    }

    /// nil: no goods.
    private func line(
        _ element: JSONValue, at place: Int, _ goods: Goods, _ seen: inout Set<String>
    ) -> StockChange? {
        let field = "items[\(place - 1)]"
        guard case .object(let item) = element else {
            return .fault(
                fault(.lineInvalid, at: place, "#\(place)", goods, "\(field): is no object", "\(field): не объект"))
        }
        if let object = item["object"]?.decimalText, Self.intangible.contains(object) { return nil }
        let given = Self.text(item["id"])
        guard given != nil || !goods.isOfOrder else {
            return .fault(
                fault(
                    .lineInvalid, at: place, "#\(place)", goods,
                    "\(field).id: is missing; it names the line of the sale",
                    "\(field).id: не указан; он называет строку продажи"))
        }
        let name = given ?? "#\(place)"
        guard seen.insert(name).inserted else {
            return .fault(
                fault(
                    .lineDoubled, at: place, name, goods, "\(field).id: “\(name)” stands on another line too",
                    "\(field).id: «\(name)» есть и в другой строке"))
        }
        let product = goods.isOfOrder ? nil : Self.text(item["product_id"])
        let store = goods.isOfOrder ? nil : Self.text(item["store_id"]) ?? goods.store
        if !goods.comesBack, product == nil || store == nil {
            guard goods.isStrict else { return nil }
            return .fault(
                product == nil
                    ? fault(
                        .productMissing, at: place, name, goods, "\(field).product_id: is missing",
                        "\(field).product_id: не указан")
                    : fault(
                        .storeMissing, at: place, name, goods,
                        "\(field).store_id: is missing, and the shop has no stock.default_store",
                        "\(field).store_id: не указан, и у магазина нет stock.default_store"))
        }
        guard let quantity = Self.quantity(item["quantity"]) else {
            return .fault(
                fault(
                    .quantityInvalid, at: place, name, goods,
                    "\(field).quantity: a decimal number above zero with at most \(Self.mostDecimals) decimals",
                    "\(field).quantity: нужно десятичное число больше нуля, не более \(Self.mostDecimals) знаков после точки"
                ))
        }
        let signed = ExactDecimal(
            units: goods.comesBack ? quantity.units : -quantity.units, scale: quantity.scale)
        return .line(
            .init(
                kind: goods.kind, place: place, transaction: goods.transaction, line: name, family: goods.family,
                store: store, product: product, quantity: signed, order: goods.order, occurredAt: goods.occurredAt,
                isPushed: goods.isPushed))
    }

    private func fault(
        _ code: StockFault.Code, at place: Int, _ line: String, _ goods: Goods, _ english: String, _ russian: String
    ) -> StockFault {
        StockFault(
            code: code, place: place, transaction: goods.transaction, line: line,
            message: language == .russian ? russian : english)
    }

    // MARK: Values

    static func quantity(_ value: JSONValue?) -> ExactDecimal? {
        guard let text = value?.decimalText, let number = try? ExactDecimal(text), number.isPositive,
            number.scale <= mostDecimals, number.description.prefix(while: { $0 != "." }).count <= mostWholeDigits
        else { return nil }
        return number
    }

    static func text(_ value: JSONValue?, maximumLength: Int = 100) -> String? {
        guard let text = value?.decimalText, !text.isEmpty, text.unicodeScalars.count <= maximumLength else {
            return nil
        }
        return text
    }

    static func object(_ value: JSONValue?) -> [String: JSONValue] {
        if case .object(let fields)? = value { fields } else { [:] }
    }

    static func order(_ fields: [String: JSONValue]) -> String? {
        text(object(fields["order"])["id"])
    }

    static func moment(_ value: JSONValue?) -> Int64? {
        guard case .string(let text)? = value else { return nil }
        return EventTime.seconds(text)
    }
}
