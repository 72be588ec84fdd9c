import Fiscal
import FoundationEssentials
import Relay
import Testing

/// The payloads that the Bitrix module writes, as its own tests keep them, against the worker's schemas, readers and
/// planners.
@Suite("Payloads of the Bitrix module")
struct ModulePayloadTests {
    private struct Event {
        let file: String
        let kind: String
        let subject: String
        let payload: JSONValue
    }

    private static func events() throws -> [Event] {
        let source = URL(filePath: #filePath).resolvingSymlinksInPath().path(percentEncoded: false)
        let root = "/" + source.split(separator: "/").dropLast(4).joined(separator: "/")
        let directory = root + "/deploy/bitrix/tests/payloads"
        return try FileManager.default.contentsOfDirectory(atPath: directory).sorted().map { file in
            let data = try #require(FileManager.default.contents(atPath: "\(directory)/\(file)"))
            let event = try JSONValue(parsing: String(decoding: data, as: UTF8.self))
            return Event(
                file: file, kind: try #require(event["kind"]?.decimalText),
                subject: try #require(event["subject"]?.decimalText), payload: try #require(event["payload"]))
        }
    }

    @Test("There are some of every kind that a shop writes")
    func kinds() throws {
        #expect(
            Set(try Self.events().map(\.kind)) == [
                "order.paid", "order.shipped", "order.cancelled", "payment.refunded", "payment.cancelled",
                "shipment.undone",
                "pos.transaction", "cashbox.check",
            ])
    }

    @Test("Each follows its kind's schema, and the decoder reads it")
    func schemas() throws {
        var checked = 0
        for event in try Self.events() {
            guard let text = EventSchemas.schema(of: event.kind) else { continue }
            #expect(
                SchemaCheck(root: try JSONValue(parsing: text)).violations(of: event.payload) == [], "\(event.file)")
            #expect(faults { try AnyEvent.read(event.kind, event.payload.jsonText) } == [], "\(event.file)")
            checked += 1
        }
        #expect(checked >= 14)
    }

    /// What the receipts of all events say, in their order; orders and shops do not mix.
    @Test("Receipts are planned of every one that settles something")
    func receipts() throws {
        var orders: [String: Books] = [:]
        var planned: [String] = []
        for event in try Self.events() {
            var books = try orders[event.subject] ?? Books(TestShop.settings())
            let text = event.payload.jsonText
            let receipts: [PlannedReceipt]
            switch event.kind {
            case "order.paid": receipts = try books.paid(text)
            case "order.shipped": receipts = try books.shipped(text)
            case "payment.refunded": receipts = try books.refunded(text)
            case "cashbox.check": receipts = try books.checked(text)
            default: continue
            }
            orders[event.subject] = books
            planned += receipts.map { receipt in
                let body = receipt.document.body
                let paid = body.payments.entries.map { "\($0.means.rawValue) \($0.sum)" }.joined(separator: ", ")
                return
                    "\(event.file.prefix(2)) \(body.type.rawValue) \(body.items.first?.method.rawValue ?? "") [\(paid)]"
            }
        }
        #expect(
            planned == [
                "01 sell full_prepayment [electronic 1480.00]", "02 sell full_payment [prepaid 1480.00]",
                "03 sell_return full_payment [electronic 590.00]", "06 sell full_prepayment [electronic 1480.00]",
                "07 sell_return full_prepayment [electronic 1480.00]", "08 sell full_prepayment [electronic 1480.00]",
                "10 sell full_payment [cash 500.00]", "13 sell full_prepayment [electronic 1480.00]",
                "14 sell full_payment [prepaid 1480.00]", "15 sell_return full_payment [electronic 1480.00]",
                "16 sell full_payment [cash 500.00]", "17 sell advance [electronic 1480.00]",
                "18 sell credit [credit 1480.00]", "19 sell credit_payment [electronic 1480.00]",
            ])
    }
}
