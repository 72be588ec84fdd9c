import Relay
import Sandbox
import TestSupport
import Testing

/// Ledger and portal are compared without anybody thinking of it.
@Suite(.timeLimit(.minutes(10)))
struct StockReconcileTests {
    private static let owned = [ShopSpec(more: ["stock: { owner: relay }"])]

    private func seed(_ stage: Stage, _ amount: String) {
        stage.sandbox.addCatalog(
            CatalogSeed(
                stores: [.init(id: 1, title: "Склад")],
                products: [.init(id: 501, name: "Товар", stock: [1: amount])]))
    }

    /// What the schedule does once a day, now, with both of its looks.
    private func compare(_ stage: Stage) async throws -> String {
        let before = try await stage.number("SELECT coalesce(max(job_id), 0) FROM fiscal.attempt")
        try await stage.texts(
            """
            SELECT fiscal.spawn(ARRAY[NULL::bigint], ARRAY['main'], ARRAY['stock.reconcile'],
                                ARRAY['stock.reconcile:main'], ARRAY['local'], ARRAY['run'], ARRAY[0],
                                ARRAY[NULL::text], ARRAY[0::bigint], ARRAY[false])::text
            """)
        var code: String?
        try await eventually("the two were not compared") {
            try await stage.hasten()
            code = try await stage.texts(
                """
                SELECT code FROM fiscal.attempt
                WHERE kind = 'stock.reconcile' AND outcome = 'finish' AND job_id > \(before)
                """
            ).first
            return code != nil
        }
        return code ?? ""
    }

    @Test(.database) func whatDiffersTwiceAlarmsUntilItAgrees() async throws {
        try await withStage { stage in
            seed(stage, "10")
            try await stage.working(Self.owned) { _ in
                // The ledger begins at nothing.
                _ = try await compare(stage)
                #expect(try await stage.openAlarms() == ["stock_differs:main"])
                let text = try await stage.texts("SELECT text FROM fiscal.alarm").first
                #expect(text?.contains("product 501: by 10") == true)
                #expect(text?.contains("fiscal-relay stock reconcile --shop main") == true)
                try await Console.open(stage, Self.owned) { console in
                    try await console.run("stock", "reconcile", "--adopt", "--why", "the shop begins")
                    _ = try await compare(stage)
                    #expect(try await stage.openAlarms() == [])
                    // A person at the keyboard who finds agreement ends the alarm too.
                    seed(stage, "11")
                    _ = try await compare(stage)
                    #expect(try await stage.openAlarms() == ["stock_differs:main"])
                    seed(stage, "10")
                    try await console.run("stock", "reconcile")
                    #expect(try await stage.openAlarms() == [])
                }
            }
        }
    }

    @Test(.database) func aPortalThatDoesNotAnswerLeavesTheAlarmAsItIs() async throws {
        try await withStage { stage in
            seed(stage, "10")
            try await stage.working(Self.owned) { _ in
                _ = try await compare(stage)
                stage.sandbox.faults.order(
                    FaultRule(
                        .status(500, code: nil, message: nil, retryAfter: nil, accepting: false), service: .bitrix,
                        times: .max))
                seed(stage, "0")
                _ = try await compare(stage)
                #expect(try await stage.openAlarms() == ["stock_differs:main"])
            }
        }
    }
}
