import FoundationEssentials
import Postgres
import Relay
import Sandbox
import Subprocess
import Synchronization
import TestSupport
import Testing

/// The whole circle of a self-hosted shop with the real module: handlers, its own outbox, relay and sweep in PHP on
/// MariaDB, the worker as a process, the cash register, and back through the module's own REST method. The relay, the web
/// server that answers for the portal, and the worker are killed on the way; every ledger is held against every other.
@Suite(.database, .timeLimit(.minutes(10)))
struct BitrixCircleTests {
    private struct Ready: Decodable {
        let webhook: String
    }

    private struct Told: Decodable {
        let orders: [String: Int]
        let line: String
        let till: Int
        let deaths: Int
    }

    private struct Shown: Decodable {
        let orders: [String: [String: String]]
        let waiting: Int
        let faults: [String]
    }

    @Test func everyLedgerAgreesWithEveryOtherWhateverIsKilled() async throws {
        try await withStage(portals: []) { stage in
            try await withDirectory { directory in
                try await withPortal(in: directory, writingTo: stage.url(.shop)) { portal in
                    let ready = try await portal.said(Ready.self, "ready")
                    let shop = Self.shop(ready.webhook)
                    try await withWorkers(1, stage, [shop]) { workers, start in
                        try portal.say("go")
                        try await eventually("no receipt was printed") { !stage.sandbox.receipts().isEmpty }
                        #expect(try await workers[0].end(.kill) == 256 + Signal.kill.rawValue)
                        _ = start()
                        let told = try await portal.said(Told.self, "told")
                        #expect(told.till == 14)
                        #expect(told.deaths > 3)
                        let missed = try #require(told.orders["missed"])
                        try await stage.insert(
                            "receipt.correction", key: "correction", order: missed,
                            Payload.correction(
                                "missed",
                                right: Payload.paid(
                                    order: missed, payment: "missed", sum: "590.00",
                                    [Payload.line(told.line, "590.00")]),
                                order: missed))
                        try await everythingEnded(stage, shop)
                        try portal.say("read")
                        let shown = try await portal.said(Shown.self, "shown")
                        #expect(shown.faults == [])
                        #expect(shown.waiting == 0)
                        try await compare(stage, told, shown)
                    }
                }
            }
        }
    }

