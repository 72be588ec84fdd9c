import FoundationEssentials
import Postgres

/// Reads JSON lines: each an event (`shop`, `kind`, `event_key`, `subject`, `payload`, `occurred_at`), or a transaction at
/// a point of sale by itself.
package struct EventLines: ImportReading {
    /// Bytes of one line at most.
    private static let longestLine = 16 << 20

    private let reader: ByteReader
    private let shop: String?

    /// - Parameters:
    ///   - reader: At the beginning of the file.
    ///   - shop: Of lines that name none.
    package init(_ reader: ByteReader, shop: String?) {
        reader.skipByteOrderMark()
        self.reader = reader
        self.shop = shop
    }

    package var hasNotes: Bool { false }

    package var checkpoint: (position: Int64, line: Int64) { (reader.position, reader.line) }

    package mutating func next() -> ImportItem? {
        while true {
            let line = reader.line
            guard let bytes = reader.nextLine(limit: Self.longestLine) else { return nil }
            if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
            guard bytes.count < Self.longestLine else {
                return .rejected(
                    ImportNote(.rejected, line: line, "is longer than \(Self.longestLine >> 20) megabytes"))
            }
            do {
                return .event(try Self.event(bytes, shop: shop), line: line, items: [])
            } catch {
                return .rejected(ImportNote(.rejected, line: line, error.reason))
            }
        }
    }

    private struct Fault: Error {
        let reason: String

        init(_ reason: String) {
            self.reason = reason
        }
    }

    private static func event(_ bytes: [UInt8], shop: String?) throws(Fault) -> EventStore.NewEvent {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Fault("is not UTF-8") }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: text)
        } catch {
            throw Fault("is not JSON")
        }
        guard case .object(let fields) = value else { throw Fault("is \(value.kindName), not an object") }
        let event = try self.event(fields, shop: shop)
        if let reason = EventForm.fault(of: event) { throw Fault(reason) }
        return event
    }

    private static func event(
        _ fields: [String: JSONValue], shop: String?
    ) throws(Fault) -> EventStore.NewEvent {
        var fields = fields
        let moment = try self.moment(fields)
        guard let name = try optionalText("shop", fields) ?? shop else { throw Fault("shop: is missing") }
        guard let payload = fields["payload"] else {
            guard let transaction = fields["transaction_id"]?.decimalText, !transaction.isEmpty else {
                throw Fault("payload: is missing")
            }
            fields["shop"] = nil
            if fields["v"] == nil { fields["v"] = .number(1) }
            return EventStore.NewEvent(
                shop: name, kind: PosTransaction.kind, eventKey: PosTransaction.payment(of: transaction),
                subject: PosRow.subject(
                    order: StockReading.order(fields), original: StockReading.text(fields["original_transaction_id"]),
                    transaction), payload: JSONValue.object(fields).jsonText, occurredAt: moment)
        }
        return EventStore.NewEvent(
            shop: name, kind: try self.text("kind", fields), eventKey: try self.text("event_key", fields),
            subject: try optionalText("subject", fields) ?? "", payload: payload.jsonText, occurredAt: moment)
    }

    private static func text(_ name: String, _ fields: [String: JSONValue]) throws(Fault) -> String {
        guard let text = try optionalText(name, fields) else { throw Fault("\(name): is missing") }
        return text
    }

    /// nil: absent, null or empty.
    private static func optionalText(_ name: String, _ fields: [String: JSONValue]) throws(Fault) -> String? {
        guard let value = fields[name], value != .null else { return nil }
        guard let text = value.decimalText else { throw Fault("\(name): is \(value.kindName), not a text") }
        return text.isEmpty ? nil : text
    }

    private static func moment(_ fields: [String: JSONValue]) throws(Fault) -> Timestamp? {
        guard let value = fields["occurred_at"], value != .null else { return nil }
        guard case .string(let text) = value, let seconds = EventTime.seconds(text) else {
            throw Fault("occurred_at: is no moment such as 2026-11-21T12:00:00+03:00")
        }
        return Timestamp(microsecondsSince1970: seconds * 1_000_000)
    }
}
