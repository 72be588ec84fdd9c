import Fiscal
import JobQueue
import Postgres
import Relay
import Sandbox
import TestSupport
import Testing

/// Lines of a refund bring goods of a shipped order back: exactly what left and did not come back, in whatever order
/// its parts come, and together with the shipment's undoing never twice.
@Suite(.database, .timeLimit(.minutes(10)))
struct StockReturnTests {
    /// Something that an order's stock hears of.
    enum Part: Hashable {
        /// A shipment leaves with so much of each line.
        case shipped(Int, id: String = "7", [String: Int])
        case undone(Int, id: String = "7")
        case cancelled(Int)
        /// Of another payment than the one that all stories have.
        case paid(Int, payment: String, Int)
        case refunded(Int, id: String, payment: String = "5", stays: Bool = false, [String: Int])
        /// The story's own payment, of five of the first line.
        static let paid = Part.paid(1, payment: "5", 5)

        /// Of a payment, when it was made: the payload does not say it here.
        var paidAt: Timestamp? {
            guard case .paid(let second, _, _) = self else { return nil }
            return Timestamp(microsecondsSince1970: (1_795_251_600 + Int64(second)) * 1_000_000)
        }

        /// As a shop writes it, at so many seconds after noon.
        var event: (kind: String, payload: String) {
            func at(_ second: Int) -> String { "2026-11-21T12:00:\(second < 10 ? "0" : "")\(second)+03:00" }
            func items(_ lines: [String: Int], _ more: (String) -> String) -> String {
                lines.sorted { $0.key < $1.key }.map {
                    #"{ "id": "\#($0.key)", "quantity": "\#($0.value)"\#(more($0.key)) }"#
                }
                .joined(separator: ", ")
            }
            let head = #""v": 1, "order": { "id": 1001 }"#
            return switch self {
            case .shipped(let second, let id, let lines):
                (
                    "order.shipped",
                    """
                    { \(head), "shipment": { "id": "\(id)", "shipped_at": "\(at(second))" },
                      "items": [\(items(lines) { #", "product_id": 50\#($0), "store_id": 1"# })] }
                    """
                )
            case .undone(let second, let id):
                ("shipment.undone", #"{ \#(head), "shipment": { "id": "\#(id)", "undone_at": "\#(at(second))" } }"#)
            case .cancelled(let second):
                ("order.cancelled", #"{ \#(head), "cancelled_at": "\#(at(second))" }"#)
            case .paid(_, let payment, let quantity):
                (
                    "order.paid",
                    Payload.paid(
                        payment: payment, sum: "\(quantity)00.00", settlement: "full_prepayment",
                        [Payload.line("1", "100.00", "\(quantity)")])
                )
            case .refunded(let second, let id, let payment, let stays, let lines):
                (
                    "payment.refunded",
                    """
                    { \(head), "payment": { "id": "\(payment)" },
                      "refund": { "id": "\(id)", "refunded_at": "\(at(second))" },
                      \(stays ? #""stock_effect": "none","# : "")
                      "items": [\(items(lines) { _ in "" })] }
                    """
                )
            }
        }
    }

    /// Tells the ledger of events, one after another, by the statement that workers run.
    ///
    /// `attentively`: as workers do, with what the build of a payment's receipt says to the ledger, and with a look
    /// ahead after each. `moving`: in whose transaction the stock moves.
    func tell(
        _ parts: [Part], of shop: String, _ stage: Stage, again: Bool = false, attentively: Bool = false,
        moving session: Connection? = nil
    ) async throws {
        let settings = try #require(
            try RelayConfiguration(yaml: stage.yaml([ShopSpec()]), environment: [:]).shops["main"])
        let reading = StockReading(settings: settings.stock, language: .english)
        for (number, part) in parts.enumerated() {
            let (kind, payload) = part.event
            let event = try await stage.insert(
                kind, key: "\(again)\(session != nil)\(attentively)\(number)", order: 1001, shop: shop, at: part.paidAt,
                payload)
            if attentively {
                if kind == "order.paid" {
                    let hear = StockEffects.hear(order: "1001", shop: shop)
                    try await stage.owner.execute(
                        hear.kind.statement, Parameter.columns(hear.kind.columns, of: [hear.row]))
                }
                try await lookAhead(stage)
            }
            guard StockReading.kinds.contains(kind) else { continue }
            let effects = reading.changes(kind: kind, payload: payload, occurredAt: 1_795_251_600)
                .map { StockEffects.move($0, event: event, shop: shop) }
            let move = try #require(effects.first).kind
            let columns = Parameter.columns(move.columns, of: effects.map(\.row))
            if let session {
                _ = try await session.execute(move.statement, columns)
            } else {
                try await stage.owner.execute(move.statement, columns)
            }
        }
    }

