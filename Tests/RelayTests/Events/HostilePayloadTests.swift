import Fiscal
import FoundationEssentials
import Relay
import Testing

@Suite("Hostile payloads")
struct HostilePayloadTests {
    private static let values: [JSONValue] = [
        .null, .bool(true), .string(""), .string("\u{0}"), .string("-1"), .string("1e999"), .string("🫖🫖"), .array([]),
        .string(String(repeating: "9", count: 5000)), .object([:]), .array([.null]), .object(["id": .object([:])]),
        .string("99999999999999999999999999999999999999"), .string("0.00000000000000000000000000000000000001"),
        .string("9999-12-31T23:59:59Z"), .string("-9223372036854775808"), .string("0001-01-01T00:00:00Z"),
        .number(-1), .number(0), .number(9_223_372_036_854_775_807), .string("42949672.96"), .string("0.001"),
        .string("100000"), .string("delivery"), .string("advance"),
    ]

    @Test("A payload with anything anywhere ends in receipts or in faults", arguments: EventSchemas.kinds, 0..<4)
    func mutations(kind: String, block: Int) throws {
        var books = Books(try TestShop.settings())
        let line = Payload.line("77", "590.00", "2")
        try books.paid(Payload.paid("5", sum: "1180.00", "full_prepayment", [line]))
        try books.shipped(Payload.shipped([Payload.line("77", "590.00")], id: "0"))
        let full = try JSONValue(parsing: try #require(FullPayloads.byKind[kind]))
        var random = SplitMix64(seed: UInt64(block))
        var read = 0
        for _ in 0..<150 {
            var payload = full
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                guard let leaf = payload.leaves.randomElement(using: &random) else { continue }
                // A branch as often as a leaf.
                let place = leaf.prefix(Int.random(in: 0...leaf.count, using: &random))
                let new = Int.random(in: 0..<4, using: &random) == 0 ? nil : Self.values.randomElement(using: &random)
                payload = payload.replacing(place.isEmpty ? leaf[...] : place, with: new)
            }
            let text = payload.jsonText
            do {
                try AnyEvent.read(kind, text)
                read += 1
                _ = try plan(kind, text, books)
            } catch let faults as FiscalFaults {
                #expect(!faults.message(in: .russian).isEmpty)
            } catch is PlanningFault {
                continue
            }
        }
        #expect(read > 8)
    }

    private func plan(_ kind: String, _ text: String, _ books: Books) throws -> ReceiptPlan {
        switch kind {
        case "cashbox.check": try books.plan(check: text)
        case "order.paid": try books.plan(paid: text)
        case "order.shipped": try books.plan(shipped: text)
        case "payment.refunded": try books.plan(refunded: text)
        case "pos.transaction": try books.plan(pointOfSale: text)
        default: try books.plan(correction: text)
        }
    }

    @Test("Text with bytes cut out or changed", arguments: EventSchemas.kinds)
    func bytes(kind: String) throws {
        let full = Array(try #require(FullPayloads.byKind[kind]).utf8)
        var random = SplitMix64(seed: 17)
        for _ in 0..<1000 {
            var bytes = full
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let at = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.remove(at: at)
                case 1: bytes[at] = UInt8.random(in: 0...255, using: &random)
                default: bytes.insert(contentsOf: "{}[]\",:0".utf8.shuffled(using: &random).prefix(2), at: at)
                }
            }
            _ = faults { try AnyEvent.read(kind, String(decoding: bytes, as: UTF8.self)) }
        }
    }
}
