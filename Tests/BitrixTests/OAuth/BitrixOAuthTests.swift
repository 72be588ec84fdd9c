import Bitrix
import HTTPTransport
import Synchronization
import Testing

@Suite struct BitrixOAuthTests {
    private static let portal = "https://shop.bitrix24.ru/rest/"

    /// An authorization server and a portal: tokens a1, a2, … are good one after the other.
    private final class World: Sendable {
        struct State {
            var good = 1
            var refreshes = 0
            var urls: [String] = []
            var portalCalls: [String] = []
            var serverAnswer: HTTPResponse?
            var serverFails = 0
        }

        let state = Mutex(State())
        let store: MemoryTokens

        init(lifetime: Duration = .seconds(3600)) {
            store = MemoryTokens(
                BitrixTokens(
                    clientEndpoint: BitrixOAuthTests.portal, accessToken: "a1", refreshToken: "r1", lifetime: lifetime))
        }

        func client() -> BitrixClient {
            let server = BitrixTokenServer(
                BitrixApplication(clientID: "local.1", secret: { "t0p&s3cret" })
            ) { request throws(TransferError) in
                try self.authorize(request)
            }
            return BitrixClient(access: BitrixOAuth(store: store, server: server)) { request throws(TransferError) in
                self.serve(request)
            }
        }

        func expire() { state.withLock { $0.good += 1 } }

        private func authorize(_ request: HTTPRequest) throws(TransferError) -> HTTPResponse {
            let answer: HTTPResponse? = state.withLock { state in
                state.refreshes += 1
                state.urls.append(request.url)
                if state.serverFails > 0 {
                    state.serverFails -= 1
                    return nil
                }
                if let answer = state.serverAnswer { return answer }
                guard request.url.contains("refresh_token=r\(state.good - 1)") else {
                    return .answer(400, #"{"error":"invalid_grant","error_description":"r?"}"#)
                }
                return .answer(
                    200,
                    """
                    {"access_token":"a\(state.good)","refresh_token":"r\(state.good)","expires_in":3600,\
                    "client_endpoint":"\(BitrixOAuthTests.portal)","domain":"oauth.bitrix24.tech"}
                    """)
            }
            guard let answer else { throw TransferError(.timeout, reach: .unknown) }
            return answer
        }

        private func serve(_ request: HTTPRequest) -> HTTPResponse {
            state.withLock { state in
                let token = request.headers["Authorization"] ?? ""
                state.portalCalls.append(token)
                return token == "Bearer a\(state.good)"
                    ? .answer(200, #"{"result":true}"#)
                    : .answer(401, #"{"error":"expired_token","error_description":"…"}"#)
            }
        }
    }

    @Test func anExpiredTokenIsRefreshedAndTheCallRepeatedOnce() async throws {
        let world = World()
        let client = world.client()
        _ = try await client.call(BitrixCall("profile"))
        #expect(world.state.withLock { $0.refreshes } == 0, "a token that is good is not refreshed")
        world.expire()
        _ = try await client.call(BitrixCall("profile"))
        #expect(world.state.withLock { $0.portalCalls } == ["Bearer a1", "Bearer a1", "Bearer a2"])
        #expect(world.store.snapshot.tokens?.refreshToken == "r2" && world.store.snapshot.generation == 2)
        let url = try #require(world.state.withLock { $0.urls.first })
        #expect(
            url == "https://oauth.bitrix24.tech/oauth/token/?grant_type=refresh_token&refresh_token=r1"
                + "&client_id=local.1&client_secret=t0p%26s3cret")
    }

    @Test func thePairIsOnRecordBeforeItIsUsed() async throws {
        let world = World()
        world.expire()
        world.store.change { $0.failingKeeps = 2 }
        let client = world.client()
        for _ in 1...2 {
            let fault = try await #require(throws: BitrixFault.self) {
                _ = try await client.call(BitrixCall("profile"))
            }
            #expect(fault.code == "access_unavailable" && fault.reaction == BitrixReaction(.repeatLater))
        }
        #expect(!world.state.withLock { $0.portalCalls }.contains("Bearer a2"))
        // The pair was not lost, and not asked for a second time.
        _ = try await client.call(BitrixCall("profile"))
        #expect(world.state.withLock { $0.refreshes } == 1)
        #expect(world.store.snapshot.log == ["take 1", "keep 2"])
    }

    @Test func theFleetRefreshesOnce() async throws {
        let world = World()
        world.expire()
        let clients = (1...4).map { _ in world.client() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<40 {
                group.addTask { _ = try await clients[index % 4].call(BitrixCall("profile")) }
            }
            try await group.waitForAll()
        }
        #expect(world.state.withLock { $0.refreshes } == 1)
    }

    @Test func aTokenAboutToRunOutIsRefreshedBeforeItIsUsed() async throws {
        let world = World(lifetime: .seconds(5))
        world.expire()
        _ = try await world.client().call(BitrixCall("profile"))
        #expect(world.state.withLock { $0.portalCalls } == ["Bearer a2"])
    }

