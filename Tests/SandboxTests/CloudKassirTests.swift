import NIOCore
import NIOPosix
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(10))) struct CloudKassirTests {
    static let base = "/cloudkassir/v1"

    @Test func aReceiptIsAcceptedPolledAndFiscalised() async throws {
        try await withSandbox { sandbox, address in
            let client = WireClient.kassir(address)
            let accepted = try await client.post("\(Self.base)/receipts", Samples.receipt())
            #expect(accepted.status == 200)
            let id = try #require(accepted.json["id"]?.stringValue)
            let waiting = try await client.get("\(Self.base)/receipts/\(id)")
            #expect(waiting.json == ["id": .string(id), "external_id": "r-1", "status": "wait"])
            let done = try await client.get("\(Self.base)/receipts/\(id)").json
            #expect(done["status"] == "done")
            let fn = try #require(done["fn"]?.stringValue)
            #expect(fn.count == 16)
            #expect(done["fd"] == "1")
            let fpd = try #require(done["fpd"]?.stringValue)
            #expect(done["qr"] == .string("t=20260305T1240&s=480.00&fn=\(fn)&i=1&fp=\(fpd)&n=1"))
            #expect(sandbox.summary().cloudKassir.fiscalised == 1)
        }
    }

    @Test func credentialsAreAsked() async throws {
        try await withSandbox { sandbox, address in
            for client in [
                WireClient(address: address), .kassir(address, login: "shop:wrong"),
                .kassir(address, login: "x:secret"),
            ] {
                let answer = try await client.post("\(Self.base)/receipts", Samples.receipt())
                #expect(answer.status == 401)
                #expect(answer.json["error"]?["code"] == "unauthorized")
            }
            #expect(sandbox.receipts().isEmpty)
        }
    }

    @Test func aRepeatedKeyAnswersWithTheFirstID() async throws {
        try await withSandbox { sandbox, address in
            let client = WireClient.kassir(address)
            let first = try await client.post("\(Self.base)/receipts", Samples.receipt())
            let again = try await client.post("\(Self.base)/receipts", Samples.receipt())
            #expect(again.status == 200)
            #expect(again.json == first.json)
            #expect(sandbox.summary().cloudKassir.violations == 0)
            let other = Samples.changed(Samples.receipt(), ["receipt", "client", "email"], "b@example.ru")
            let changed = try await client.post("\(Self.base)/receipts", other)
            #expect(changed.json == first.json)
            let numbers = sandbox.summary().cloudKassir
            #expect(numbers.accepted == 1)
            #expect(numbers.repeats == 2)
            #expect(numbers.violations == 1)
        }
    }

    @Test func withoutDeduplicationEveryPostIsADocument() async throws {
        let account = CloudKassirAccount(polls: 0, deduplicates: false)
        try await withSandbox(.init(accounts: [account])) { sandbox, address in
            let client = WireClient.kassir(address)
            for _ in 0..<2 { _ = try await client.post("\(Self.base)/receipts", Samples.receipt()) }
            let numbers = sandbox.summary().cloudKassir
            #expect(numbers.fiscalised == 2)
            #expect(numbers.duplicates == 1)
        }
    }

    @Test func theSameGoodsUnderTwoKeysLookAlike() async throws {
        try await withSandbox(.init(accounts: [CloudKassirAccount(polls: 0)])) { sandbox, address in
            let client = WireClient.kassir(address)
            for key in ["a", "b"] { _ = try await client.post("\(Self.base)/receipts", Samples.receipt(key)) }
            let numbers = sandbox.summary().cloudKassir
            #expect(numbers.duplicates == 0)
            #expect(numbers.lookalikes == 1)
        }
    }

    @Test func faultyBodiesAreRefusedByName() async throws {
        try await withSandbox { sandbox, address in
            let client = WireClient.kassir(address)
            let refused = try await client.post("\(Self.base)/receipts", Samples.receipt(["receipt", "total"], 1))
            #expect(refused.status == 400)
            #expect(refused.json["error"]?["code"] == "total_mismatch")
            let broken = try await client.post("\(Self.base)/receipts", "{")
            #expect(broken.json["error"]?["code"] == "bad_json")
            #expect(sandbox.summary().cloudKassir.refused == 2)
        }
    }

    @Test func accountsAreKeptApart() async throws {
        let accounts = [CloudKassirAccount(), CloudKassirAccount(name: "b", login: "b", password: "b")]
        try await withSandbox(.init(accounts: accounts)) { sandbox, address in
            let one = WireClient.kassir(address)
            let two = WireClient.kassir(address, login: "b:b")
            let id = try #require(
                try await one.post("\(Self.base)/receipts", Samples.receipt()).json["id"]?.stringValue)
            let other = try await two.post("\(Self.base)/receipts", Samples.receipt())
            #expect(other.json["id"]?.stringValue != id)
            try await #expect(two.get("\(Self.base)/receipts/\(id)").status == 404)
            let summary = sandbox.summary()
            #expect(summary.accounts["main"]?.accepted == 1)
            #expect(summary.accounts["b"]?.accepted == 1)
        }
    }

    @Test func wrongMethodsAndPathsAreTold() async throws {
        try await withSandbox { _, address in
            let client = WireClient.kassir(address)
            try await #expect(client.get("\(Self.base)/receipts").status == 405)
            try await #expect(client.get("\(Self.base)/other").status == 404)
            let unknown = try await client.get("\(Self.base)/receipts/none")
            #expect(unknown.json["error"]?["code"] == "not_found")
            try await #expect(client.get("/elsewhere").status == 404)
        }
    }

    @Test func theDelayIsJudgedByTheClock() async throws {
        let clock = ManualClock(startingAt: 1_770_000_000)
        let account = CloudKassirAccount(polls: 0, delay: .seconds(5))
        try await withSandbox(.init(accounts: [account], clock: clock.clock)) { _, address in
            let client = WireClient.kassir(address)
            let id = try #require(
                try await client.post("\(Self.base)/receipts", Samples.receipt()).json["id"]?.stringValue)
            try await #expect(client.get("\(Self.base)/receipts/\(id)").json["status"] == "wait")
            clock.advance(by: .seconds(5))
            try await #expect(client.get("\(Self.base)/receipts/\(id)").json["status"] == "done")
        }
    }

    @Test(arguments: [
        (CloudKassirAccount.CallbackTiming.before, 1), (.after, 1), (.twice, 2),
    ]) func resultsArePushed(timing: CloudKassirAccount.CallbackTiming, times: Int) async throws {
        let account = CloudKassirAccount(polls: 0, callback: timing)
        try await withReceiver { url, pushes in
            try await withSandbox(.init(accounts: [account])) { sandbox, address in
                let client = WireClient.kassir(address)
                _ = try await client.post("\(Self.base)/receipts", Samples.receipt(url: url))
                if timing == .before { #expect(sandbox.ledger()["cloudkassir"]?["receipts"]?[0]?["pushes"] == [200]) }
                var iterator = pushes.makeAsyncIterator()
                for _ in 0..<times {
                    let push = try #require(await iterator.next())
                    #expect(push["status"] == "done")
                    #expect(push["external_id"] == "r-1")
                    #expect(push["fd"] == "1")
                }
            }
        }
    }

    /// A server that answers every POST with 200 and tells what was in it.
    private func withReceiver(_ body: @Sendable (_ url: String, AsyncStream<JSONValue>) async throws -> Void)
        async throws
    {
        let (pushes, inbox) = AsyncStream<JSONValue>.makeStream()
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let port = try #require(server.channel.localAddress?.port)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                try await server.executeThenClose { connections in
                    for try await connection in connections {
                        try await connection.executeThenClose { inbound, outbound in
                            var received: [UInt8] = []
                            for try await buffer in inbound {
                                received.append(contentsOf: buffer.readableBytesView)
                                guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)),
                                    let json = try? JSONParser.parse(Array(received[end.upperBound...]))
                                else { continue }
                                inbox.yield(json)
                                let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                                try await outbound.write(ByteBuffer(string: answer))
                                break
                            }
                        }
                    }
                }
            }
            try await body("http://127.0.0.1:\(port)/callback", pushes)
            try await server.channel.close()
        }
    }
}
