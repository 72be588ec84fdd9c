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

    @Test(arguments: [
        "POST \(GatewayStage.path("main")) HTTP/1.1\r\nHost: g\r\nX-Long: ", "POST /", "POST /x HTTP/1.1\r\nX-",
        "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Long: ",
    ])
    func aLongHeadIsRefused(start: String) async throws {
        try await GatewayStage.run { stage async throws in
            let (answer, isCutOff) = try await RawClient(address: stage.address).raw(
                start, more: RawClient.More(piece: String(repeating: "x", count: 4096), count: 10_000))
            #expect(answer == nil || 400..<500 ~= answer?.status ?? 0)
            #expect(isCutOff)
            #expect(stage.calls().isEmpty)
        }
    }

    /// A connection is bounded as a whole, not from byte to byte, wherever in a request it dawdles.
    @Test(arguments: [
        ("POST /callbacks/x HTTP/1.1\r\nX-Slow: ", "x"),
        ("POST \(GatewayStage.path("main")) HTTP/1.1\r\nHost: g\r\nContent-Length: 16000\r\n\r\n{", " "),
        ("POST \(GatewayStage.path("main")) HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n"),
        // Answered at once, as nobody is at home there.
        ("POST /nothing HTTP/1.1\r\nHost: g\r\nContent-Length: 16000\r\n\r\n", "x"),
    ])
    func whoeverDripsBytesIsLetGo(start: String, piece: String) async throws {
        try await GatewayStage.run(patience: "300ms") { stage async throws in
            let (_, isCutOff) = try await RawClient(address: stage.address).raw(
                start, more: RawClient.More(piece: piece, count: 15_000, pause: .milliseconds(5)))
            #expect(isCutOff)
            #expect(stage.calls().isEmpty)
        }
    }

    /// One that names no length and never ends: refused when it is too long, and not read for ever.
    @Test func anEndlessBodyIsCutOff() async throws {
        try await GatewayStage.run { stage async throws in
            let client = RawClient(address: stage.address)
            let (answer, isCutOff) = try await client.raw(
                "POST \(GatewayStage.path("main")) HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n",
                more: RawClient.More(piece: "1000\r\n\(String(repeating: "x", count: 4096))\r\n", count: 10_000))
            #expect(answer == nil || answer?.status == 413)
            #expect(isCutOff)
            #expect(stage.calls().isEmpty)
            #expect(try await client.status("POST", GatewayStage.path("main"), body: Self.body) == 200)
        }
    }

    @Test func whatDoesNotFitIntoTheConnectionsWaitsForOneOfThem() async throws {
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
        let present = Mutexed((now: 0, most: 0))
        try await GatewayStage.run(
            connections: 2,
            outcome: { _ in
                present.change { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                arrival.yield()
                for await _ in gate { break }
                present.change { $0.now -= 1 }
                return .woken
            }
        ) { stage async throws in
            try await withThrowingTaskGroup(of: Int?.self) { calls in
                var arrivals = arrived.makeAsyncIterator()
                for number in 1...3 {
                    calls.addTask {
                        try await RawClient(address: stage.address).status(
                            "POST", GatewayStage.path("main"), body: Self.body)
                    }
                    if number < 3 { await arrivals.next() }
                }
                // What does not come can only be waited for: a slow machine sees less of it, and accuses nobody.
                try await Task.sleep(for: .milliseconds(300))
                #expect(present.value.most == 2, "a third one has come in before there was room")
                for _ in 1...3 { open.yield() }
                for try await status in calls { #expect(status == 200) }
            }
        }
        #expect(present.value.most == 2)
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
