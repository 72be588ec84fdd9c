import Fiscal
import Postgres
import Relay
import Sandbox
import Subprocess
import TestSupport
import Testing

/// Movements reach the portal as documents, once, whatever happens on the way.
@Suite(.timeLimit(.minutes(10)))
struct StockPushTests {
    private static let owned = [ShopSpec(more: ["stock: { owner: relay }"])]

    private func seed(_ stage: Stage, _ stock: [Int: String] = [501: "10", 502: "10", 503: "10"]) {
        stage.sandbox.addCatalog(
            CatalogSeed(
                stores: [.init(id: 1, title: "Склад")],
                products: stock.sorted { $0.key < $1.key }.map {
                    CatalogSeed.Product(id: $0.key, name: "Товар", stock: [1: $0.value])
                }))
    }

    /// Waits until nothing is left to bring, hurrying what gathers.
    private func pushed(_ stage: Stage, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await eventually("movements did not reach the portal", sourceLocation: sourceLocation) {
            try await stage.hasten()
            return try await stage.number(
                """
                SELECT (SELECT count(*) FROM fiscal.stock_movement WHERE push AND document_id IS NULL)
                     + (SELECT count(*) FROM fiscal.stock_document WHERE state = 'planned')
                     + (SELECT count(*) FROM fiscal.job WHERE state <> 'dead')
                """) == 0
        }
    }

    private func portal(_ stage: Stage) -> [Int: String] { stage.sandbox.stock()[1] ?? [:] }

    @Test(.database) func manyTransactionsGoInFewDocuments() async throws {
        try await withStage { stage in
            seed(stage)
            // Held back while goods are sold: how many are gathered is then no matter of speed.
            let destination = "bitrix:127.0.0.1:\(stage.address.port)/portal/main"
            try await stage.pause(destination: destination)
            try await stage.working(Self.owned) { _ in
                for number in 1...6 { try await stage.sell("T\(number)", [("501", "1"), ("502", "0.5")]) }
                try await stage.takeBack("C6", of: "T6", "cancel")
                #expect(try await stage.resume(destination: destination))
                try await pushed(stage)
            }
            #expect(portal(stage) == [501: "5", 502: "7.5", 503: "10"])
            #expect(try await stage.number("SELECT count(*) FROM fiscal.stock_document") <= 4)
            #expect(try await stage.texts("SELECT DISTINCT state FROM fiscal.stock_document") == ["conducted"])
            try await Console.open(stage, Self.owned) { console in
                // The ledger begins at nothing, the portal at ten each: so they differ by that, until it is taken over.
                let found = try await console.json(AnyJSON.self, "stock", "reconcile", expecting: 1)
                #expect(found.count == 3)
                #expect(found[0]?["difference"] == .text("10"))
                try await console.run("stock", "reconcile", "--adopt", "--why", "the shop begins")
                let agreed = try await console.json(AnyJSON.self, "stock", "reconcile")
                #expect(agreed.count == 0)
                #expect(try await stage.openAlarms().isEmpty)
                let levels = try await console.json(AnyJSON.self, "stock", "levels", "--product", "502")
                #expect(levels[0]?["quantity"] == .text("7.5"))
                let movements = try await console.json(AnyJSON.self, "stock", "movements", "--transaction", "T6")
                #expect(movements.count == 4)
            }
            try await stage.expectLevelsAreSums()
        }
    }

    @Test(.database) func lostAnswersDoubleNothing() async throws {
        try await withStage { stage in
            seed(stage)
            // The portal does what it is asked, and its answer is lost: one request in three.
            stage.sandbox.faults.order(FaultRule(.reset(accepting: true), service: .bitrix, times: 6, rate: 40))
            try await stage.working(Self.owned) { _ in
                for number in 1...4 {
                    try await stage.sell("T\(number)", [("501", "1"), ("503", "2")], by: "terminal")
                }
                try await pushed(stage)
            }
            #expect(portal(stage) == [501: "6", 502: "10", 503: "2"])
        }
    }

    @Test(.database) func aWorkerKilledWhileItBringsADocumentDoublesNothing() async throws {
        try await withStage { stage in
            seed(stage)
            stage.sandbox.faults.order(
                FaultRule(
                    .timeout(accepting: true, hold: .seconds(30)), service: .bitrix, path: "catalog.document.conduct")
            )
            try await withWorkers(1, stage, Self.owned) { workers, start in
                try await stage.sell("T1", [("501", "1")], by: "terminal")
                try await eventually { portal(stage)[501] == "9" }
                _ = try await workers[0].end(.kill)
                _ = start()
                try await pushed(stage)
            }
            #expect(portal(stage) == [501: "9", 502: "10", 503: "10"])
            #expect(try await stage.texts("SELECT state FROM fiscal.stock_document") == ["conducted"])
        }
    }

