import Fiscal
import FiscalProviders
import HTTPTransport
import TestSupport
import Testing

/// The provider over the real transport and a real socket: what the network does must arrive as the right verdict.
@Suite(.timeLimit(.minutes(10))) struct CloudKassirOverHTTPTests {
    private func withProvider(
        _ script: [LoopbackServer.Step], timeout: Duration = .seconds(20),
        _ body: (CloudKassirProvider, LoopbackServer) async throws -> Void
    ) async throws {
        let server = try LoopbackServer(script)
        let transport = HTTPTransport(HTTPTransportConfiguration())
        var settings = CloudKassirSettings(baseURL: server.url, login: "shop") { "s3cret-word" }
        settings.timeout = timeout
        do {
            try await body(CloudKassirProvider(settings, transport: transport), server)
        } catch {
            Issue.record(error)
        }
        await transport.shutdown()
        server.stop()
    }

    private static func json(_ status: String, _ body: String) -> LoopbackServer.Step {
        .answer("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nRetry-After: 3\r\n\r\n\(body)")
    }

    @Test func aReceiptGoesOverTheWireByteForByte() async throws {
        let script = [
            Self.json("200 OK", #"{"id":"42"}"#),
            Self.json("200 OK", #"{"status":"done","fn":"9999078900001234","fd":"17","fpd":"35"}"#),
        ]
        try await withProvider(script) { provider, server in
            let body = try provider.encode(Samples.sale(), externalID: "k-1", callbackURL: nil)
            #expect(await provider.submit(body, of: .sell).verdict == .accepted(providerID: "42"))
            guard case .fiscalised(let receipt) = await provider.status(of: "42").verdict else {
                Issue.record("the receipt is done")
                return
            }
            #expect(receipt.fn == "9999078900001234" && receipt.fd == "17" && receipt.fpd == "35")
            let sent = try #require(server.requests.first)
            #expect(sent.hasPrefix("POST /v1/receipts HTTP/1.1\r\n"))
            #expect(sent.hasSuffix("\r\n\r\n" + String(decoding: body, as: UTF8.self)))
            #expect(server.requests.last?.hasPrefix("GET /v1/receipts/42 HTTP/1.1\r\n") == true)
        }
    }

    @Test(arguments: [
        LoopbackServer.Step.close, .answer("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"id\":\"42\"}"),
        .answer("SSH-2.0-OpenSSH\r\n"), .silence,
    ])
    func whatEndsAfterSendingIsUnknown(step: LoopbackServer.Step) async throws {
        try await withProvider([step], timeout: .seconds(5)) { provider, server in
            let answer = await provider.submit(Array("{}".utf8), of: .sell)
            guard case .unknown = answer.verdict else {
                Issue.record("\(answer)")
                return
            }
            #expect(!answer.exchange.provenUnsent && server.requests.count == 1, "never sent twice")
        }
    }

    @Test func aServerThatIsNotThereLeavesItForLater() async throws {
        try await withProvider([.close]) { provider, server in
            server.stop()
            let answer = await provider.submit(Array("{}".utf8), of: .sell)
            guard case .later(let fault) = answer.verdict else {
                Issue.record("\(answer)")
                return
            }
            #expect(answer.exchange.provenUnsent && fault.kind == .network)
        }
    }

    @Test func aFullAccountIsThrottledAsItsAnswerSays() async throws {
        try await withProvider([Self.json("429 Too Many Requests", "{}")]) { provider, _ in
            guard case .throttled(_, .seconds(3)) = await provider.submit([], of: .sell).verdict else {
                Issue.record("429 throttles")
                return
            }
        }
    }

    @Test func anAnswerWithoutEndIsCutAndSaysNothing() async throws {
        try await withProvider([.body(1 << 30)]) { provider, server in
            let answer = await provider.submit(Array("{}".utf8), of: .sell)
            guard case .unknown = answer.verdict, !answer.exchange.provenUnsent else {
                Issue.record("\(answer)")
                return
            }
            guard case .later = await provider.status(of: "42").verdict else {
                Issue.record("a question may be asked again")
                return
            }
            #expect(server.requests.count == 2)
            // 64 KiB each, and what the buffers of two connections hold: 10 MiB each at the very most.
            #expect(server.taken < 32 << 20, "\(server.taken) bytes were taken")
        }
    }

    @Test(arguments: [(65_536, true), (65_537, false)]) func anAnswerHas64KiB(size: Int, isRead: Bool) async throws {
        let body = #"{"id":"42"}"#
        let padded = body + String(repeating: " ", count: size - body.utf8.count)
        try await withProvider([Self.json("200 OK", padded)]) { provider, _ in
            let verdict = await provider.submit(Array("{}".utf8), of: .sell).verdict
            #expect((verdict == .accepted(providerID: "42")) == isRead, "\(verdict)")
        }
    }
}
