import Gateway
import Relay
import Testing

/// What a provider, and anybody else, gets to hear at `/callbacks/…`.
@Suite(.timeLimit(.minutes(10))) struct CallbackRouteTests {
    private static let body =
        #"{"external_id":"main/payment:5:paid:1/1.1","fn":"9999078900001234","fd":"17","fpd":"1","qr":"t=1"}"#

    @Test func aCallIsTakenInForTheShopOfItsPath() async throws {
        try await GatewayStage.run { stage async throws in
            let client = RawClient(address: stage.address)
            #expect(try await client.status("POST", GatewayStage.path("main"), body: Self.body) == 200)
            #expect(try await client.status("POST", GatewayStage.path("second"), body: Self.body) == 200)
            #expect(stage.calls().map(\.shop) == ["main", "second"])
            #expect(Set(stage.calls().map(\.key)) == ["main/payment:5:paid:1/1.1"])
        }
    }

    @Test func nothingIsAnsweredBeforeItIsOnRecord() async throws {
        let order = Mutexed<[String]>([])
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        try await GatewayStage.run(outcome: { _ in
            for await _ in gate { break }
            order.change { $0.append("committed") }
            return .woken
        }) { stage async throws in
            async let answer = RawClient(address: stage.address).status(
                "POST", GatewayStage.path("main"), body: Self.body)
            open.yield()
            let status = try await answer
            order.change { $0.append("answered") }
            #expect(status == 200)
        }
        #expect(order.value == ["committed", "answered"])
    }

    @Test func aWrongPathLooksLikeOneThatNeverWas() async throws {
        try await GatewayStage.run { stage async throws in
            let client = RawClient(address: stage.address)
            let right = GatewayStage.path("main")
            let nowhere = try #require(try await client.send("POST", "/nothing/here", body: Self.body))
            #expect(nowhere.status == 404)
            for path in [
                "/", "/callbacks", "/callbacks/", String(right.dropLast()), right + "0", right.uppercased(),
                right + "/more", GatewayStage.path("third"), "/callbacks/%00",
            ] {
                let answer = try await client.send("POST", path, body: Self.body)
                #expect(answer?.shape == nowhere.shape, "\(path)")
            }
            let read = try await client.send("GET", right)
            #expect(read?.shape == nowhere.shape)
            #expect(stage.calls().isEmpty)
        }
    }

    @Test(arguments: ["", "{", "null", #"{"external_id":5}"#, "external_id=k", #"{"external_id":""}"#])
    func garbageIsRefusedAndLeavesNothing(body: String) async throws {
        try await GatewayStage.run { stage async throws in
            let answer = try await RawClient(address: stage.address).send("POST", GatewayStage.path("main"), body: body)
            #expect(answer?.status == 400)
            #expect(stage.calls().isEmpty)
        }
    }

    @Test func aLongBodyIsNotRead() async throws {
        try await GatewayStage.run { stage async throws in
            let client = RawClient(address: stage.address)
            let long = #"{"external_id":"\#(String(repeating: "k", count: 20_000))"}"#
            #expect(try await client.status("POST", GatewayStage.path("main"), body: long) == 413)
            #expect(stage.calls().isEmpty)
            #expect(try await client.status("POST", GatewayStage.path("main"), body: Self.body) == 200)
        }
    }

    @Test func whatIsNotTakenInIsWorthRepeating() async throws {
        struct Away: Error {}
        try await GatewayStage.run(outcome: { _ in throw Away() }) { stage async throws in
            let answer = try await RawClient(address: stage.address).send(
                "POST", GatewayStage.path("main"), body: Self.body)
            #expect(answer?.status == 503)
            #expect(answer?.head.lowercased().contains("retry-after: 30") == true)
        }
    }

    @Test func aReceiptThatTheShopDoesNotHaveIsNotFound() async throws {
        try await GatewayStage.run(outcome: { _ in .unknown }) { stage async throws in
            let answer = try await RawClient(address: stage.address).send(
                "POST", GatewayStage.path("main"), body: Self.body)
            #expect(answer?.status == 404)
        }
    }
}