    /// What the stores of a shop hold, by line.
    func levels(of shop: String, _ stage: Stage) async throws -> [String] {
        try await stage.texts(
            """
            SELECT right(product_id, 1) || ' ' || trim_scale(quantity) FROM fiscal.stock_level WHERE shop = '\(shop)'
            ORDER BY 1
            """)
    }

    /// What the look ahead does for refunds whose payments have come meanwhile.
    func lookAhead(_ stage: Stage) async throws {
        _ = try await stage.number("SELECT fiscal.bring_back_waiting(500)")
    }

    /// A story, and what must be left of the levels after it.
    struct Story: Sendable, CustomTestStringConvertible {
        let name: String
        let parts: [Part]
        let levels: [String]
        var testDescription: String { name }
    }

    static let stories = [
        Story(
            name: "part of what left comes back",
            parts: [.shipped(10, ["1": 5, "2": 1]), .refunded(20, id: "R", ["1": 2])], levels: ["1 -3", "2 -1"]),
        Story(
            name: "what was never handed over brings nothing back",
            parts: [.refunded(5, id: "R", ["1": 2]), .shipped(10, ["1": 3])], levels: ["1 -3"]),
        Story(
            name: "nor does what is still paid for",
            parts: [.shipped(10, ["1": 3]), .refunded(20, id: "R", ["1": 2])], levels: ["1 -3"]),
        Story(
            name: "the undoing takes the rest back",
            parts: [
                .shipped(10, ["1": 5]), .refunded(20, id: "R", ["1": 2]), .undone(30),
            ], levels: ["1 0"]),
        Story(
            name: "money after the undoing brings nothing more",
            parts: [
                .shipped(10, ["1": 5]), .undone(20), .refunded(30, id: "R", ["1": 2]),
            ], levels: ["1 0"]),
        Story(
            name: "what leaves anew is not what came back before",
            parts: [
                .shipped(10, ["1": 5]), .refunded(20, id: "R", ["1": 2]), .undone(30), .shipped(40, ["1": 3]),
            ], levels: ["1 -3"]),
        Story(
            name: "and comes back by a refund of its own",
            parts: [
                .shipped(10, ["1": 5]), .refunded(20, id: "R", ["1": 2]), .undone(30), .shipped(40, ["1": 3]),
                .refunded(50, id: "S", ["1": 1]), .undone(59),
            ], levels: ["1 0"]),
        Story(
            name: "the order's cancel after a refund",
            parts: [
                .shipped(10, ["1": 5]), .refunded(20, id: "R", ["1": 5]), .cancelled(30),
            ], levels: ["1 0"]),
        Story(
            name: "two shipments, two refunds",
            parts: [
                .shipped(10, id: "7", ["1": 2]), .shipped(20, id: "8", ["1": 3]), .refunded(30, id: "R", ["1": 4]),
                .refunded(40, id: "S", ["1": 1]),
            ], levels: ["1 0"]),
        Story(
            name: "money for what never left takes nothing from what did",
            parts: [
                .shipped(10, ["1": 3]), .refunded(20, id: "R", stays: true, ["1": 2]), .refunded(30, id: "S", ["1": 1]),
            ], levels: ["1 -2"]),
        Story(
            name: "what stays does not come back with the rest",
            parts: [
                .shipped(10, ["1": 5]), .refunded(20, id: "R", stays: true, ["1": 1]), .refunded(30, id: "S", ["1": 4]),
            ], levels: ["1 -1"]),
        Story(
            name: "paid again after it was given back, and shipped in part",
            parts: [
                .refunded(5, id: "R", ["1": 5]), .paid(8, payment: "6", 5), .shipped(10, ["1": 3]),
                .refunded(20, id: "S", payment: "6", ["1": 2]),
            ], levels: ["1 -3"]),
        Story(
            name: "what another payment still pays for stays",
            parts: [.paid(2, payment: "6", 3), .shipped(10, ["1": 5]), .refunded(20, id: "R", ["1": 2])],
            levels: ["1 -5"]),
        Story(
            name: "of two payments one is given back whole",
            parts: [.paid(2, payment: "6", 3), .shipped(10, ["1": 6]), .refunded(20, id: "R", ["1": 5])],
            levels: ["1 -3"]),
        Story(
            name: "both are given back",
            parts: [
                .paid(2, payment: "6", 3), .shipped(10, ["1": 8]), .refunded(20, id: "R", ["1": 5]),
                .refunded(30, id: "S", payment: "6", ["1": 3]),
            ], levels: ["1 0"]),
        Story(
            name: "what another payment pays for comes back with the undoing, once",
            parts: [
                .paid(2, payment: "6", 3), .shipped(10, ["1": 5]), .refunded(20, id: "R", ["1": 5]), .undone(30),
            ], levels: ["1 0"]),
        Story(
            name: "and with the order's cancel",
            parts: [
                .paid(2, payment: "6", 3), .shipped(10, ["1": 5]), .refunded(20, id: "R", ["1": 2]), .cancelled(30),
            ], levels: ["1 0"]),
    ]