    /// A shop whose portal is reached by this webhook; the module's method is found by asking for it.
    private static func shop(_ webhook: String) -> ShopSpec {
        let kinds = ["REFUND", "CORRECTION"].map {
            "\($0.lowercased()): { fn: \($0)_FN, fd: \($0)_FD, fpd: \($0)_FPD }"
        }
        return ShopSpec(
            portal: nil,
            more: [#"bitrix: { webhook_url: "\#(webhook)", properties: { \#(kinds.joined(separator: ", ")) } }"#])
    }

    /// Sale, prepayment, hand-over of both, refund, correction, twelve sales of a till, a refund and a cancel.
    private static let events = 20

    private func everythingEnded(_ stage: Stage, _ shop: ShopSpec) async throws {
        try await eventually("not every event came to its end, or not every result to its order") {
            // What waits for a portal that was away is due at once.
            try await stage.texts(
                "UPDATE fiscal.job SET run_at = now() WHERE kind = 'order.writeback' AND state = 'later'")
            let ended = try await stage.number("SELECT count(*) FROM fiscal.event_end")
            return try await stage.number("SELECT count(*) FROM fiscal.job WHERE state <> 'dead'") == 0
                && ended == Self.events
        }
        #expect(try await stage.texts("SELECT reason FROM fiscal.job WHERE state = 'dead'") == [])
    }

    private func compare(_ stage: Stage, _ told: Told, _ shown: Shown) async throws {
        // What the shop told: each fact once, whoever died while telling it, however often it was said.
        #expect(
            try await stage.texts(
                "SELECT kind || ' ' || count(*) || ' ' || count(DISTINCT event_key) FROM fiscal.outbox GROUP BY kind ORDER BY 1"
            ) == [
                "order.paid 2 2", "order.shipped 2 2", "payment.refunded 1 1", "pos.transaction 14 14",
                "receipt.correction 1 1",
            ])
        #expect(
            try await stage.texts("SELECT DISTINCT outcome FROM fiscal.event_end ORDER BY 1") == [
                "already_settled", "fiscalised",
            ])
        // Our record and the register's, document by document.
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
        #expect(ours.count == Self.events - 1)
        #expect(Set(ours) == Set(theirs) && theirs.count == ours.count)
        // Money, in kopecks: what came in and went back by the story.
        let till = 1000 * (1...12).reduce(0, +)
        let expected = [
            "sell": 148_000 + 148_000 + 148_000 + till, "sell_return": 59_000 + 1000 + 3000, "sell_correction": 59_000,
        ]
        for (type, kopecks) in expected {
            #expect(
                try await stage.number("SELECT sum(total)::bigint FROM fiscal.receipt WHERE type = '\(type)'")
                    == kopecks,
                "\(type)")
        }
        // Every order in the shop's own tables shows its newest receipt of each kind.
        for (name, order) in told.orders {
            let values = try #require(shown.orders[name])
            for (prefix, types) in [
                ("CLOUDKASSIR", "'sell'"), ("REFUND", "'sell_return'"), ("CORRECTION", "'sell_correction'"),
            ] {
                let newest = try await stage.texts(
                    """
                    SELECT concat_ws(' ', fn, fd, fpd) FROM fiscal.receipt
                    WHERE order_id = '\(order)' AND type IN (\(types)) ORDER BY id DESC LIMIT 1
                    """
                ).first
                let stands = ["FN", "FD", "FPD"].compactMap { values["\(prefix)_\($0)"] }.joined(separator: " ")
                #expect(stands == newest ?? "", "\(prefix) of the order \(name)")
            }
        }
        // Stock: two kettles left twice and one came back with its money; the till's tea, less what was taken back.
        #expect(
            try await stage.levels() == ["1/501 -3", "1/502 -\((1...12).reduce(0, +) - 1 - 3)"])
    }
}

/// A shop in a process of its own, which speaks through files.
private final class PortalProcess: Sendable {
    let directory: String
    /// Its exit code, once it has ended.
    let ended = Mutex<Int32?>(nil)

    init(directory: String) {
        self.directory = directory
    }

    /// It is gone, and has not said what was awaited.
    struct Ended: Error {
        let word: String
        let code: Int32
    }

    func say(_ word: String) throws {
        try "".write(toPath: "\(directory)/\(word)")
    }

    func said<Value: Decodable>(
        _ type: Value.Type, _ word: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Value {
        var found: Value?
        try await eventually("the shop did not say \(word)", sourceLocation: sourceLocation) {
            guard let data = FileManager.default.contents(atPath: "\(directory)/\(word)") else {
                if let code = ended.withLock({ $0 }) { throw Ended(word: word, code: code) }
                return false
            }
            found = try JSONDecoder().decode(type, from: data)
            return true
        }
        return try #require(found, sourceLocation: sourceLocation)
    }
}

/// Runs the shop while `body` runs; whatever happened in it, its process and its servers are gone afterwards.
private func withPortal(
    in directory: String, writingTo url: String, _ body: @Sendable @escaping (PortalProcess) async throws -> Void
) async throws {
    let portal = PortalProcess(directory: directory)
    let script = RepositoryRoot.path + "/deploy/bitrix/tests/support/portal.php"
    @Sendable func run() async throws -> (code: Int32, words: String) {
        let result = try await Subprocess.run(
            .name("php"),
            arguments: ["-d", "display_errors=stderr", "-d", "error_reporting=-1", script, directory, url],
            input: .none, output: .discarded, error: .string(limit: 1 << 20))
        let code = Program.code(of: result.terminationStatus)
        portal.ended.withLock { $0 = code }
        return (code, result.standardError)
    }
    async let running = run()
    do {
        try await body(portal)
    } catch {
        try portal.say("end")
        let words = try? await running.words
        throw ShopFailure(cause: error, words: words ?? "")
    }
    let result = try await running
    #expect(result.code == 0, "\(result.words)")
}

private struct ShopFailure: Error {
    let cause: any Error
    /// What the shop's process said.
    let words: String
}
