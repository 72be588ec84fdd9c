import Bitrix
import HTTPTransport
import Synchronization
import Testing

@Suite struct BitrixClientTests {
    @Test func aCallIsPostedAsJSONWithoutASuffix() async throws {
        let portal = ScriptedPortal(.answer(200, #"{"result":{"ok":1},"time":{"operating":3.5}}"#))
        let configuration = BitrixClientConfiguration(userAgent: "FiscalRelay/1")
        let answer = try await portal.client(configuration: configuration)
            .call(BitrixCall("Sale.Order.Get", ["id": 17]))
        #expect(answer.result["ok"] == 1 && answer.time.operating == 3.5 && answer.movedTo == nil)
        let request = try #require(portal.requests.first)
        #expect(request.method == .post)
        #expect(request.url == "https://shop.bitrix24.example/rest/1/s3cret/sale.order.get")
        #expect(request.body == Array(#"{"id":17}"#.utf8))
        #expect(
            request.headers["Content-Type"] == "application/json" && request.headers["User-Agent"] == "FiscalRelay/1")
        #expect(request.headers["Authorization"] == nil && (.seconds(65)...(.seconds(70))).contains(request.timeout))
    }

    @Test func aRenamedPortalIsFollowedOnceAndForAll() async throws {
        let moved = HTTPResponse.answer(
            302, headers: ["Location": "https://new.bitrix24.ru/rest/1/s3cret/sale.order.get"])
        let portal = ScriptedPortal(moved, .answer(200, #"{"result":true}"#))
        let client = portal.client("https://old.bitrix24.ru/rest/1/s3cret")
        let first = try await client.call(BitrixCall("sale.order.get", ["id": 1]))
        #expect(first.movedTo == "new.bitrix24.ru")
        #expect(portal.requests.map(\.body) == [Array(#"{"id":1}"#.utf8), Array(#"{"id":1}"#.utf8)])
        #expect(portal.requests.allSatisfy { $0.method == .post })
        let second = try await client.call(BitrixCall("profile"))
        #expect(second.movedTo == nil)
        #expect(portal.requests.last?.url == "https://new.bitrix24.ru/rest/1/s3cret/profile")
    }

    @Test func theSecretGoesToNoHostThatNobodyNamed() async throws {
        let moved = HTTPResponse.answer(302, headers: ["Location": "https://new.example/rest/1/s3cret/profile"])
        let portal = ScriptedPortal(moved, .answer(200, #"{"result":true}"#))
        let fault = try await #require(throws: BitrixFault.self) {
            _ = try await portal.client("https://old.bitrix24.ru/rest/1/s3cret").call(BitrixCall("profile"))
        }
        #expect(fault.code == "redirect_not_allowed" && fault.reaction == BitrixReaction(.accessRefused))
        #expect(fault.message.contains("new.example") && !fault.message.contains("s3cret"))
        #expect(portal.requests.count == 1)
        let named = BitrixClientConfiguration(moves: BitrixMovePolicy(hosts: ["NEW.example"]))
        let other = ScriptedPortal(moved, .answer(200, #"{"result":true}"#))
        _ = try await other.client("https://old.bitrix24.ru/rest/1/s3cret", configuration: named)
            .call(BitrixCall("profile"))
        #expect(other.requests.last?.url == "https://new.example/rest/1/s3cret/profile")
    }

    @Test func aPortalThatRepeatsTheSecretIsNotRepeated() async throws {
        let body = #"{"error":"INVALID","error_description":"No such webhook: s3cret at \/rest\/1\/s3cret\/"}"#
        let fault = try await #require(throws: BitrixFault.self) {
            _ = try await ScriptedPortal(.answer(400, body)).client("https://shop.example/rest/1/s3cret")
                .call(BitrixCall("profile"))
        }
        #expect(fault.message.contains("No such webhook") && !fault.message.contains("s3cret"))
    }

    @Test func noOtherRedirectionIsFollowed() async throws {
        for location in [nil, "https://new.example/login", "http://old.example/rest/1/s3cret/profile"] {
            let portal = ScriptedPortal(.answer(302, headers: location.map { ["Location": $0] } ?? [:]))
            let fault = try await #require(throws: BitrixFault.self) {
                _ = try await portal.client("https://old.example/rest/1/s3cret").call(BitrixCall("profile"))
            }
            #expect(fault.code == "redirect_refused" && !fault.reaction.mayHaveRun && portal.requests.count == 1)
        }
    }

    @Test func aLoopOfRenamingsEnds() async throws {
        let portal = ScriptedPortal([
            { request in
                let other = request.url.contains("//a.") ? "b" : "a"
                return .success(
                    .answer(302, headers: ["Location": "https://\(other).bitrix24.ru/rest/1/s3cret/profile"]))
            }
        ])
        let fault = try await #require(throws: BitrixFault.self) {
            _ = try await portal.client("https://a.bitrix24.ru/rest/1/s3cret").call(BitrixCall("profile"))
        }
        #expect(fault.code == "redirect_refused" && portal.requests.count == 4)
    }

    @Test func aReplacedWebhookIsReadAgainAfterARefusal() async throws {
        let addresses = Mutex(["https://a.example/rest/1/old", "https://a.example/rest/1/new"])
        let portal = ScriptedPortal(
            .answer(401, #"{"error":"NO_AUTH_FOUND","error_description":"Wrong authorization data"}"#),
            .answer(200, #"{"result":true}"#))
        let access = BitrixWebhook { addresses.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] } }
        let client = BitrixClient(access: access) { request throws(TransferError) in try portal.perform(request) }
        _ = try await client.call(BitrixCall("profile"))
        #expect(
            portal.requests.map(\.url) == [
                "https://a.example/rest/1/old/profile", "https://a.example/rest/1/new/profile",
            ])
    }

    @Test(arguments: ["expired_token", "invalid_token", "NO_AUTH_FOUND"])
    func aRefusalThatStaysIsTriedOnce(code: String) async throws {
        let portal = ScriptedPortal(.answer(401, #"{"error":"\#(code)"}"#))
        let fault = try await #require(throws: BitrixFault.self) {
            _ = try await portal.client().call(BitrixCall("profile"))
        }
        #expect(fault.reaction == BitrixReaction(.accessRefused) && portal.requests.count == 1)
    }

    @Test func aTransferThatFailsSaysWhetherItMayHaveRun() async throws {
        for reach in [TransferError.Reach.notSent, .unknown] {
            let portal = ScriptedPortal([
                { _ in .failure(TransferError(.timeout, reach: reach, detail: "after 68 s")) }
            ])
            let fault = try await #require(throws: BitrixFault.self) {
                _ = try await portal.client().call(BitrixCall("sale.payment.update"))
            }
            #expect(fault.reaction.mayHaveRun == (reach == .unknown) && fault.reaction.action == .repeatLater)
            #expect(!"\(fault)".contains("s3cret"))
        }
    }

    @Test func anUnreadableSecretSendsNothing() async throws {
        struct Unreadable: Error {}
        let portal = ScriptedPortal(.answer(200))
        let client = BitrixClient(access: BitrixWebhook { throw Unreadable() }) { request throws(TransferError) in
            try portal.perform(request)
        }
        let fault = try await #require(throws: BitrixFault.self) { _ = try await client.call(BitrixCall("profile")) }
        #expect(fault.code == "access_unavailable" && portal.requests.isEmpty)
        guard case .refused = await client.checkAccess() else {
            Issue.record("no access is a refused access")
            return
        }
    }

    @Test func aBatchIsSplitByItsCommands() async throws {
        let body = """
            {"result":{"result":{"c0":{"orders":[]},"c2":true},"result_error":{"c1":{"error":"OPERATION_TIME_LIMIT",\
            "error_description":"Method is blocked"},"c3":{"error":0,"error_description":"нет"}},"result_total":{"c0":"7"},\
            "result_next":{"c0":50},"result_time":{"c0":{"operating":2,"finish":100,"operating_reset_at":130}}}}
            """
        let portal = ScriptedPortal(.answer(200, body))
        let calls = [
            BitrixCall("sale.order.list", ["filter": ["@id": [1, 2]]]), BitrixCall("sale.order.list"),
            BitrixCall("profile"), BitrixCall("sale.payment.update"), BitrixCall("scope"),
        ]
        let answer = try await portal.client().batch(calls)
        #expect(
            portal.requests.first?.body
                == Array(
                    #"{"halt":0,"cmd":{"c0":"sale.order.list?filter[%40id][0]=1&filter[%40id][1]=2","c1":"sale.order.list","c2":"profile","c3":"sale.payment.update","c4":"scope"}}"#
                        .utf8))
        let first = try answer.outcomes[0].get()
        #expect(first.total == 7 && first.next == 50 && first.time.operating == 2)
        #expect(try answer.outcomes[2].get().result == true)
        let faults = answer.outcomes.map { outcome -> BitrixFault? in
            if case .failure(let fault) = outcome { fault } else { nil }
        }
        let limited = try #require(faults[1])
        #expect(limited.reaction.action == .pauseMethod)
        let pause = try #require(limited.retryAfter)
        #expect(pause > .seconds(25) && pause <= .seconds(30), "the reset that another answer told")
        #expect(faults[3]?.reaction == BitrixReaction(.reject, mayHaveRun: true))
        #expect(faults[4]?.code == "command_skipped")
    }

    @Test func aMethodThatWasBlockedRestsWhileOthersGoOn() async throws {
        let blocked = #"{"error":"OPERATION_TIME_LIMIT","error_description":"Method is blocked"}"#
        let batch = #"{"result":{"result":{"c0":true},"result_error":[]}}"#
        let portal = ScriptedPortal(.answer(429, blocked), .answer(200, batch))
        let client = portal.client()
        for _ in 1...3 {
            let fault = try await #require(throws: BitrixFault.self) {
                _ = try await client.call(BitrixCall("sale.order.update"))
            }
            #expect(fault.code == "OPERATION_TIME_LIMIT" && fault.reaction.action == .pauseMethod)
            #expect((fault.retryAfter ?? .zero) > .seconds(50))
        }
        #expect(portal.requests.count == 1, "it is not sent again before its time")
        let answer = try await client.batch([BitrixCall("sale.order.update"), BitrixCall("profile")])
        guard case .failure(let fault) = answer.outcomes[0] else {
            Issue.record("a method that rests is left out of batches")
            return
        }
        #expect(fault.reaction.action == .pauseMethod)
        #expect(try answer.outcomes[1].get().result == true)
        #expect(portal.requests.last?.body == Array(#"{"halt":0,"cmd":{"c0":"profile"}}"#.utf8))
        _ = try await client.batch([BitrixCall("sale.order.update")])
        #expect(portal.requests.count == 2, "a batch of nothing is not sent")
    }

    @Test func everyRequestWaitsItsTurnAndARefusalIsTold() async throws {
        let pace = CountingPace()
        let moved = HTTPResponse.answer(302, headers: ["Location": "https://b.bitrix24.ru/rest/1/s3cret/profile"])
        let portal = ScriptedPortal(
            moved, .answer(200, #"{"result":true}"#), .answer(503, #"{"error":"QUERY_LIMIT_EXCEEDED"}"#))
        let client = portal.client("https://a.bitrix24.ru/rest/1/s3cret", pace: pace)
        _ = try await client.call(BitrixCall("profile"))
        #expect(pace.counts.turns == 2 && pace.counts.refusals == 0)
        await #expect(throws: BitrixFault.self) { _ = try await client.call(BitrixCall("profile")) }
        #expect(pace.counts.turns == 3 && pace.counts.refusals == 1)
    }

    @Test(arguments: [
        #"{"result":{"result":[true],"result_error":[],"result_total":[],"result_next":[],"result_time":[]}}"#,
        #"{"result":{"result":{"c0":true}}}"#,
    ])
    func emptyMapsOfABatchMayBeLists(body: String) async throws {
        let answer = try await ScriptedPortal(.answer(200, body)).client().batch([BitrixCall("profile")])
        if body.contains("[true]") {
            guard case .failure(let fault) = answer.outcomes[0], fault.code == "command_skipped" else {
                Issue.record("a list has no textual keys")
                return
            }
        } else {
            #expect(try answer.outcomes[0].get().result == true)
        }
    }

    @Test func theAccessIsTriedWithoutChangingAnything() async {
        let full = #"{"result":{"result":{"c0":{"ID":"1"},"c1":["sale","catalog"]},"result_error":[]}}"#
        #expect(await ScriptedPortal(.answer(200, full)).client().checkAccess() == .valid(missingScopes: []))
        #expect(
            await ScriptedPortal(.answer(200, full)).client().checkAccess(scopes: ["sale", "cashbox"])
                == .valid(missingScopes: ["cashbox"]))
        let hidden =
            #"{"result":{"result":{"c0":{"ID":"1"}},"result_error":{"c1":{"error":"ERROR_METHOD_NOT_FOUND"}}}}"#
        #expect(await ScriptedPortal(.answer(200, hidden)).client().checkAccess() == .valid(missingScopes: []))
        guard case .refused = await ScriptedPortal(.answer(401, #"{"error":"NO_AUTH_FOUND"}"#)).client().checkAccess(),
            case .undecided = await ScriptedPortal(.answer(502, "<html>")).client().checkAccess()
        else {
            Issue.record("a refusal is not an outage")
            return
        }
    }
}

/// Lets every call pass and counts.
private final class CountingPace: BitrixPace {
    private let state = Mutex((turns: 0, refusals: 0))

    var counts: (turns: Int, refusals: Int) { state.withLock { $0 } }

    func turn() { state.withLock { $0.turns += 1 } }

    func refused() { state.withLock { $0.refusals += 1 } }
}
