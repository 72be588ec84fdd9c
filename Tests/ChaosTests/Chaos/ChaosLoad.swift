import Postgres
import Relay
import Sandbox
import Synchronization

/// A shop that sells while everything around it breaks: what it could not write it writes again, under the same keys.
final class ChaosLoad: Sendable {
    struct Event: Sendable {
        let shop: String
        let kind: String
        var key: String
        let subject: String
        let payload: String
        /// Whether it can be receipted; otherwise it must end in front of a person.
        var isValid = true
        /// With which words it may end, if it can be receipted.
        var outcomes: Set<String> = ["fiscalised"]
    }

    private struct State {
        var written: [String: Event] = [:]
        var left: [String: Int] = [:]
        var isOver = false
        var isDone = false
    }

    /// Orders a second, all day long and in the evening. With it their number is bounded, so that what is left is too.
    private static let pace = 3

    let number: Int
    private let pool: PostgresPool
    private let sandbox: Sandbox
    private let seed: UInt64
    private let most: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - number: Tells the shops' programs apart.
    ///   - pool: Writes the events.
    ///   - sandbox: Gets the orders.
    ///   - seed: Decides what is sold.
    ///   - seconds: How long the day is; what it takes until every fault has shown comes on top.
    init(_ number: Int, pool: PostgresPool, sandbox: Sandbox, seed: UInt64, seconds: Int) {
        self.number = number
        self.pool = pool
        self.sandbox = sandbox
        self.seed = seed
        most = Self.pace * (seconds + Int(ChaosWorld.evening.components.seconds))
    }

    /// Events whose COMMIT this shop saw, by `shop key`.
    var written: [String: Event] { state.withLock { $0.written } }

    /// Thousandths of goods that left with what is written, as `shop/product`.
    var left: [String: Int] { state.withLock { $0.left } }

    /// Whether the last order is written.
    var isDone: Bool { state.withLock { $0.isDone } }

    /// No more new orders; ``run()`` returns when the last one is written.
    func end() { state.withLock { $0.isOver = true } }

    func run() async {
        var generator = SeededGenerator(seed: seed &+ UInt64(number) &* 7919)
        var order = 1_000_000 * (number + 1)
        let start = ContinuousClock.now
        for count in 0..<most {
            let due = start.advanced(by: .milliseconds(1000 * count / Self.pace))
            if due > .now { try? await Task.sleep(until: due, clock: .continuous) }
            guard !state.withLock({ $0.isOver }), !Task.isCancelled else { break }
            order += 1
            let shop = order % 5 == 0 ? "point" : order % 5 == 1 ? ChaosWorld.unrepeatable : "main"
            if Int.random(in: 0..<4, using: &generator) == 0 {
                let family = ChaosTill(shop: shop, number: order).family(using: &generator)
                await write(family.batches, using: &generator)
                note(family.left, of: ChaosStock.sold, in: shop)
            } else {
                let batches = orderEvents(order, shop: shop, using: &generator)
                await write(batches, using: &generator)
                let shipments = batches.joined().count { $0.kind == "order.shipped" }
                note(shipments * 1000, of: ChaosStock.shipped, in: shop)
            }
        }
        state.withLock { $0.isDone = true }
    }

    private func note(_ thousandths: Int, of product: Int, in shop: String) {
        guard thousandths != 0 else { return }
        state.withLock { $0.left["\(shop)/\(product)", default: 0] += thousandths }
    }

    private func write(_ batches: [[Event]], using generator: inout SeededGenerator) async {
        for batch in batches {
            await write(batch, byFunction: number == 1)
            try? await Task.sleep(for: .milliseconds(Int.random(in: 10...60, using: &generator)))
        }
    }

