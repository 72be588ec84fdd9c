import Postgres
import Relay
import TestSupport
import Testing

/// Payments that are heard of beside a refund or after it, and how they are counted.
extension StockReturnTests {
    /// A payment is heard of while the transaction of a refund is open: neither sees the other, and a look ahead within
    /// that transaction sees no more.
    @Test(arguments: [false, true]) func aPaymentHeardBesideARefundIsCounted(looks: Bool) async throws {
        try await withStage(audits: false) { stage in
            try await tell([.paid, .shipped(10, ["1": 5])], of: "shop", stage)
            let till = try await Connection.open(TestDatabase.current.configuration())
            _ = try await till.execute(Statement("test.begin", "BEGIN"))
            try await tell([.refunded(20, id: "R", ["1": 2])], of: "shop", stage, moving: till)
            if looks { _ = try await till.execute(Statement("test.look", "SELECT fiscal.bring_back_waiting(500)")) }
            try await tell([.paid(2, payment: "6", 3)], of: "shop", stage, attentively: true)
            #expect(try await levels(of: "shop", stage) == ["1 -5"])
            _ = try await till.execute(Statement("test.commit", "COMMIT"))
            await till.close()
            // It could not know that the buyer has paid for all that he keeps.
            #expect(try await levels(of: "shop", stage) == ["1 -3"])
            try await lookAhead(stage)
            #expect(try await levels(of: "shop", stage) == ["1 -5"])
            #expect(try await stage.number("SELECT count(*) FROM fiscal.stock_heard") == 0)
            try await stage.expectLevelsAreSums()
        }
    }

    /// Of payments that workers of an older release heard nobody was told.
    @Test func whatNobodyCountedIsFound() async throws {
        try await withStage(audits: false) { stage in
            try await tell([.paid, .shipped(10, ["1": 5]), .refunded(20, id: "R", ["1": 2])], of: "shop", stage)
            try await lookAhead(stage)
            try await tell([.paid(2, payment: "6", 3)], of: "shop", stage, again: true)
            try await lookAhead(stage)
            #expect(try await levels(of: "shop", stage) == ["1 -3"])
            let find = "SELECT fiscal.hear_uncounted_payments()"
            #expect(try await stage.number(find) == 1)
            try await lookAhead(stage)
            #expect(try await levels(of: "shop", stage) == ["1 -5"])
            #expect(try await stage.number(find) == 0)
        }
    }

    /// Payments of orders 1 to `count` were heard of so long before now, as an expression of the order `n`.
    private func hear(of count: Int, before now: String, _ stage: Stage) async throws {
        try await stage.owner.execute(
            Statement(
                "test.heard",
                """
                INSERT INTO fiscal.stock_heard (shop, order_id, heard_at)
                SELECT 'shop', n::text, now() - \(now) FROM generate_series(1, \(count)) AS n
                """))
    }

    @Test func whatWasHeardOfFirstIsCountedFirst() async throws {
        try await withStage(audits: false) { stage in
            try await hear(of: 3, before: "n * interval '1 minute'", stage)
            for left in [["1", "2"], ["1"], []] {
                _ = try await stage.number("SELECT fiscal.bring_back_waiting(1)")
                #expect(try await stage.texts("SELECT order_id FROM fiscal.stock_heard ORDER BY 1") == left)
            }
        }
    }

    /// More than one look takes: the next follows at once, and not with the schedule.
    @Test func oneLookFollowsAnotherUntilAllIsCounted() async throws {
        try await withStage(audits: false) { stage in
            try await hear(of: 2 * StockSteps.aheadBatch + 1, before: "interval '1 minute'", stage)
            try await stage.working { _ in
                try await stage.texts(
                    """
                    SELECT fiscal.spawn(ARRAY[NULL::bigint], ARRAY['main'], ARRAY['stock.ahead'], ARRAY['stock.ahead'],
                                        ARRAY['local'], ARRAY['stock'], ARRAY[0], ARRAY[NULL::text], ARRAY[0::bigint],
                                        ARRAY[false])::text
                    """)
                try await eventually("the looks have no end") {
                    try await stage.number(
                        "SELECT count(*) FROM fiscal.attempt WHERE kind = 'stock.ahead' AND outcome = 'finish'") == 1
                }
            }
            #expect(try await stage.number("SELECT count(*) FROM fiscal.stock_heard") == 0)
            #expect(
                try await stage.number(
                    "SELECT count(*) FROM fiscal.attempt WHERE kind = 'stock.ahead' AND outcome = 'next'") == 2)
        }
    }
}
