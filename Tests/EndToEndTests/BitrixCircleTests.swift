import EmbeddedPostgres
import FoundationEssentials
import Postgres
import Relay
import Sandbox
import Subprocess
import TestSupport
import Testing

/// The whole circle of a self-hosted shop with the real module: handlers, its own outbox, relay and sweep in PHP on
/// MariaDB, worker and gateway as processes, the cash register, and back through the module's own REST method, while
/// the goods go into the portal's stores. Everything that can be killed is, on the way; every ledger is held against
/// every other.
@Suite(.timeLimit(.minutes(10)))
struct BitrixCircleTests {
    /// What lies of each product in the portal's store beforehand.
    private static let stock = 100
    /// Told by the module, and a correction besides.
    private static let events = 20

    @Test func everyLedgerAgreesWithEveryOtherWhateverIsKilled() async throws {
        try await withCluster { stage, cluster in
            let port = try #require(FreePort.find())
            var addressed = stage
            addressed.more = Stage.gatewaySettings("http://127.0.0.1:\(port)").replacing(
                "port: 0", with: "port: \(port)")
            let stage = addressed
            var account = ShopSpec.account("main")
            account.callback = .after
            // It takes its time, so that there is much to be killed in the midst of.
            account.delay = .milliseconds(200)
            stage.sandbox.add(account)
            stage.sandbox.addCatalog(
                CatalogSeed(
                    products: [501, 502].map { .init(id: $0, name: "Товар", stock: [1: "\(Self.stock)"]) }))
            try await withDirectory { directory in
                try await withShop(stage, in: directory) { machine in
                    try await circle(stage, cluster, machine, directory)
                }
            }
        }
    }

    private func circle(
        _ stage: Stage, _ cluster: EmbeddedCluster, _ machine: ShopMachine, _ directory: String
    ) async throws {
        let shop = Self.shop(await machine.webhook)
        let configuration = directory + "/gateway.yaml"
        try stage.yaml([shop]).write(toPath: configuration)
        func gateway(_ name: String) async throws -> WorkerProcess {
            let gateway = WorkerProcess(
                configuration: configuration, log: "\(directory)/\(name).log", command: "gateway")
            try await eventually("no gateway listens") { gateway.logText.contains("gateway: listening") }
            return gateway
        }
        let first = try await gateway("first")
        // MariaDB is killed while the till speaks.
        let day = try await machine.liveThroughADay(dying: true)
        #expect(day.again == 0, "what was said twice was news twice")
        #expect(day.faults == [])
        #expect(try #require(day.refused) > 0)
        let missed = try #require(day.missed)
        try await stage.insert(
            "receipt.correction", key: "correction", order: missed.order,
            Payload.correction(
                "missed",
                right: Payload.paid(
                    order: missed.order, payment: "missed", sum: "590.00", [Payload.line(missed.line, "590.00")]),
                order: missed.order))
        try await withWorkers(1, stage, [shop]) { workers, start in
            async let deaths = machine.relayThroughDeaths()
            try await printed(1, stage)
            #expect(try await workers[0].end(.kill) == 256 + Signal.kill.rawValue)
            _ = start()
            #expect(try await deaths > 3)
            try await machine.startCron()

            try await printed(3, stage)
            await cluster.crash(.immediate)
            try await cluster.restart()
            // As after a restore: all of it once more, while others die.
            #expect(try await machine.resend() >= day.facts.count - 1)
            try await printed(5, stage)
            #expect(try await first.end(.kill) == 256 + Signal.kill.rawValue)
            let second = try await gateway("second")
            try await printed(7, stage)
            try await machine.kill(.relay)
            try await machine.kill(.database)
            try await printed(9, stage)
            try await machine.kill(.web)

            let shown = try await everythingEnded(stage, machine)
            try await compare(stage, day, shown)
            #expect(try await second.end(.terminate) == 0)
        }
    }

    /// A shop whose portal is reached by this webhook, and whose stock is ours; the module's method is found by asking
    /// for it.
    private static func shop(_ webhook: String) -> ShopSpec {
        let kinds = ["REFUND", "CORRECTION"].map {
            "\($0.lowercased()): { fn: \($0)_FN, fd: \($0)_FD, fpd: \($0)_FPD }"
        }
        return ShopSpec(
            portal: nil,
            more: [
                #"bitrix: { webhook_url: "\#(webhook)", properties: { \#(kinds.joined(separator: ", ")) } }"#,
                #"stock: { owner: relay, default_store: "1" }"#,
            ])
    }

    private func printed(_ count: Int, _ stage: Stage) async throws {
        try await eventually("the register has not printed \(count) receipts") {
            stage.sandbox.receipts(LedgerFilter(status: "done")).count >= count
        }
    }

    /// Waits until every event is handed over and at its end, every result in its order, and all goods are gone from
    /// the portal.
    private func everythingEnded(_ stage: Stage, _ machine: ShopMachine) async throws -> ShopMachine.Shown {
        var shown: ShopMachine.Shown?
        try await eventually("not every event came to its end, or not every result to its order, or not all goods") {
            let now = try await machine.shown()
            do {
                // What waits for a portal that was away is due at once.
                try await stage.hasten()
                guard
                    try await stage.number(
                        """
                        SELECT (SELECT count(*) FROM fiscal.job WHERE state <> 'dead')
                             + (SELECT count(*) FROM fiscal.stock_movement WHERE push AND document_id IS NULL)
                             + (SELECT count(*) FROM fiscal.stock_document WHERE state = 'planned')
                        """) == 0,
                    try await stage.number("SELECT count(*) FROM fiscal.event_end") == Self.events
                else { return false }
            } catch is PostgresError {
                // The connection was that of a server that is no more.
                return false
            }
            // Looked at before the jobs were counted, so what they wrote may be missing: once more.
            shown = now.waiting == 0 ? try await machine.shown() : nil
            return shown?.waiting == 0
        }
        #expect(try await stage.texts("SELECT reason FROM fiscal.job WHERE state = 'dead'") == [])
        return try #require(shown)
    }

