import Bitrix
import HTTPTransport
import TestSupport
import Testing

/// How much of a portal's answer is taken, over the real transport and a real socket.
@Suite(.timeLimit(.minutes(10))) struct AnswerSizeTests {
    private func withPortal(
        _ script: [LoopbackServer.Step], _ body: (BitrixClient, LoopbackServer) async throws -> Void
    ) async throws {
        let server = try LoopbackServer(script)
        let transport = HTTPTransport(HTTPTransportConfiguration())
        let access = BitrixWebhook { "http://127.0.0.1:\(server.port)/rest/1/s3cret/" }
        do {
            try await body(BitrixClient(access: access, transport: transport), server)
        } catch {
            Issue.record(error)
        }
        await transport.shutdown()
        server.stop()
    }

    /// An answer of so many bytes; what is behind its value are spaces.
    private static func answer(_ size: Int) -> LoopbackServer.Step {
        let body = #"{"result":true}"#
        let padding = String(repeating: " ", count: size - body.utf8.count)
        return .answer("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n\(body)\(padding)")
    }

    @Test func anAnswerWithoutEndIsCut() async throws {
        try await withPortal([.body(1 << 30)]) { client, server in
            let fault = try await #require(throws: BitrixFault.self) {
                _ = try await client.call(BitrixCall("profile"))
            }
            #expect(fault.code == "transport_unknown" && fault.reaction.mayHaveRun, "\(fault)")
            #expect(fault.message == "No answer from the portal: response too large.")
            #expect(server.requests.count == 1, "what may have run is not called again")
            // 8 MiB, and what the buffers of the connection hold: 10 MiB at the very most.
            #expect(server.taken < 32 << 20, "\(server.taken) bytes were taken")
        }
    }

    @Test(arguments: [(8 << 20, true), (8 << 20 + 1, false)]) func anAnswerHas8MiB(size: Int, isRead: Bool) async throws
    {
        try await withPortal([Self.answer(size)]) { client, _ in
            let answer = try? await client.call(BitrixCall("profile"))
            #expect((answer?.result == .bool(true)) == isRead)
        }
    }
}
