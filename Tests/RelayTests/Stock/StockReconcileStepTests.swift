import Bitrix
import HTTPTransport
import JobQueue
import Postgres
import Relay
import Testing

@Suite("Stock compared by itself, and what a restore leaves open")
struct StockReconcileStepTests {
    private func level(_ product: String, _ quantity: String, waiting: String = "0", held: String = "0") -> StockLevel {
        StockLevel(
            shop: "main", store: "1", product: product, quantity: quantity, waiting: waiting, held: held, movedAt: "")
    }

    private func amounts(_ amounts: [Int64: Int64]) -> [StoreAmount] {
        amounts.map {
            StoreAmount(store: 1, product: $0.key, amount: CatalogueAmount(millionths: $0.value * 1_000_000))
        }
    }

    private func differences(_ amount: Int64) -> [StockReconciliation.Difference] {
        StockReconciliation.differences(shop: "main", levels: [level("501", "10")], amounts: amounts([501: amount]))
    }

    private func outcome(_ amount: Int64, seen: Int64? = nil) -> Outcome {
        StockReconcileStep.outcome(
            of: differences(amount), seen: seen.map { Set(differences($0).map(StockReconcileStep.Sighting.init)) },
            shops: ["main", "second"])
    }

    @Test("Only what differs by the same amount twice is alarmed")
    func twoLooks() {
        guard case .snooze(_, let checkpoint) = outcome(7).verdict else {
            Issue.record("it looks once more")
            return
        }
        #expect(StockReconcileStep.read(checkpoint) == Set(differences(7).map(StockReconcileStep.Sighting.init)))
        #expect(outcome(7, seen: 7).verdict == .finish(outcome: "differs"))
        #expect(outcome(7, seen: 7).effects.count == 1)
        #expect(outcome(8, seen: 7).verdict == .finish(outcome: "on_the_way"))
        #expect(outcome(8, seen: 7).effects.isEmpty)
        let agreed = outcome(10, seen: 7)
        #expect(agreed.verdict == .finish(outcome: "agreed"))
        #expect(agreed.effects.contains(AlarmEffects.clear("stock_differs:main")))
        #expect(agreed.effects.contains(AlarmEffects.clear("stock_doubled:second")))
    }

    @Test("A portal's quantity tells whether it has all that is held, or none, or leaves it open")
    func held() {
        let places = ["501", "502", "503", "504"].map { StockReconciliation.Place(store: "1", product: $0) }
        let findings = StockReconciliation.held(
            at: places,
            levels: [
                level("501", "7", held: "-3"), level("502", "7", held: "-3"), level("503", "7", held: "-3"),
                // A sale and its return: nothing is missing whether they were brought or not.
                level("504", "10"),
            ], amounts: amounts([501: 7, 502: 10, 503: 8, 504: 10]))
        #expect(places.map { findings[$0] } == [.brought, .absent, .unclear, .brought])
        // What waits is on its way beside.
        let waiting = StockReconciliation.held(
            at: [places[0]], levels: [level("501", "5", waiting: "-2", held: "-3")], amounts: amounts([501: 10]))
        #expect(waiting[places[0]] == .absent)
    }

    @Test("It is scheduled where our documents move the stock, once per portal, unless it is switched off")
    func schedules() async throws {
        func names(_ stock: String) async throws -> [String] {
            let shops = ["b", "a"].map { name in
                """
                  \(name):
                    company: { inn: "7712345671", sno: osn, email: shop@example.ru, payment_address: "https://shop.example.ru" }
                    provider: { kind: none }
                    stock: \(stock)
                    bitrix: { webhook_url: "https://portal.example.ru/rest/1/code/" }
                """
            }
            let transport = HTTPTransport()
            let pool = PostgresPool(try PostgresConfiguration(url: "postgres://nobody@127.0.0.1:1/none"))
            let directory = ShopDirectory(
                configuration: try RelayConfiguration(
                    yaml: "shops:\n" + shops.joined(separator: "\n"), environment: [:]),
                transport: transport, pool: pool)
            let schedules = StockReconcileStep.schedules(of: directory)
            await transport.shutdown()
            await pool.close()
            return schedules.map { "\($0.name) \($0.every)" }
        }
        #expect(try await names("{ owner: relay }") == ["stock.reconcile:a 86400.0 seconds"])
        #expect(try await names("{ owner: divided, reconcile: { every: 1h } }") == ["stock.reconcile:a 3600.0 seconds"])
        #expect(try await names("{ owner: bitrix }") == [])
        #expect(try await names("{ owner: relay, reconcile: { scheduled: false } }") == [])
    }
}