    private func compare(_ stage: Stage, _ day: ShopDay, _ shown: ShopMachine.Shown) async throws {
        // What the shop told: each fact once, whoever died while telling it, however often it was said.
        #expect(
            try await stage.texts(
                "SELECT kind || ' ' || count(*) || ' ' || count(DISTINCT event_key) FROM fiscal.outbox GROUP BY kind ORDER BY 1"
            ) == [
                "order.paid 2 2", "order.shipped 2 2", "payment.refunded 1 1", "pos.transaction 14 14",
                "receipt.correction 1 1",
            ])
        let keys = try await stage.texts("SELECT event_key FROM fiscal.outbox")
        for fact in day.facts {
            #expect(
                keys.count { fact.key.hasSuffix(":") ? $0.hasPrefix(fact.key) : $0 == fact.key } == 1, "\(fact.key)")
        }
        // The till takes a sale back: before its receipt, and neither has one, or after it.
        let isUnprinted =
            try await stage.number(
                "SELECT count(*) FROM fiscal.event_end WHERE outcome = 'cancelled_before_receipt'") == 1
        #expect(
            try await stage.texts("SELECT outcome || ' ' || count(*) FROM fiscal.event_end GROUP BY outcome ORDER BY 1")
                == ["already_settled 1"] + (isUnprinted ? ["cancelled 1", "cancelled_before_receipt 1"] : [])
                + ["fiscalised \(Self.events - (isUnprinted ? 3 : 1))"])
        #expect(try await stage.number("SELECT count(*) FROM fiscal.callback") > 0, "no gateway was called")
        try await compareReceipts(stage, takenBack: isUnprinted ? 3000 : 0)
        try await compareOrders(stage, day, shown)
        // Stock: two kettles left twice and one came back with its money; the till's tea, less what was taken back.
        let tea = (1...12).reduce(0, +) - 1 - 3
        #expect(try await stage.levels() == ["1/501 -3", "1/502 -\(tea)"])
        #expect(stage.sandbox.stock() == [1: [501: "\(Self.stock - 3)", 502: "\(Self.stock - tea)"]])
    }

    /// Our record and the register's, document by document; and the money by the day's own story, in kopecks, of which
    /// so much was taken back before anything was printed.
    private func compareReceipts(_ stage: Stage, takenBack: Int) async throws {
        let ours = try await stage.texts(
            """
            SELECT concat_ws(' ', external_id, type, total, fn, fd, fpd) FROM fiscal.receipt
            WHERE state = 'fiscalised' ORDER BY external_id
            """)
        let theirs = stage.sandbox.receipts(LedgerFilter(status: "done")).compactMap { receipt in
            receipt.fiscal.map { signs in
                [
                    receipt.externalID, receipt.type, receipt.total.filter { $0 != "." }, signs.fn, signs.fd, signs.fpd,
                ].joined(separator: " ")
            }
        }
        #expect(ours.count == Self.events - (takenBack > 0 ? 3 : 1))
        #expect(Set(ours) == Set(theirs) && theirs.count == ours.count)
        let till = 1000 * (1...12).reduce(0, +)
        let expected = [
            "sell": 148_000 + 148_000 + 148_000 + till - takenBack, "sell_return": 59_000 + 1000 + 3000 - takenBack,
            "sell_correction": 59_000,
        ]
        for (type, kopecks) in expected {
            #expect(
                try await stage.number("SELECT sum(total)::bigint FROM fiscal.receipt WHERE type = '\(type)'")
                    == kopecks,
                "\(type)")
        }
    }

    /// Every order in the shop's own tables shows its newest receipt of each kind.
    private func compareOrders(_ stage: Stage, _ day: ShopDay, _ shown: ShopMachine.Shown) async throws {
        let orders = try #require(day.orders)
        #expect(orders.count == 3)
        for order in orders {
            let values = try #require(shown.orders["\(order.id)"], "the order \(order.id) shows nothing")
            for (prefix, types) in [
                ("CLOUDKASSIR", "'sell'"), ("REFUND", "'sell_return'"), ("CORRECTION", "'sell_correction'"),
            ] {
                let newest = try await stage.texts(
                    """
                    SELECT concat_ws(' ', fn, fd, fpd) FROM fiscal.receipt
                    WHERE order_id = '\(order.id)' AND type IN (\(types)) ORDER BY id DESC LIMIT 1
                    """
                ).first
                let stands = ["FN", "FD", "FPD"].compactMap { values["\(prefix)_\($0)"] }.joined(separator: " ")
                #expect(stands == newest ?? "", "\(prefix) of the order \(order.id)")
            }
        }
    }
}

/// Runs a self-hosted shop on a MariaDB of its own while `body` runs; whatever happened in it, its processes are gone
/// afterwards.
private func withShop(
    _ stage: Stage, in directory: String, _ body: (ShopMachine) async throws -> Void
) async throws {
    let folder = try #require(ModuleFolder(above: [RepositoryRoot.path]))
    let machine = try await ShopMachine.start(
        folder,
        ShopMachine.Settings(
            database: ShopMachine.Settings.ownDatabase, relay: stage.url(.shop),
            behind: stage.address.webhookURL(of: ShopSpec.portal("main")), shop: "main", directory: directory))
    do {
        try await body(machine)
    } catch {
        await machine.stop()
        throw error
    }
    await machine.stop()
}
