import Fiscal
import Postgres
import Relay
import Sandbox
import TestSupport
import Testing

/// A provider that calls when a receipt is ready. The first poll lies ten minutes away, so whatever ends within a test
/// was brought on by a call.
@Suite(.database, .timeLimit(.minutes(10)))
struct CallbackTests {
    private static let shop = ShopSpec(provider: "first_poll: 10m")
    private static let lines = [Payload.line("1", "100.00")]

    private func account(
        _ timing: CloudKassirAccount.CallbackTiming, delay: Duration = .zero
    ) -> CloudKassirAccount {
        var account = ShopSpec.account("main")
        account.callback = timing
        account.delay = delay
        return account
    }

    /// A stage with a gateway and a worker.
    private func withCallbacks(
        _ timing: CloudKassirAccount.CallbackTiming, delay: Duration = .zero,
        _ body: @escaping @Sendable (Stage, Callbacks) async throws -> Void
    ) async throws {
        try await withStage(accounts: [account(timing, delay: delay)]) { stage in
            try await stage.listening { stage, callbacks async throws in
                try await stage.working([Self.shop]) { _ in try await body(stage, callbacks) }
            }
        }
    }

    /// Waits until the receipt is at the provider and its poll is asleep; returns its key.
    private func sleeping(_ event: Int64, _ stage: Stage) async throws -> String {
        try await eventually("the poll of event \(event) does not sleep") {
            try await stage.number(
                "SELECT count(*) FROM fiscal.job WHERE id = \(event) AND state = 'later' AND step = 'await'") == 1
        }
        return try #require(try await stage.receipts(of: event).first).externalID
    }

    @Test func theCallBringsThePollForward() async throws {
        try await withCallbacks(.after, delay: .milliseconds(200)) { stage, _ async throws in
            let event = try await stage.pay(sum: "100.00", Self.lines)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            #expect(stage.sandbox.receipts().map(\.timesPolled) == [1])
            #expect(stage.sandbox.receipts().map(\.timesSent) == [1])
            #expect(try await stage.number("SELECT times FROM fiscal.callback") == 1)
        }
    }

    /// The receipt is being sent while its call comes in: the first poll is brought forward when its acceptance is
    /// recorded.
    @Test func aCallBeforeTheAnswerIsRemembered() async throws {
        try await withCallbacks(.before) { stage, _ async throws in
            var events: [Int64] = []
            for order in 1...10 {
                events.append(
                    try await stage.pay(order: order, payment: "\(order)", sum: "100.00", Self.lines))
            }
            for event in events { #expect(try await stage.fate(of: event) == .ended("fiscalised")) }
            #expect(stage.sandbox.receipts().allSatisfy { $0.timesPolled == 1 && $0.timesSent == 1 })
        }
    }

    @Test func twoCallsAreOneReceipt() async throws {
        try await withCallbacks(.twice, delay: .milliseconds(200)) { stage, callbacks async throws in
            let event = try await stage.pay(sum: "100.00", Self.lines)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            try await eventually { try await stage.number("SELECT times FROM fiscal.callback") == 2 }
            // And a third one long after the end.
            let key = try #require(try await stage.receipts(of: event).first).externalID
            #expect(try await callbacks.post(#"{"external_id":"\#(key)"}"#) == 200)
            #expect(stage.sandbox.receipts().count == 1)
        }
    }

    @Test func nothingOfAForgedCallIsTakenOver() async throws {
        try await withCallbacks(.never, delay: .seconds(3600)) { stage, callbacks async throws in
            let event = try await stage.pay(sum: "100.00", Self.lines)
            let key = try await sleeping(event, stage)
            let forged = #"{"external_id":"\#(key)","status":"done","fn":"9999078900001234","fd":"1","fpd":"2"}"#
            // By somebody who does not know the path.
            #expect(try await callbacks.post(forged, to: "/callbacks/main") == 404)
            #expect(try await callbacks.post(forged, to: Callbacks.path(of: "nobody")) == 404)
            #expect(try await stage.number("SELECT count(*) FROM fiscal.callback") == 0)
            // By the right path of another shop.
            #expect(try await callbacks.post(forged, to: Callbacks.path(of: "second")) == 404)
            #expect(stage.sandbox.receipts().map(\.timesPolled) == [0])
            // By somebody who knows it: the provider is asked, and says otherwise.
            #expect(try await callbacks.post(forged) == 200)
            try await eventually { stage.sandbox.receipts().map(\.timesPolled) == [1] }
            _ = try await sleeping(event, stage)
            let receipt = try #require(try await stage.receipts(of: event).first)
            #expect(receipt.state == .submitted && receipt.fn == nil)
        }
    }

    @Test func garbageAndEndlessBodiesChangeNothing() async throws {
        try await withCallbacks(.after, delay: .milliseconds(200)) { stage, callbacks async throws in
            #expect(try await callbacks.post("not json") == 400)
            #expect(try await callbacks.post(#"{"external_id":{"$ne":null}}"#) == 400)
            #expect(try await callbacks.post(#"{"external_id":"'; DROP TABLE fiscal.receipt; --"}"#) == 404)
            #expect(try await callbacks.post(String(repeating: "x", count: 100_000)) == 413)
            let event = try await stage.pay(sum: "100.00", Self.lines)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            #expect(try await stage.number("SELECT count(*) FROM fiscal.callback") == 1)
        }
    }

    @Test func aCallerWhoNeverStopsWakesNobodyForEver() async throws {
        try await withCallbacks(.never, delay: .seconds(3600)) { stage, callbacks async throws in
            let event = try await stage.pay(sum: "100.00", Self.lines)
            let key = try await sleeping(event, stage)
            try await stage.owner.execute(
                Statement(
                    "test.called", "INSERT INTO fiscal.callback (receipt_id, times) SELECT id, 100 FROM fiscal.receipt")
            )
            for _ in 0..<3 { #expect(try await callbacks.post(#"{"external_id":"\#(key)"}"#) == 200) }
            #expect(
                try await stage.number(
                    "SELECT count(*) FROM fiscal.job WHERE id = \(event) AND run_at > now() + interval '1 minute'") == 1
            )
            #expect(stage.sandbox.receipts().map(\.timesPolled) == [0])
        }
    }

    /// I2: the address stands in the bytes that were promised.
    @Test func anotherAddressCountsForNewReceiptsOnly() async throws {
        try await withStage(accounts: [account(.never)]) { stage in
            func addressed(_ name: String) -> Stage {
                var stage = stage
                stage.more = Stage.gatewaySettings("https://\(name).example.ru")
                return stage
            }
            let kassa = "cloudkassir:main@127.0.0.1:\(stage.address.port)"
            try await stage.pause(destination: kassa)
            let first = try await stage.pay(order: 1, payment: "1", sum: "100.00", Self.lines)
            try await addressed("old").working { _ in
                try await eventually { try await stage.receipts(of: first).count == 1 }
            }
            #expect(try await stage.resume(destination: kassa))
            try await addressed("new").working { _ in
                let second = try await stage.pay(order: 2, payment: "2", sum: "100.00", Self.lines)
                #expect(try await stage.fate(of: first) == .ended("fiscalised"))
                #expect(try await stage.fate(of: second) == .ended("fiscalised"))
            }
            let path = Callbacks.path()
            let told = Dictionary(uniqueKeysWithValues: stage.sandbox.receipts().map { ($0.externalID, $0.url) })
            #expect(told["main/payment:1:paid:1/1.1"] == "https://old.example.ru\(path)")
            #expect(told["main/payment:2:paid:1/1.1"] == "https://new.example.ru\(path)")
        }
    }
}