    @Test(arguments: stories) func everyOrderOfItsPartsEndsAlike(story: Story) async throws {
        try await withStage(audits: false) { stage in
            var wrong: [String: String] = [:]
            for (number, order) in Self.permutations([.paid] + story.parts).enumerated() {
                let shop = "shop\(number)"
                // Each part twice: what was said already is no news.
                try await tell(order, of: shop, stage)
                try await lookAhead(stage)
                try await tell(order.reversed(), of: shop, stage, again: true)
                try await lookAhead(stage)
                let found = try await levels(of: shop, stage)
                if found != story.levels { wrong["\(order)"] = found.joined(separator: ", ") }
                // Heard one by one, with all that is due done in between.
                try await tell(order, of: shop + "b", stage, attentively: true)
                try await lookAhead(stage)
                let heard = try await levels(of: shop + "b", stage)
                if heard != story.levels { wrong["one by one: \(order)"] = heard.joined(separator: ", ") }
            }
            #expect(wrong == [:], "must be \(story.levels)")
            #expect(try await stage.number("SELECT count(*) FROM fiscal.stock_fault WHERE settled_at IS NULL") == 0)
            #expect(try await stage.openAlarms().filter { $0.hasPrefix("stock_fault") } == [])
            try await stage.expectLevelsAreSums()
        }
    }

    /// All orders of up to four parts; of more those that put each one first and last, so that none takes minutes.
    private static func permutations(_ parts: [Part]) -> [[Part]] {
        guard parts.count <= 4 else {
            return parts.indices.flatMap { index in
                let turned = Array(parts[index...] + parts[..<index])
                return [turned, Array(turned.reversed())]
            }
        }
        guard parts.count > 1 else { return [parts] }
        return parts.indices.flatMap { index -> [[Part]] in
            var rest = parts
            let first = rest.remove(at: index)
            return permutations(rest).map { [first] + $0 }
        }
    }