    @Test(.database) func aLineLeftOutBeforeAKillIsMissingAfterIt() async throws {
        try await withStage { stage in
            seed(stage)
            stage.sandbox.faults.order(
                FaultRule(
                    .timeout(accepting: true, hold: .seconds(30)), service: .bitrix, path: "catalog.document.conduct")
            )
            try await withWorkers(1, stage, Self.owned) { workers, start in
                try await stage.sell("T1", [("501", "1"), ("777", "1")], by: "terminal")
                try await eventually { portal(stage)[501] == "9" }
                _ = try await workers[0].end(.kill)
                _ = start()
                try await pushed(stage)
            }
            #expect(portal(stage) == [501: "9", 502: "10", 503: "10"])
            #expect(try await stage.texts("SELECT state FROM fiscal.stock_document") == ["conducted"])
            #expect(
                try await stage.texts("SELECT product_id || ' ' || code FROM fiscal.stock_refusal") == [
                    "777 line_absent"
                ])
            #expect(try await stage.openAlarms().contains("stock_refused:main"))
            try await stage.verify(Self.owned)
        }
    }

    @Test(.database) func aPausedPortalHoldsNoReceiptAndGathersItsMovements() async throws {
        try await withStage { stage in
            seed(stage)
            let destination = "bitrix:127.0.0.1:\(stage.address.port)/portal/main"
            try await stage.pause(destination: destination)
            try await stage.working(Self.owned) { _ in
                for number in 1...5 {
                    let event = try await stage.sell("T\(number)", [("501", "1")])
                    #expect(try await stage.fate(of: event) == .ended("fiscalised"))
                }
                #expect(try await stage.levels() == ["1/501 -5"])
                #expect(portal(stage)[501] == "10")
                try await eventually {
                    try await stage.hasten()
                    return try await stage.number("SELECT count(*) FROM fiscal.job WHERE step = 'plan'") > 0
                }
                #expect(try await stage.resume(destination: destination))
                try await pushed(stage)
            }
            #expect(portal(stage)[501] == "5")
            #expect(try await stage.number("SELECT count(*) FROM fiscal.stock_document") == 1)
        }
    }

    @Test(.database) func whatThePortalDoesNotTakeIsSaidAndTheRestGetsThrough() async throws {
        try await withStage { stage in
            seed(stage, [501: "10", 502: "0.5"])
            try await stage.working(Self.owned) { _ in
                try await stage.sell("T1", [("501", "1"), ("502", "2"), ("tea", "1")], by: "terminal")
                try await pushed(stage)
                #expect(portal(stage) == [501: "9", 502: "0.5"])
                #expect(try await stage.openAlarms().contains("stock_refused:main"))
                #expect(
                    try await stage.texts("SELECT product_id || ' ' || code FROM fiscal.stock_refusal ORDER BY 1") == [
                        "502 stock_insufficient", "tea id_invalid",
                    ])
                // Goods arrive in the portal, and a person has the rest brought once more.
                seed(stage, [502: "5"])
                try await Console.open(stage, Self.owned) { console in
                    _ = try await console.run("stock", "resend", "--shop", "main", "--why", "the goods are there")
                }
                try await pushed(stage)
            }
            #expect(portal(stage) == [501: "9", 502: "3"])
        }
    }

    /// Nine of ten wait for orders: the portal refuses the document, and says so of no line.
    @Test(.database) func whatOrdersHaveReservedHoldsUpNothingElse() async throws {
        try await withStage { stage in
            seed(stage)
            func product(reserved: String) -> CatalogSeed {
                CatalogSeed(products: [.init(id: 502, name: "Товар", stock: [1: "10"], reserved: [1: reserved])])
            }
            stage.sandbox.addCatalog(product(reserved: "9"))
            try await stage.working(Self.owned) { _ in
                try await stage.sell("T1", [("501", "1"), ("502", "2")], by: "terminal")
                try await pushed(stage)
                #expect(portal(stage) == [501: "9", 502: "10", 503: "10"])
                #expect(
                    try await stage.texts("SELECT product_id || ' ' || code FROM fiscal.stock_refusal") == [
                        "502 stock_reserved"
                    ])
                #expect(try await stage.openAlarms().contains("stock_refused:main"))
                // The reserve is given up, and a person has it brought.
                stage.sandbox.addCatalog(product(reserved: "0"))
                try await Console.open(stage, Self.owned) { console in
                    _ = try await console.run("stock", "resend", "--shop", "main", "--why", "the order was given up")
                }
                try await pushed(stage)
            }
            #expect(portal(stage) == [501: "9", 502: "8", 503: "10"])
            try await stage.verify(Self.owned)
        }
    }

    @Test(.database) func whatIsLeftToBitrixIsNeverWritten() async throws {
        try await withStage { stage in
            seed(stage)
            let shop = ShopSpec(more: ["stock: { owner: divided }"])
            try await stage.working([shop]) { _ in
                let line = Payload.line("1", "1.00", "1", #""product_id": 503, "store_id": 1"#)
                try await stage.insert(
                    "order.shipped", key: "s",
                    Payload.shipped(shipment: "7", paidNow: "1.00", [line], #""customer": \#(Sample.customer)"#))
                try await stage.sell("T1", [("501", "1")], by: "terminal")
                try await pushed(stage)
            }
            #expect(try await stage.levels() == ["1/501 -1", "1/503 -1"])
            #expect(portal(stage) == [501: "9", 502: "10", 503: "10"])
        }
    }
}

extension Stage {
    /// Holds everything on record, and in the stand-ins' ledgers, against the promises of the project.
    func verify(_ shops: [ShopSpec], sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await Console.open(self, shops) { console in
            _ = try await console.run(
                "verify", "--settled", "--sandbox", address.url, sourceLocation: sourceLocation)
        }
    }
}
