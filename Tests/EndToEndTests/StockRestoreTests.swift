import EmbeddedPostgres
import Fiscal
import FoundationEssentials
import Postgres
import Relay
import Sandbox
import TestSupport
import Testing

/// The ledger is set back to its past while the portal keeps what it was told.
@Suite(.timeLimit(.minutes(10)))
struct StockRestoreTests {
    private static let owned = [ShopSpec(more: ["stock: { owner: relay }"])]

    private struct Past {
        let since: String
        /// When the transaction occurred that was written and brought after the point in time.
        let lostAt: Timestamp
    }

    private func portal(_ stage: Stage) -> [Int: String] { stage.sandbox.stock()[1] ?? [:] }

    /// Waits until nothing is left to bring but what is held.
    private func pushed(_ stage: Stage, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await eventually("movements did not reach the portal", sourceLocation: sourceLocation) {
            try await stage.hasten()
            return try await stage.number(
                """
                SELECT (SELECT count(*) FROM fiscal.stock_movement WHERE push AND NOT held AND document_id IS NULL)
                     + (SELECT count(*) FROM fiscal.stock_document WHERE state = 'planned')
                     + (SELECT count(*) FROM fiscal.job WHERE state <> 'dead')
                """) == 0
        }
    }

    /// Two sales reach the portal in two documents; the database then forgets the second, and that the first did.
    private func loseThePresent(_ stage: Stage, _ cluster: EmbeddedCluster) async throws -> Past {
        let destination = "bitrix:127.0.0.1:\(stage.address.port)/portal/main"
        try await cluster.backUp()
        let past = try await stage.working(Self.owned) { _ async throws in
            try await stage.pause(destination: destination)
            try await stage.sell("T1", [("501", "1")], by: "terminal")
            try await eventually { try await stage.levels() == ["1/501 9", "1/502 10"] }
            let since = try await stage.texts(
                "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
            try await cluster.markPoint("before")
            // From here on everything is lost, but for what the portal was told.
            #expect(try await stage.resume(destination: destination))
            try await pushed(stage)
            let lost = try await stage.sell("T2", [("501", "2")], by: "terminal")
            try await pushed(stage)
            let lostAt = try await stage.number(
                "SELECT (extract(epoch FROM occurred_at) * 1000000)::bigint FROM fiscal.outbox WHERE id = \(lost)")
            return Past(since: since[0], lostAt: Timestamp(microsecondsSince1970: Int64(lostAt)))
        }
        #expect(portal(stage) == [501: "7", 502: "10"])
        try await cluster.restore(to: "before")
        try await eventually { (try? await stage.levels()) == ["1/501 9", "1/502 10"] }
        return past
    }

    private func recover(_ console: Console, _ past: Past) async throws {
        let trial = try await console.json(
            AnyJSON.self, "recover", "--after-restore", "--since", past.since, "--why", "disk lost", "--dry-run")
        #expect(trial["held_movements"] == .number(1))
        #expect(try await !console.run("stock", "movements", "--held").output.contains("held "))
        let arguments = ["recover", "--after-restore", "--since", past.since, "--why", "disk lost", "--by", "anna"]
        try await eventually("the lease of the last worker did not run out") {
            try await Program.run(arguments + ["--config", console.configuration]).status == 0
        }
    }

    /// A sale that is told again, or only now: it happened before the restore.
    private func tellAgain(_ stage: Stage, _ transaction: String, _ product: String, _ past: Past) async throws {
        try await stage.insert(
            "pos.transaction", key: "pos:\(transaction)", subject: "pos:\(transaction)", at: past.lostAt,
            """
            { "v": 1, "transaction_id": "\(transaction)", "type": "sale", "store_id": 1, "fiscalized_by": "terminal",
              "items": [{ "id": "1", "product_id": "\(product)", "quantity": "2" }] }
            """)
    }

    @Test func nothingIsMovedTwiceWhateverItIsGroupedWith() async throws {
        try await withCluster(.archiving) { stage, cluster in
            stage.sandbox.addCatalog(
                CatalogSeed(
                    stores: [.init(id: 1, title: "Склад")],
                    products: [501, 502].map { .init(id: $0, name: "Товар", stock: [1: "10"]) }))
            try await Console.open(stage, Self.owned) { console in
                try await console.run("stock", "reconcile", "--adopt", "--why", "the shop begins")
                let past = try await loseThePresent(stage, cluster)
                try await recover(console, past)
                #expect(try await stage.openAlarms().contains("stock_held:main"))
                // That it was resumed is lost too.
                #expect(try await stage.resume(destination: "bitrix:127.0.0.1:\(stage.address.port)/portal/main"))
                try await stage.working(Self.owned) { _ async throws in
                    // What was lost is told again, what never came is told at last, and life goes on.
                    try await tellAgain(stage, "T2", "501", past)
                    try await tellAgain(stage, "U1", "502", past)
                    try await stage.sell("T3", [("501", "1")], by: "terminal")
                    try await eventually { try await stage.levels() == ["1/501 6", "1/502 8"] }
                    try await pushed(stage)
                    #expect(portal(stage) == [501: "6", 502: "10"])
                    let held = try await console.json(AnyJSON.self, "stock", "movements", "--held")
                    #expect(held.count == 3)
                    #expect(held[0]?["portal"] == .text("held"))

                    // The portal lacks what T1 and T2 say, and nothing of what U1 says.
                    let answer = try await console.json(
                        AnyJSON.self, "stock", "release", "--shop", "main", "--as-portal", "--why", "compared")
                    #expect(answer["brought"] == .number(2))
                    #expect(answer["to_bring"] == .number(1))
                    #expect(answer["unclear"]?.count == 0)
                    try await pushed(stage)
                    #expect(portal(stage) == [501: "6", 502: "8"])
                    #expect(try await !stage.openAlarms().contains("stock_held:main"))
                    try await console.run("stock", "reconcile")
                    try await stage.verify(Self.owned)
                }
            }
        }
    }
}