    /// Without its payment nobody can say how much of it had left: that is said, and nothing is guessed.
    @Test func aRefundWhosePaymentIsNotKnownWaitsForItAndIsSaid() async throws {
        try await withStage(audits: false) { stage in
            try await tell([.shipped(10, ["1": 3]), .refunded(20, id: "R", ["1": 2])], of: "shop", stage)
            try await lookAhead(stage)
            #expect(try await levels(of: "shop", stage) == ["1 -3"])
            #expect(
                try await stage.texts("SELECT code || ' ' || line FROM fiscal.stock_fault") == ["payment_unknown 1"])
            #expect(try await stage.openAlarms().contains("stock_fault:shop"))
            try await tell([.paid(1, payment: "5", 3)], of: "shop", stage, again: true)
            try await lookAhead(stage)
            #expect(try await levels(of: "shop", stage) == ["1 -1"])
            #expect(try await stage.number("SELECT count(*) FROM fiscal.stock_fault WHERE settled_at IS NULL") == 0)
            #expect(try await !stage.openAlarms().contains("stock_fault:shop"))
        }
    }

    @Test func whatWasPaidForOutlivesThePayload() async throws {
        try await withStage(audits: false) { stage in
            try await tell([.paid, .shipped(10, ["1": 3])], of: "shop", stage)
            try await stage.owner.execute(Statement("test.empty", "UPDATE fiscal.outbox SET payload = 'null'"), [])
            try await tell([.refunded(20, id: "R", ["1": 3])], of: "shop", stage, again: true)
            #expect(try await levels(of: "shop", stage) == ["1 -2"])
        }
    }

    @Test func aRefundOfAShippedOrderMovesStockBeforeItsReceiptAndReachesThePortal() async throws {
        let owned = [ShopSpec(more: ["stock: { owner: relay }"])]
        try await withStage { stage in
            stage.sandbox.addCatalog(
                .init(
                    stores: [.init(id: 1, title: "Склад")], products: [.init(id: 501, name: "Товар", stock: [1: "10"])])
            )
            stage.place(order: 1001, price: "500.00")
            let goods = [Payload.line("1", "100.00", "5", #""product_id": 501, "store_id": 1"#)]
            func refund(_ id: String, _ quantity: String, _ more: String = "") -> String {
                """
                { "v": 1, "order": { "id": 1001 }, "payment": { "id": "5" }, "refund": { "id": "\(id)" },
                  "items": [{ "id": "1", "quantity": "\(quantity)" }]\(more) }
                """
            }
            try await stage.working(owned) { _ in
                var events = [try await stage.pay(sum: "500.00", settlement: "full_prepayment", goods)]
                events.append(
                    try await stage.insert(
                        "order.shipped", key: "s", order: 1001, Payload.shipped(shipment: "7", goods)))
                events.append(try await stage.insert("payment.refunded", key: "r", order: 1001, refund("R", "2")))
                // The buyer keeps it and gets his money.
                events.append(
                    try await stage.insert(
                        "payment.refunded", key: "k", order: 1001, refund("K", "1", #", "stock_effect": "none""#)))
                for event in events { #expect(try await stage.fate(of: event) == .ended("fiscalised")) }
                #expect(try await stage.levels() == ["1/501 -3"])
                // The same refund under another key: no goods, and no receipt without a person.
                let again = try await stage.insert("payment.refunded", key: "r2", order: 1001, refund("R", "2"))
                #expect(try await stage.fate(of: again) == .dead("already_receipted"))
                #expect(try await stage.levels() == ["1/501 -3"])
                try await stage.release(again)
                try await eventually("the portal was not told") {
                    try await stage.hasten()
                    return stage.sandbox.stock()[1]?[501] == "7"
                }
                // Another quantity under the same refund is said, and moves nothing.
                let other = try await stage.insert("payment.refunded", key: "r3", order: 1001, refund("R", "1"))
                #expect(try await stage.fate(of: other) == .dead("already_receipted"))
                #expect(try await stage.texts("SELECT code FROM fiscal.stock_fault") == ["line_differs"])
                #expect(try await stage.levels() == ["1/501 -3"])
            }
            try await stage.expectLevelsAreSums()
        }
    }
}
