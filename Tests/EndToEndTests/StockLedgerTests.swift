import Postgres
import Relay
import Sandbox
import Subprocess
import TestSupport
import Testing

/// The ledger's sum is the same in whatever order, and however often, its transactions arrive.
@Suite(.timeLimit(.minutes(10)))
struct StockLedgerTests {
    private struct Said {
        var event: Int64
        var transaction: String
        var family: String
        var kind: String
        var quantity: String?
    }

    private func say(_ said: Said, _ stage: Stage) async throws {
        try await stage.texts(
            """
            SELECT fiscal.move_stock(ARRAY[\(said.event)::bigint], ARRAY[1::bigint], ARRAY['main'], ARRAY['\(said.transaction)'],
                ARRAY['\(said.family)'], ARRAY['\(said.kind)'], ARRAY[\(said.quantity == nil ? "NULL" : "'1'")::text],
                ARRAY['1'], ARRAY['501'], ARRAY[\(said.quantity ?? "NULL")::numeric], ARRAY[NULL::text], ARRAY[now()],
                ARRAY[\(said.quantity == nil ? "'infinity'" : "NULL")::timestamptz], ARRAY[false], ARRAY[NULL::text],
                ARRAY[NULL::text])::text
            """)
    }

    /// Every order of a sale, its refunds and its cancel, each said twice.
    @Test(.database) func everyOrderComesToTheSame() async throws {
        try await withStage(audits: false) { stage in
            for number in 1...4 {
                try await stage.texts(
                    "INSERT INTO fiscal.outbox (shop, kind, event_key, payload) VALUES ('main', 'x', 'e\(number)', '{}')"
                )
            }
            let ids = try await stage.texts("SELECT id::text FROM fiscal.outbox ORDER BY id").compactMap { Int64($0) }
            let cases: [(parts: [(String, String?)], sum: String)] = [
                ([("sale", "-3"), ("refund", "1"), ("refund", "1")], "-1"),
                ([("sale", "-3"), ("refund", "1"), ("cancel", nil)], "0"),
                ([("sale", "-3"), ("refund", "2"), ("refund", "2"), ("cancel", nil)], "0"),
                // More comes back than left: no more than left is taken in.
                ([("sale", "-3"), ("refund", "2"), ("refund", "2")], "0"),
                // Of a sale that never comes, what came back is in the store.
                ([("refund", "2"), ("refund", "0.5")], "2.5"), ([("cancel", nil)], "0"),
            ]
            var expected: [String: String] = [:]
            var number = 0
            for (parts, sum) in cases {
                for order in permutations(Array(parts.indices)) {
                    number += 1
                    let family = "T\(number)"
                    for place in order + order.reversed() {
                        let (kind, quantity) = parts[place]
                        try await say(
                            Said(
                                event: ids[place], transaction: kind == "sale" ? family : "\(family)-\(place)",
                                family: family, kind: kind, quantity: quantity), stage)
                    }
                    expected[family] = sum
                }
            }
            let found = try await stage.texts(
                """
                SELECT family || ' ' || trim_scale(sum(quantity)) FROM fiscal.stock_movement GROUP BY family
                """)
            for text in found {
                let words = text.split(separator: " ").map(String.init)
                #expect(expected[words[0]] == words[1], "\(text)")
            }
            try await stage.expectLevelsAreSums()
        }
    }

