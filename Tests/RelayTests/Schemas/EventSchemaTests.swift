import Fiscal
import Relay
import Testing

@Suite("Schemas of payloads")
struct EventSchemaTests {
    private func schema(_ kind: String) throws -> SchemaCheck {
        SchemaCheck(root: try JSONValue(parsing: try #require(EventSchemas.schema(of: kind))))
    }

    @Test("Each kind has one; another has none")
    func kinds() throws {
        #expect(EventSchemas.kinds.sorted() == FullPayloads.byKind.keys.sorted())
        #expect(EventSchemas.schema(of: "order.unpaid") == nil)
        for kind in EventSchemas.kinds {
            let root = try schema(kind).root
            #expect(root["$schema"] == .string("https://json-schema.org/draft/2020-12/schema"))
            #expect(root["$id"] == .string("urn:fiscal-relay:\(kind):1"))
        }
    }

    @Test("A schema describes exactly the fields that the decoder reads", arguments: EventSchemas.kinds)
    func fields(kind: String) throws {
        let text = try #require(FullPayloads.byKind[kind])
        try AnyEvent.read(kind, text)
        let payload = try JSONValue(parsing: text)
        let check = try schema(kind)
        #expect(check.violations(of: payload) == [])
        let read = Set(payload.leaves.map(\.text))
        let described = check.fields()
        #expect(read.subtracting(described) == [], "read but not described")
        #expect(described.subtracting(read) == [], "described but not read")
        // Nothing that is described is passed over: rubbish at any place is a fault at that place.
        for leaf in payload.leaves where leaf != [.member("right"), .member("v")] {
            let broken = payload.replacing(leaf[...], with: .object(["rubbish": .bool(true)]))
            let found = faults { try AnyEvent.read(kind, broken.jsonText) }
            let place = leaf.text
            let isPlanned = place.hasSuffix("vat_rate")  // judged with the shop's settings
            #expect(isPlanned || found.contains { $0.hasSuffix(" \(place)") }, "\(place): \(found)")
        }
    }

    @Test("What is required is missed by the decoder too", arguments: EventSchemas.kinds)
    func required(kind: String) throws {
        let payload = try JSONValue(parsing: try #require(FullPayloads.byKind[kind]))
        let check = try schema(kind)
        for leaf in payload.leaves where leaf != [.member("right"), .member("v")] {
            let without = payload.replacing(leaf[...], with: nil)
            let violations = check.violations(of: without)
            let found = faults { try AnyEvent.read(kind, without.jsonText) }
            if !violations.isEmpty { #expect(!found.isEmpty, "\(leaf.text) is required by the schema only") }
            if violations.isEmpty, !found.isEmpty {
                // Conditions between fields are the decoder's own.
                #expect(["receipt.external_id"].contains(leaf.text), "\(leaf.text) is required by the decoder only")
            }
        }
    }

    @Test("Words of enumerations are those of the decoder")
    func words() throws {
        let root = try schema("order.paid").root
        func words(_ path: String...) -> [String] {
            var node: JSONValue? = root
            for name in path { node = node?[name] }
            if case .array(let elements)? = node { return elements.compactMap(\.decimalText) }
            return []
        }
        #expect(words("properties", "settlement", "enum") == OrderPaid.SettlementKind.allCases.map(\.rawValue))
        #expect(words("$defs", "means", "enum") == PaymentMeans.allCases.map(\.rawValue))
        #expect(words("$defs", "agent", "properties", "type", "enum") == AgentKind.allCases.map(\.rawValue))
        #expect(words("$defs", "item", "properties", "object", "enum") == SettlementObject.allCases.map(\.rawValue))
        #expect(words("$defs", "item", "properties", "sno", "enum") == TaxSystem.allCases.map(\.rawValue))
    }

    @Test("Payloads of the tests pass the schemas too")
    func examples() throws {
        let line = Payload.line("1", "100.00", "0.5", vat: "null")
        let paid = Payload.paid(sum: "50.00", "prepayment", [line])
        let examples = [
            ("order.paid", paid), ("order.paid", Payload.paid(sum: "5", "advance")),
            ("order.shipped", Payload.shipped([line])), ("payment.refunded", Payload.refunded()),
            ("payment.refunded", Payload.refunded(sum: "1.5", items: [("1", "0.333")])),
            ("receipt.correction", Payload.correction("missed", right: paid)),
            ("receipt.correction", Payload.correction("duplicate", receipt: "a")),
        ]
        for (kind, text) in examples {
            try AnyEvent.read(kind, text)
            #expect(try schema(kind).violations(of: JSONValue(parsing: text)) == [])
        }
    }
}