    /// The events of one order, in the transactions in which the shop commits them.
    private func orderEvents(_ order: Int, shop: String, using generator: inout SeededGenerator) -> [[Event]] {
        let price = "\(Int.random(in: 1...900, using: &generator)).\(Int.random(in: 10...99, using: &generator))"
        func event(
            _ kind: String, _ key: String, _ payload: String, isValid: Bool = true, lane: Bool = true,
            outcome: String = "fiscalised"
        ) -> Event {
            Event(
                shop: shop, kind: kind, key: key, subject: lane ? "order:\(order)" : "", payload: payload,
                isValid: isValid, outcomes: [outcome])
        }
        let items = """
            "items": [{ "id": "1", "product_id": \(ChaosStock.shipped), "store_id": 1, "name": "Товар", \
            "price": "\(price)", "quantity": "1", "vat_rate": "0.22" }]
            """
        let head = #""v": 1, "order": { "id": \#(order) }"#
        let buyer = #""customer": { "email": "buyer@example.ru" }"#
        func payload(_ settlement: String) -> String {
            let payment = #""payment": { "id": "\#(order)", "sum": "\#(price)" }, "settlement": "\#(settlement)""#
            return "{ \(head), \(payment), \(buyer), \(items) }"
        }
        func paid(_ settlement: String) -> Event {
            event("order.paid", "payment:\(order):paid:1", payload(settlement))
        }
        func correction(_ kind: String, _ of: String) -> Event {
            let why = #""correction": { "kind": "\#(kind)", "base_type": "self", "base_date": "2026-03-05" }"#
            return event("receipt.correction", "correction:\(order)", "{ \(head), \(why), \(of) }")
        }
        if shop == "main" {
            sandbox.createOrders([OrderSeed(id: order, price: price, properties: ["EMAIL": "buyer@example.ru"])])
        }
        if shop == "point", Bool.random(using: &generator) {
            // What was never receipted is made up for; what was receipted twice is taken back.
            guard Bool.random(using: &generator) else {
                return [[correction("missed", #""right": \#(payload("full_payment"))"#)]]
            }
            let doubled = ExternalID(shop: shop, eventKey: "payment:\(order):paid:1", part: 1, edition: 1).text
            return [
                [paid("full_payment")], [correction("duplicate", #""receipt": { "external_id": "\#(doubled)" }"#)],
            ]
        }
        switch Int.random(in: 0..<20, using: &generator) {
        case 0..<10: return [[paid("full_payment")]]
        case 10..<13:
            let refund = #""payment": { "id": "\#(order)" }, "refund": { "id": "1", "sum": "\#(price)" }"#
            return [
                [paid("full_payment")], [event("payment.refunded", "refund:\(order)", "{ \(head), \(refund) }")],
            ]
        case 13..<17:
            let shipped = event(
                "order.shipped", "shipment:\(order)",
                #"{ \#(head), "shipment": { "id": "\#(order)" }, "paid_now": "0", \#(buyer), \#(items) }"#)
            // In one transaction, or the second while the first is under way.
            return Bool.random(using: &generator)
                ? [[paid("full_prepayment"), shipped]] : [[paid("full_prepayment")], [shipped]]
        case 17:
            let wrong =
                #"{ \#(head), "payment": { "id": "\#(order)", "sum": "1.00" }, "settlement": "full_payment", \#(buyer) }"#
            return [[event("order.paid", "payment:\(order):paid:1", wrong, isValid: false)]]
        case 18: return [[event("order.cancelled", "cancelled:\(order)", "{ \(head) }", outcome: "recorded")]]
        default: return [[event("nobody.knows", "what:\(order)", "{}", isValid: false, lane: false)]]
        }
    }

    private static let insert = Statement(
        "chaos.insert",
        """
        INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[]) ON CONFLICT DO NOTHING
        """)

    private static let enqueue = Statement(
        "chaos.enqueue",
        """
        SELECT (fiscal.enqueue(u.shop, u.kind, u.key, u.subject, u.payload)).outcome
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[]) AS u (shop, kind, key, subject, payload)
        """)

    /// Writes events in one transaction, again and again until it is known to be committed.
    private func write(_ events: [Event], byFunction: Bool) async {
        let parameters: [Parameter] = [
            .texts(events.map(\.shop)), .texts(events.map(\.kind)), .texts(events.map(\.key)),
            .texts(events.map(\.subject)), .jsons(events.map(\.payload)),
        ]
        while !Task.isCancelled {
            do {
                try await pool.execute(byFunction ? Self.enqueue : Self.insert, parameters)
                state.withLock { state in
                    for event in events { state.written["\(event.shop) \(event.key)"] = event }
                }
                return
            } catch {
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
    }
}