    /// An order's shipments and its cancel, which knows none of them: whatever comes first, what left until then is back.
    @Test(.database) func anOrderCancelledBeforeItsShipmentsAreHeardOf() async throws {
        try await withWorkingStage([ShopSpec(account: nil, portal: nil)]) { stage in
            func ship(_ order: Int, _ shipment: Int, _ minute: Int) async throws {
                let event = try await stage.insert(
                    "order.shipped", key: "\(order)/\(shipment)", order: order,
                    """
                    { "v": 1, "order": { "id": \(order) }, "customer": \(Sample.customer),
                      "items": [\(Payload.line("\(shipment)", "1.00", "1", #""product_id": \#(order), "store_id": 1"#))],
                      "shipment": { "id": "\(shipment)", "shipped_at": "2026-11-21T12:0\(minute):00Z" } }
                    """)
                _ = try await stage.fate(of: event)
            }
            func cancel(_ order: Int) async throws {
                let event = try await stage.insert(
                    "order.cancelled", key: "c\(order)", order: order,
                    #"{ "v": 1, "order": { "id": \#(order) }, "cancelled_at": "2026-11-21T12:05:00Z" }"#)
                #expect(try await stage.fate(of: event) == .ended("recorded"))
            }
            try await cancel(1001)
            try await ship(1001, 1, 1)
            try await ship(1001, 2, 4)
            // One before and one after; what leaves after the cancel has left.
            try await ship(1002, 3, 1)
            try await cancel(1002)
            try await ship(1002, 4, 2)
            try await ship(1002, 5, 6)
            #expect(try await stage.levels() == ["1/1001 0", "1/1002 -1"])
            try await stage.expectLevelsAreSums()
        }
    }

    private func permutations(_ items: [Int]) -> [[Int]] {
        guard items.count > 1 else { return [items] }
        return items.flatMap { first in permutations(items.filter { $0 != first }).map { [first] + $0 } }
    }

    /// A terminal that was offline for a day: thousands of transactions at once, shuffled, many of them twice and under
    /// other keys, refunds and cancels before their sales; one worker is killed on the way.
    @Test(.database) func aDayOfflineInRandomOrder() async throws {
        try await withStage(audits: false) { stage in
            var random = SplitMix64(seed: 2026)
            var wanted: [String: Int] = [:]
            var payloads: [(key: String, subject: String, payload: String)] = []
            func add(_ id: String, _ subject: String, _ body: String) {
                let payload = """
                    { "v": 1, "transaction_id": "\(id)", "store_id": 1, "fiscalized_by": "terminal", \(body) }
                    """
                payloads.append(("pos:\(id)", "pos:\(subject)", payload))
                if Int.random(in: 0..<4, using: &random) == 0 {
                    // Sent again by another way, which names it otherwise and knows no lanes.
                    payloads.append(("again:\(id)", "", payload))
                }
            }
            for number in 0..<1000 {
                let product = "p\(Int.random(in: 0..<7, using: &random))"
                let sold = Int.random(in: 2...9, using: &random)
                func items(_ quantity: Int) -> String {
                    #""items": [{ "id": "1", "product_id": "\#(product)", "quantity": "0.\#(quantity)" }]"#
                }
                add("T\(number)", "T\(number)", #""type": "sale", \#(items(sold))"#)
                var left = sold
                if number % 3 == 0 {
                    add(
                        "R\(number)", "T\(number)",
                        #""type": "refund", "original_transaction_id": "T\#(number)", \#(items(1))"#)
                    left -= 1
                }
                if number % 5 == 0 {
                    add("C\(number)", "T\(number)", #""type": "cancel", "original_transaction_id": "T\#(number)""#)
                    left = 0
                }
                wanted[product, default: 0] -= left
            }
            payloads.shuffle(using: &random)
            let sent = payloads
            try await withWorkers(2, stage) { workers, start in
                for from in stride(from: 0, to: sent.count, by: 500) {
                    let part = sent[from..<min(from + 500, sent.count)]
                    try await stage.shop.execute(
                        Statement(
                            "test.batch",
                            """
                            INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
                            SELECT 'main', 'pos.transaction', k, s, p
                            FROM unnest($1::text[], $2::text[], $3::jsonb[]) AS u (k, s, p) ON CONFLICT DO NOTHING
                            """),
                        [.texts(part.map(\.key)), .texts(part.map(\.subject)), .jsons(part.map(\.payload))])
                    if from == 500 {
                        _ = try await workers[0].end(.kill)
                        _ = start()
                    }
                }
                try await eventually {
                    try await stage.number("SELECT count(*) FROM fiscal.job") == 0
                }
            }
            let levels = try await stage.texts(
                "SELECT product_id || ' ' || round(quantity * 10) FROM fiscal.stock_level ORDER BY product_id")
            #expect(levels == wanted.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })
            try await stage.expectLevelsAreSums()
            #expect(try await stage.number("SELECT count(*) FROM fiscal.stock_fault") == 0)
        }
    }

    /// Many lanes at one product, in batches that overlap: nobody waits for somebody who waits for him.
    @Test(.database) func aHotProductIsLockedInOneOrder() async throws {
        try await withWorkingStage([ShopSpec(account: nil, portal: nil)]) { stage in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<120 {
                    group.addTask {
                        let goods = ["501", "502", "503"].map { ($0, "1") }
                        try await stage.sell(
                            "T\(number)", number.isMultiple(of: 2) ? goods : goods.reversed(), by: "terminal")
                    }
                }
                try await group.waitForAll()
            }
            try await eventually { try await stage.number("SELECT count(*) FROM fiscal.job") == 0 }
            #expect(try await stage.levels() == ["1/501 -120", "1/502 -120", "1/503 -120"])
            #expect(
                try await stage.number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == 0
            )
        }
    }
}

extension Stage {
    /// I6 as the tables have it.
    func expectLevelsAreSums(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let wrong = try await texts(
            """
            SELECT concat_ws(' ', shop, store_id, product_id) FROM (
                SELECT shop, store_id, product_id, sum(quantity) AS total FROM fiscal.stock_movement GROUP BY 1, 2, 3) m
            FULL JOIN fiscal.stock_level l USING (shop, store_id, product_id)
            WHERE coalesce(m.total, 0) <> coalesce(l.quantity, 0)
            """)
        #expect(wrong.isEmpty, "levels that are not the sum of their movements", sourceLocation: sourceLocation)
    }
}

/// A generator whose numbers are the same in every run.
private struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
