import FoundationEssentials
import Postgres

/// Makes an event of the rows of one transaction.
enum PosRow {
    private typealias Row = (line: Int64, values: [String: String])

    /// Columns of the transaction that go into the payload under their own names.
    private static let plain = [
        "transaction_id", "type", "original_transaction_id", "terminal", "store_id", "occurred_at", "fiscalized_by",
        "means", "sum", "stock_effect", "order_discount", "bonus",
    ]
    private static let plainItem = [
        "product_id", "name", "price", "quantity", "measure_code", "object", "sno",
    ]

    static func event(of rows: [(line: Int64, values: [String: String])], shop: String?) -> ImportItem {
        let head = rows[0].values
        let line = rows[0].line
        guard let shop = head["shop"] ?? shop else {
            return .rejected(ImportNote(.rejected, line: line, "shop: is missing"))
        }
        for row in rows.dropFirst() {
            for column in PosRows.transactionColumns {
                if let value = row.values[column], let first = head[column], value != first {
                    return .rejected(
                        ImportNote(
                            .rejected, line: row.line,
                            "\(column): is another than in line \(line) of the same transaction, which is not taken"))
                }
            }
        }
        var fields: [String: JSONValue] = ["v": .number(1)]
        for column in plain { fields[column] = head[column].map(JSONValue.string) }
        fields["order"] = object(head, ["order_id": "id", "order_number": "number"])
        fields["customer"] = object(
            head, ["email": "email", "phone": "phone", "customer_name": "name", "customer_inn": "inn"])
        fields["fiscal"] = object(head, ["fn": "fn", "fd": "fd", "fpd": "fpd"])
        let items = rows.enumerated().compactMap { place, row -> (line: Int64, value: JSONValue)? in
            item(row.values, at: place + 1).map { (row.line, $0) }
        }
        if !items.isEmpty { fields["items"] = .array(items.map(\.value)) }
        let transaction = head["transaction_id"] ?? ""
        var moment: Timestamp?
        if let text = head["occurred_at"] {
            guard let seconds = EventTime.seconds(text) else {
                return .rejected(
                    ImportNote(.rejected, line: line, "occurred_at: is no moment such as 2026-11-21T12:00:00+03:00"))
            }
            moment = Timestamp(microsecondsSince1970: seconds * 1_000_000)
        }
        let event = EventStore.NewEvent(
            shop: shop, kind: PosTransaction.kind, eventKey: PosTransaction.payment(of: transaction),
            subject: subject(order: head["order_id"], original: head["original_transaction_id"], transaction),
            payload: JSONValue.object(fields).jsonText, occurredAt: moment)
        if let reason = EventForm.fault(of: event) { return .rejected(ImportNote(.rejected, line: line, reason)) }
        return .event(event, line: line, items: items.map(\.line))
    }

    /// The lane of a transaction: its order's, else its original's, else its own.
    static func subject(order: String?, original: String?, _ transaction: String) -> String {
        order.map { "order:\($0)" } ?? PosTransaction.payment(of: original ?? transaction)
    }

    /// nil for a row that names no item, as of a cancel.
    private static func item(_ values: [String: String], at place: Int) -> JSONValue? {
        guard PosRows.itemColumns.contains(where: { values[$0] != nil }) else { return nil }
        var fields: [String: JSONValue] = ["id": .string(values["item_id"] ?? String(place))]
        for column in plainItem { fields[column] = values[column].map(JSONValue.string) }
        fields["store_id"] = values["item_store_id"].map(JSONValue.string)
        // An empty cell says nothing; without VAT is a statement.
        fields["vat_rate"] = values["vat_rate"].map { $0 == "none" ? .null : .string($0) }
        for column in ["vat_included", "discountable"] {
            fields[column] = values[column].map { JSONValue.string($0) }
        }
        if let marks = values["marks"] {
            fields["marks"] = .array(marks.split(whereSeparator: \.isNewline).map { .string(String($0)) })
        }
        return .object(fields)
    }

    private static func object(_ values: [String: String], _ names: [String: String]) -> JSONValue? {
        var fields: [String: JSONValue] = [:]
        for (column, name) in names { fields[name] = values[column].map(JSONValue.string) }
        return fields.isEmpty ? nil : .object(fields)
    }
}
