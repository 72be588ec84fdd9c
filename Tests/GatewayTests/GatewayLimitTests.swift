import Gateway
import Relay
import Testing

/// What a stranger cannot make the gateway do.
@Suite(.timeLimit(.minutes(10))) struct GatewayLimitTests {
    private static let body = #"{"external_id":"k"}"#

    @Test(arguments: [
        "", "POST ", "POST /callbacks/x HTTP/1.1\r\nHost: g\r\n",
        "POST /callbacks/x HTTP/1.1\r\nHost: g\r\nContent-Length: 10\r\n\r\n{",
    ])
    func aRequestThatDoesNotArriveIsNotWaitedFor(text: String) async throws {
        try await GatewayStage.run(patience: "100ms") { stage async throws in
            // It returns when the connection is closed, which nobody here does.
            let answer = try await RawClient(address: stage.address).raw(text)
            #expect(answer == nil || answer?.status == 404 || answer?.status == 400)
            #expect(stage.calls().isEmpty)
        }
    }

    @Test func aLongHeadIsRefused() async throws {
        try await GatewayStage.run { stage async throws in
            let answer = try await RawClient(address: stage.address).raw(
                "POST \(GatewayStage.path("main")) HTTP/1.1\r\nHost: g\r\nX-Long: ",
                more: String(repeating: "x", count: 4096))
            #expect(answer == nil || 400..<500 ~= answer?.status ?? 0)
            #expect(stage.calls().isEmpty)
        }
    }

    @Test func whatIsUnderWayIsAnsweredAtTheEnd() async throws {
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
        try await GatewayStage.run(outcome: { _ in
            arrival.yield()
            for await _ in gate { break }
            return .woken
        }) { stage async throws in
            async let answer = RawClient(address: stage.address).status(
                "POST", GatewayStage.path("main"), body: Self.body)
            for await _ in arrived { break }
            await stage.stop()
            open.yield()
            #expect(try await answer == 200)
        }
    }
}
