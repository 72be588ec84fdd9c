import FoundationEssentials
import Postgres
import Relay

/// One line of an import file.
enum ImportLine {
    /// Why a line cannot be taken, for the person who made the file.
    struct Fault: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) {
            self.description = description
        }
    }

    /// Reads an object with `shop`, `kind`, `event_key`, `subject`, `payload` and, if wanted, `occurred_at`.
    static func event(of line: Substring) throws(Fault) -> EventStore.NewEvent {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: String(line))
        } catch {
            throw Fault("is not JSON")
        }
        guard case .object(let fields) = value else { throw Fault("is \(value.kindName), not an object") }
        guard let payload = fields["payload"] else { throw Fault("payload: is missing") }
        var moment: Timestamp?
        if case .string(let text)? = fields["occurred_at"] {
            guard let seconds = EventTime.seconds(text) else {
                throw Fault("occurred_at: is no moment such as 2026-11-21T12:00:00+03:00")
            }
            moment = Timestamp(microsecondsSince1970: seconds * 1_000_000)
        }
        return EventStore.NewEvent(
            shop: try text("shop", fields), kind: try text("kind", fields), eventKey: try text("event_key", fields),
            subject: fields["subject"]?.decimalText ?? "", payload: payload.jsonText, occurredAt: moment)
    }

    private static func text(_ name: String, _ fields: [String: JSONValue]) throws(Fault) -> String {
        guard let text = fields[name]?.decimalText, !text.isEmpty else { throw Fault("\(name): is missing") }
        return text
    }
}