    @Test func aRefusedGrantIsForAPersonAndIsNotAskedForAgain() async throws {
        let world = World()
        world.expire()
        world.state.withLock { $0.serverAnswer = .answer(400, #"{"error":"invalid_grant"}"#) }
        let client = world.client()
        let fault = try await #require(throws: BitrixFault.self) { _ = try await client.call(BitrixCall("profile")) }
        #expect(fault.code == "expired_token" && fault.reaction.action == .accessRefused)
        #expect(world.store.snapshot.refusal == "invalid_grant")
        for other in [client, world.client()] {
            let again = try await #require(throws: BitrixFault.self) { _ = try await other.call(BitrixCall("profile")) }
            #expect(again.reaction.action == .accessRefused)
        }
        #expect(world.state.withLock { $0.refreshes } == 1)
        // A person connects it anew.
        world.store.change { state in
            state.tokens = BitrixTokens(
                clientEndpoint: Self.portal, accessToken: "a2", refreshToken: "r2", lifetime: .seconds(3600))
            state.generation += 2
            state.refusal = nil
        }
        for other in [client, world.client()] { _ = try await other.call(BitrixCall("profile")) }
    }

    @Test func aServerThatIsAwayIsAskedAgainLater() async throws {
        let world = World()
        world.expire()
        world.state.withLock { $0.serverFails = 1 }
        let client = world.client()
        let fault = try await #require(throws: BitrixFault.self) { _ = try await client.call(BitrixCall("profile")) }
        #expect(fault.reaction == BitrixReaction(.repeatLater) && fault.message.contains("transport_timeout"))
        #expect(world.store.snapshot.log == ["take 1", "end -"])
        _ = try await client.call(BitrixCall("profile"))
        #expect(world.store.snapshot.generation == 2)
    }

    @Test func aPortalThatNobodyConnectedIsNotCalled() async throws {
        let world = World()
        world.store.change { $0.tokens = nil }
        let fault = try await #require(throws: BitrixFault.self) {
            _ = try await world.client().call(BitrixCall("profile"))
        }
        #expect(fault.reaction.action == .accessRefused && fault.message.contains("portals connect"))
        #expect(world.state.withLock { $0.portalCalls.isEmpty })
    }

    @Test(
        arguments: [
            (#"{"error":"WRONG_CLIENT"}"#, 200, true), (#"{"error":"PAYMENT_REQUIRED"}"#, 401, true),
            (#"{"error":"whatever"}"#, 500, false), (#"{"error":"whatever"}"#, 429, false),
            (#"{"error":"new_refusal"}"#, 403, true), ("<html>", 502, false),
            (#"{"access_token":"a"}"#, 200, false),
            (#"{"access_token":"a","refresh_token":"r","client_endpoint":"x"}"#, 200, false),
        ])
    func everyAnswerOfTheServerHasItsMeaning(body: String, status: Int, isFinal: Bool) async throws {
        let server = BitrixTokenServer(BitrixApplication(server: "https://o.example/", clientID: "c", secret: { "s" }))
        {
            _ throws(TransferError) in HTTPResponse.answer(status, body)
        }
        let fault = try await #require(throws: BitrixTokenFault.self) { _ = try await server.refresh("r") }
        #expect(fault.isFinal == isFinal)
        await #expect(throws: BitrixTokenFault.self) { _ = try await server.exchange(code: "c") }
    }

    /// What was sent stands in the request's address, and some server may repeat it.
    @Test(arguments: ["client_secret=s3cret&refresh_token=t0ken", "s3cret", "no.t0ken", "quota_exceeded"])
    func aRefusalTellsNothingOfWhatWasSent(word: String) async throws {
        let server = BitrixTokenServer(
            BitrixApplication(server: "https://o.example/", clientID: "c", secret: { "s3cret" })
        ) {
            _ throws(TransferError) in HTTPResponse.answer(500, #"{"error":"\#(word)"}"#)
        }
        let fault = try await #require(throws: BitrixTokenFault.self) { _ = try await server.refresh("t0ken") }
        #expect(fault.code == (word == "quota_exceeded" ? word : "refusal_unreadable"))
    }

    @Test func tokensAreNeverShown() throws {
        let tokens = BitrixTokens(
            clientEndpoint: Self.portal, accessToken: "s3cret", refreshToken: "s3cret", lifetime: .seconds(1))
        let stored = BitrixStoredAccess(
            generation: 1, endpoint: try #require(tokens.endpoint), remaining: .zero)
        var dumped = ""
        dump(tokens, to: &dumped)
        dump(stored, to: &dumped)
        dump(BitrixRefreshTurn.ours(refreshToken: "s3cret"), to: &dumped)
        let turn = BitrixRefreshTurn.ours(refreshToken: "s3cret")
        for text in ["\(tokens)", String(reflecting: tokens), "\(stored)", "\(turn)", String(reflecting: turn), dumped]
        {
            #expect(!text.contains("s3cret"))
        }
    }
}
