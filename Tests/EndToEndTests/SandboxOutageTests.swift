import EmbeddedPostgres
import FoundationEssentials
import HTTPTransport
import Postgres
import Relay
import Subprocess
import TestSupport
import Testing

/// Register and portal are processes too: they are killed in the middle of the circle and come again with what their
/// ledger file remembers, and every ledger agrees in the end.
@Suite(.database, .timeLimit(.minutes(10)))
struct SandboxOutageTests {
    private static let orders = 101...106
    private static let sales = 8

    /// A sandbox in a process of its own, at one address for as long as the test takes.
    private struct World: Sendable {
        let url: String
        let transport: HTTPTransport
        private let arguments: [String]
        private let log: String

        init(in directory: String, port: Int, _ transport: HTTPTransport) {
            url = "http://127.0.0.1:\(port)"
            self.transport = transport
            arguments = ["sandbox", "--port", "\(port)", "--ledger", "\(directory)/ledger"]
            log = "\(directory)/sandbox.log"
        }

        /// Starts it; it answers when this returns.
        func start() async throws -> WorkerProcess {
            let process = WorkerProcess(arguments, log: log)
            try await eventually("the sandbox does not answer") { (try? await get("/_sandbox/health")) != nil }
            return process
        }

        func get(_ path: String) async throws -> AnyJSON {
            let response = try await transport.perform(HTTPRequest(url: url + path, timeout: .seconds(20)))
            return try JSONDecoder().decode(AnyJSON.self, from: Data(response.body))
        }

        func post(_ path: String, _ body: String) async throws {
            let response = try await transport.perform(
                HTTPRequest(
                    method: .post, url: url + path, headers: ["Content-Type": "application/json"],
                    body: Array(body.utf8), timeout: .seconds(20)))
            try #require(response.status == 200, "\(path): \(String(decoding: response.body, as: UTF8.self))")
        }

        func yaml(_ database: String) -> String {
            """
            database: { url: "\(database)" }
            worker: { concurrency: 8, lease: 6s, heartbeat: 500ms, shutdown_grace: 3s }
            log: { level: info, language: en }
            shops:
              main:
                company: { inn: "7712345671", sno: osn, email: "kassa@shop.example.ru", payment_address: "https://shop.example.ru", ffd: "1.05" }
                provider: { kind: cloudkassir, base_url: "\(url)/cloudkassir/v1", login: shop, password: secret, timeout: 4s }
                stock: { owner: relay, default_store: "1" }
                bitrix: { webhook_url: "\(url)/portal/main/rest/1/sandboxcode/" }

            """
        }
    }

    @Test func registerAndPortalMayDieAtAnyMoment() async throws {
        try await withStage(accounts: [], portals: [], audits: false) { stage in
            try await withDirectory { directory in
                let port = try #require(FreePort.find())
                let transport = HTTPTransport()
                let result: Result<Void, any Error>
                do {
                    try await circle(stage, World(in: directory, port: port, transport), directory)
                    result = .success(())
                } catch {
                    result = .failure(error)
                }
                await transport.shutdown()
                try result.get()
            }
        }
    }

    private func circle(_ stage: Stage, _ world: World, _ directory: String) async throws {
        let configuration = "\(directory)/fiscal-relay.yaml"
        try world.yaml(stage.url(.worker)).write(toPath: configuration)
        var sandbox = try await world.start()
        let seeds = Self.orders.map { #"{ "id": \#($0), "price": "100.00" }"# }.joined(separator: ",")
        try await world.post("/_sandbox/orders", #"{ "orders": [\#(seeds)] }"#)
        try await world.post(
            "/_sandbox/catalog", #"{ "products": [{ "id": 501, "name": "Чай", "stock": { "1": "100" } }] }"#)
        let worker = WorkerProcess(configuration: configuration, log: "\(directory)/worker.log")
        let result: Result<Void, any Error>
        do {
            try await tell(stage)
            // Killed with some receipts under way, with some printed, and while results and goods go to the portal.
            for (state, count) in [("submitted", 1), ("fiscalised", 3), ("fiscalised", 11)] {
                try await eventually("\(count) receipts did not become \(state)") {
                    try await stage.number(
                        """
                        SELECT count(*) FROM fiscal.receipt WHERE state = '\(state)'
                           OR '\(state)' = 'submitted' AND state = 'fiscalised'
                        """) >= count
                }
                #expect(try await sandbox.end(.kill) == 256 + Signal.kill.rawValue)
                sandbox = try await world.start()
            }
            try await settled(stage)
            try await compare(stage, world, configuration)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        _ = try await worker.end(.terminate)
        _ = try await sandbox.end(.terminate)
        try result.get()
    }

    private func tell(_ stage: Stage) async throws {
        for order in Self.orders {
            try await stage.insert(
                "order.paid", key: "paid:\(order)", order: order,
                Payload.paid(order: order, payment: "\(order)", sum: "100.00", [Payload.line("1", "100.00")]))
        }
        for number in 1...Self.sales { try await stage.sell("T\(number)", [("501", "\(number)")]) }
    }

    private func settled(_ stage: Stage) async throws {
        try await eventually("the circle did not close") {
            // What was put off because somebody was away is due at once, but for what is in doubt.
            try await stage.texts("UPDATE fiscal.job SET run_at = now() WHERE state = 'later'")
            return try await stage.number(
                """
                SELECT (SELECT count(*) FROM fiscal.job WHERE state <> 'dead')
                     + (SELECT count(*) FROM fiscal.stock_movement WHERE push AND document_id IS NULL)
                     + (SELECT count(*) FROM fiscal.stock_document WHERE state = 'planned')
                """) == 0
        }
        #expect(try await stage.texts("SELECT reason FROM fiscal.job WHERE state = 'dead'") == [])
    }

    private func compare(_ stage: Stage, _ world: World, _ configuration: String) async throws {
        let receipts = Self.orders.count + Self.sales
        #expect(try await stage.number("SELECT count(*) FROM fiscal.receipt WHERE state = 'fiscalised'") == receipts)
        let summary = try await world.get("/_sandbox/ledger/summary")
        let register = summary["cloudkassir"]
        #expect(register?["fiscalised"] == .number(Decimal(receipts)))
        #expect(register?["duplicates"] == .number(0))
        #expect(summary["bitrix"]?["written_back"] == .number(Decimal(Self.orders.count)))
        let ledger = try await world.get("/_sandbox/ledger?service=bitrix&bodies=0")
        let gone = (1...Self.sales).reduce(0, +)
        #expect(ledger["bitrix"]?["main"]?["stock"]?["1"]?["501"] == .number(Decimal(100 - gone)))
        #expect(try await stage.levels() == ["1/501 -\(gone)"])
        let verified = try await Program.run(
            ["verify", "--settled", "--sandbox", world.url, "--config", configuration])
        #expect(verified.status == 0, "\(verified.output)\(verified.error)")
    }
}
